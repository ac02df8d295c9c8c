"""The state file: what is written is read again, whole or not at all, by one process at a time."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.state_schema import APPLICATION_ID, VERSION
from exporter.errors import StateError, StateLocked
from tests.exporter.cloud_monitoring.ledgers import (
    NAME,
    SHAPE,
    add_buckets,
    add_number,
    claim,
    filled,
)
from tests.servers import wait_until

HOLD = """
import signal, sys
from pathlib import Path
from exporter.cloud_monitoring.checkpoint import SqliteStore
from tests.exporter.cloud_monitoring.ledgers import NAME, SHAPE, filled

store = SqliteStore(Path(sys.argv[1]))
store.commit(NAME, SHAPE, filled())
print("held", flush=True)
signal.pause()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a state file that is not there yet, nor is its directory."""
    return tmp_path / "state" / "ion.db"


def opened(path: Path) -> Ledger | None:
    """Open the file, load the ledger, close."""
    store = SqliteStore(path)
    found = store.load(NAME, SHAPE)
    store.close()
    return found


def written(path: Path, ledger: Ledger, name: str = NAME) -> None:
    """Open the file, commit a ledger, close."""
    store = SqliteStore(path)
    store.commit(name, SHAPE, ledger)
    store.close()


def test_what_is_written_is_read_again(path: Path) -> None:
    """After a restart the ledger is what it was: totals, marks, horizon; a new file has none."""
    assert opened(path) is None
    ledger = filled()
    written(path, ledger)
    assert ledger == opened(path)


def test_commits_add_up(path: Path) -> None:
    """Later commits change rows, add rows and take out what is gone."""
    ledger = filled()
    written(path, ledger)
    store = SqliteStore(path)
    again = store.load(NAME, SHAPE)
    assert again is not None
    add_number(again.total(("a", "2xx")), 10, 10**12)
    claim(again, again.mark("new", ("c", "2xx")), 10**15)
    again.watermark += 60 * 10**9
    gone = again.marks.pop("off_grid"), again.totals.pop(("b", "5xx"))
    store.commit(NAME, SHAPE, again, ([gone[0]], [gone[1]]))
    store.close()
    assert again == opened(path)


def test_ledgers_are_apart(path: Path) -> None:
    """One file holds many ledgers; one of another shape is dropped, said so, and alone."""
    ledger, other = filled(), filled()
    add_number(other.total(("only", "here")), 1, 1)
    written(path, ledger)
    written(path, other, "other")
    store = SqliteStore(path)
    assert store.load(NAME, "another shape") is None
    assert store.load(NAME, SHAPE) is None
    assert other == store.load("other", SHAPE)
    store.close()


def test_a_dropped_ledger_is_said(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log names the ledger whose counting starts anew."""
    written(path, filled())
    with caplog.at_level(logging.WARNING):
        store = SqliteStore(path)
        store.load(NAME, "another shape")
        store.close()
    assert caplog.messages == [f"{NAME}: its labels, type or source changed; counting starts anew"]


def test_another_process_is_named_and_a_kill_lets_go(tmp_path: Path) -> None:
    """Who holds the file is named; after SIGKILL it is free, and what was committed is there."""
    path, log = tmp_path / "ion.db", tmp_path / "log"
    command = [sys.executable, "-c", HOLD, str(path)]
    with log.open("wb") as output:
        holder = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_until(lambda: "held" in log.read_text() or holder.poll() is not None, "a holder")
        for _ in range(2):
            with pytest.raises(StateLocked, match=f"process {holder.pid} uses it"):
                SqliteStore(path)
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    found, expected = opened(path), filled()
    assert found is not None
    for item in (*found.totals.values(), *found.marks.values()):
        item.row, item.dirty = None, True
    assert expected == found


def test_one_process_holds_it_once(path: Path) -> None:
    """A second store of the same process is refused until the first is closed."""
    store = SqliteStore(path)
    with pytest.raises(StateLocked, match=f"process {os.getpid()} uses it"):
        SqliteStore(path)
    store.close()
    assert opened(path) is None


def test_a_commit_outlives_a_power_cut(path: Path) -> None:
    """The journal is a write-ahead log, and a commit waits until it is on the disk."""
    store = SqliteStore(path)
    settings = [
        store._connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "application_id", "user_version")
    ]
    store.close()
    assert settings == ["wal", 2, APPLICATION_ID, VERSION]


def test_a_full_disk_loses_nothing(path: Path) -> None:
    """A commit for which there is no room changes nothing; with room it works again."""
    ledger, large = filled(), filled()
    bounds = layout(tuple(float(n) for n in range(1, 40)), 1.0, REQUESTS)
    for number in range(500):
        add_buckets(large.total((str(number), "2xx")), bounds, (1,) * 40, 1.0, 1)
    store = SqliteStore(path)
    store.commit(NAME, SHAPE, ledger)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateError, match="full; nothing was counted"):
        store.commit(NAME, SHAPE, large)
    assert ledger == store.load(NAME, SHAPE)
    store._connection.execute("PRAGMA max_page_count = 100000")
    again = store.load(NAME, SHAPE)
    assert again is not None
    add_number(again.total(("a", "2xx")), 1, 1)
    store.commit(NAME, SHAPE, again)
    assert again == store.load(NAME, SHAPE)
    store.close()


def test_a_closed_store_fails_as_a_store(path: Path) -> None:
    """A commit that comes too late is a state error, not a defect."""
    store = SqliteStore(path)
    store.close()
    with pytest.raises(StateError, match="closed"):
        store.commit(NAME, SHAPE, filled())


def test_threads_commit_in_turn(path: Path) -> None:
    """Eight polls that commit at once each find their own ledger again."""
    store = SqliteStore(path)
    ledgers = {f"p/{n}": filled() for n in range(8)}

    def commit(name: str, ledger: Ledger) -> None:
        for number in range(20):
            add_number(ledger.total((name, str(number))), number + 1, 1)
            store.commit(name, SHAPE, ledger)

    threads = [Thread(target=commit, args=item) for item in ledgers.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledgers == {name: store.load(name, SHAPE) for name in ledgers}
    store.close()
