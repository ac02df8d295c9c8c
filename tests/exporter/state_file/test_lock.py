"""The lock of the state file: one process at a time, by whatever name it has."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.cloud_monitoring.checkpoint import SqliteStore, inspect
from exporter.errors import StateLocked, StateUnwritable
from exporter.state_file.lock import holder
from tests.exporter.cloud_monitoring.ledgers import NAME, SHAPE, filled
from tests.exporter.cloud_monitoring.test_checkpoint import HOLD, opened, written
from tests.servers import wait_until


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """Let another process use a state file; give the file, and the process."""
    path, log = tmp_path / "ion.db", tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=output)
    wait_until(lambda: "held" in log.read_text() or process.poll() is not None, "a holder")
    yield path, process.pid
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_symbolic_link_is_the_same_file(held: tuple[Path, int], tmp_path: Path) -> None:
    """Who comes by a link, or through a linked directory, meets the lock and its holder's name."""
    path, process = held
    (tmp_path / "links").mkdir()
    link, folder = tmp_path / "links" / "other.db", tmp_path / "folder"
    link.symlink_to(path)
    folder.symlink_to(tmp_path)
    for name in (link, folder / "ion.db"):
        with pytest.raises(StateLocked, match=f"process {process} uses it"):
            SqliteStore(name)
        assert holder(name) == str(process)


def test_a_hard_link_is_the_same_file(held: tuple[Path, int], tmp_path: Path) -> None:
    """A name that shares nothing but the file itself is refused, too, as one in a mount is."""
    path, _ = held
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "ion.db"
    link.hardlink_to(path)
    for _ in range(2):
        with pytest.raises(StateLocked, match="by another name, uses it"):
            SqliteStore(link)
    assert holder(link) == "unknown"


def test_a_link_leads_to_one_file_and_one_log(tmp_path: Path) -> None:
    """What is written by the link is in the real file; beside the link nothing appears."""
    real, link = tmp_path / "real" / "ion.db", tmp_path / "link.db"
    link.symlink_to(real)
    written(link, filled())
    assert sorted(tmp_path.iterdir()) == [link, real.parent]
    assert filled() == cleared(opened(real))
    inspect(link)


def cleared(ledger: object) -> object:
    """Return a ledger that was read as one that was not written yet."""
    for item in (*ledger.totals.values(), *ledger.marks.values()):  # type: ignore[attr-defined]
        item.row, item.dirty = None, True
    return ledger


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    """It names the file, and is no traceback."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(StateUnwritable):
        SqliteStore(tmp_path / "a")


def test_a_closed_store_frees_every_name(tmp_path: Path) -> None:
    """After it is closed the file opens by a hard link; a damaged one leaves no lock behind."""
    path, link = tmp_path / "ion.db", tmp_path / "elsewhere.db"
    written(path, filled())
    link.hardlink_to(path)
    assert opened(link) is not None
    assert holder(path) is None
    path.write_bytes(b"no database at all" * 500)
    store = SqliteStore(path)
    with pytest.raises(StateLocked, match=str(os.getpid())):
        SqliteStore(path)
    store.commit(NAME, SHAPE, filled())
    store.close()
    assert opened(path) is not None
