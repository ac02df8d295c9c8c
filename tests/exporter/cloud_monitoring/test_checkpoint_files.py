"""State files that are damaged, foreign or not writable."""

import fcntl
import sqlite3
import tempfile
from pathlib import Path

import pytest

from exporter.cloud_monitoring.checkpoint import SqliteStore, inspect
from exporter.cloud_monitoring.state_schema import APPLICATION_ID, LAYOUT, VERSION
from exporter.errors import StateError, StateForeign, StateUnwritable
from exporter.state_file.sqlite_file import create, decoded
from tests.exporter.cloud_monitoring.ledgers import (
    NAME,
    SHAPE,
    filled,
)
from tests.exporter.cloud_monitoring.test_checkpoint import written
from tests.powerless import powerless


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a state file that is not there yet, nor is its directory."""
    return tmp_path / "state" / "ion.db"


def _no_database(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be looked at" * 100)


def _torn(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


def _short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _miscounted(path: Path) -> None:
    """Change how many pages are free, by the header: every row can be read still."""
    content = bytearray(path.read_bytes())
    content[36:40] = (5).to_bytes(4)
    path.write_bytes(content)


def _of_no_format(path: Path) -> None:
    """Change the number of the schema's format, which SQLite then calls unsupported."""
    content = bytearray(path.read_bytes())
    content[44:48] = (5).to_bytes(4)
    path.write_bytes(content)


def test_a_header_may_name_two_versions_of_the_format(path: Path) -> None:
    """SQLite reads a file that says log for its readers, and none for its writers."""
    written(path, filled())
    content = bytearray(path.read_bytes())
    content[18:20] = (1, 2)
    path.write_bytes(content)
    SqliteStore(path).close()
    assert not list(path.parent.glob("*.damaged-*"))


@pytest.mark.parametrize("damage", [_no_database, _torn, _short, _miscounted, _of_no_format])
def test_a_damaged_file_is_moved_aside(
    path: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    """Its bytes are kept under another name, counting starts anew, and the next start is calm."""
    assert callable(damage)
    written(path, filled())
    damage(path)
    bytes_ = path.read_bytes()
    store = SqliteStore(path)
    assert (store.restarted(NAME), store.load(NAME, SHAPE)) == (True, None)
    store.close()
    (aside,) = path.parent.glob("ion.db.damaged-*Z")
    assert aside.read_bytes() == bytes_
    assert f"moved to {aside.name}, counting starts anew from now" in caplog.text
    store = SqliteStore(path)
    assert store.restarted(NAME) is False
    store.close()


def test_a_damaged_file_is_left_where_it_may_not_be_moved(path: Path) -> None:
    """Who only looks gets an error and leaves the file, which stays as it was."""
    written(path, filled())
    _torn(path)
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StateError, match="damaged"):
            inspect(path)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.damaged-*"))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (f"PRAGMA application_id = {APPLICATION_ID + 1}", "another program's database"),
        (f"PRAGMA user_version = {VERSION + 1}", f"version {VERSION + 1}, this program reads"),
    ],
)
def test_a_foreign_file_is_refused_and_untouched(path: Path, change: str, text: str) -> None:
    """Another program's file, and one of a newer version, stay as they are, and are let go."""
    written(path, filled())
    with sqlite3.connect(path) as db:
        db.execute(change)
    db.close()
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StateForeign, match=text):
            SqliteStore(path)
    assert path.read_bytes() == before


def test_a_new_file_is_ours_as_soon_as_it_has_tables() -> None:
    """A process that is killed just then leaves a file that the next one takes for its own."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    create(db, LAYOUT)
    for name, value in (("application_id", APPLICATION_ID), ("user_version", VERSION)):
        assert db.execute(f"PRAGMA {name}").fetchone() == (value,)
    assert not db.in_transaction
    db.close()


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A directory in place of the file, and a file in place of the directory, are named."""
    (tmp_path / "directory").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "directory", tmp_path / "file" / "ion.db"):
        with pytest.raises(StateUnwritable, match=r"--storage\.state-file") as caught:
            SqliteStore(path)
        assert str(path) in str(caught.value)


def test_what_may_not_be_written_is_refused() -> None:
    """A directory, and a file, that only may be read are no place for state."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(folder / "ion.db", filled())
        folder.chmod(0o555)
        with powerless(), pytest.raises(StateUnwritable, match="Permission denied"):
            SqliteStore(folder / "new.db")
        folder.chmod(0o777)
        (folder / "ion.db").chmod(0o444)
        (folder / "ion.db.lock").chmod(0o666)
        with powerless(), pytest.raises(StateUnwritable, match="writable"):
            SqliteStore(folder / "ion.db")


def test_a_file_that_is_removed_while_it_is_used_takes_nothing(path: Path) -> None:
    """A commit that nobody could read again fails, until the file is back."""
    store = SqliteStore(path)
    store.commit(NAME, SHAPE, filled())
    path.rename(path.with_name("aside"))
    with pytest.raises(StateError, match="was removed or replaced while it is in use"):
        store.commit(NAME, SHAPE, filled())
    path.with_name("aside").rename(path)
    store.commit(NAME, SHAPE, filled())
    store.close()


def test_a_sound_file_is_looked_at_and_stays_as_it_is(path: Path) -> None:
    """Nothing is wrong with it, and nothing lies beside it afterwards."""
    written(path, filled())
    before = {file.name: file.read_bytes() for file in path.parent.iterdir()}
    inspect(path)
    assert {file.name: file.read_bytes() for file in path.parent.iterdir()} == before


def test_damaged_text_is_read_with_what_cannot_be_decoded_replaced() -> None:
    """One row's damage does not hide the others."""
    db = sqlite3.connect(":memory:")
    db.text_factory = decoded
    found = db.execute("SELECT CAST(x'636166e9' AS TEXT) UNION ALL SELECT 'tea'").fetchall()
    db.close()
    assert found == [("caf\ufffd",), ("tea",)]


def test_a_file_that_was_moved_aside_is_let_go(path: Path) -> None:
    """A person may look at it, or another program lock it, while the new one is counted in."""
    written(path, filled())
    _torn(path)
    store = SqliteStore(path)
    (aside,) = path.parent.glob("ion.db.damaged-*Z")
    with aside.open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    store.close()
