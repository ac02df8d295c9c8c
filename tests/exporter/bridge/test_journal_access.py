"""A command reads the journal with or without a bridge, and says what keeps it from doing so."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.bridge.deliveries import Deliveries
from exporter.bridge.journal_access import writing
from exporter.bridge.journal_reading import beside, beside_if_any
from exporter.bridge.journal_schema import LAYOUT
from exporter.errors import StateError
from exporter.state_file.sqlite_file import FileLayout, create
from tests.exporter.bridge.notified import NOON, entry, given, journal
from tests.powerless import powerless, readable_directory

FIX = "name the bridge's journal with --storage.journal-file"


@pytest.fixture
def path() -> Iterator[Path]:
    """Name a journal with an alert, whose bridge was stopped, in a directory that all may read."""
    with readable_directory() as folder:
        with journal(folder / "journal.sqlite") as kept:
            kept.receive(given(entry()), ("sentry",), NOON)
        yield folder / "journal.sqlite"


def count(path: Path) -> int:
    """Return how many alerts a reader of the file has."""
    return len(beside(path).alerts(NOON - 9, NOON + 9).alerts)


def test_a_stopped_bridge_leaves_a_journal_that_can_be_read(path: Path) -> None:
    """By a user who may write nothing there; and a user who may leaves nothing behind."""
    before = sorted(path.parent.iterdir())
    path.parent.chmod(0o555)
    with powerless():
        assert count(path) == 1
    path.parent.chmod(0o755)
    assert count(path) == 1
    assert sorted(path.parent.iterdir()) == before


def test_it_is_read_beside_a_bridge(path: Path) -> None:
    """What is only in the write-ahead log is read as well."""
    with journal(path) as kept:
        kept.receive(given(entry(fingerprint="b" * 16)), (), NOON)
        with powerless():
            assert count(path) == 2


def test_who_may_not_read_or_write_is_told_so(path: Path) -> None:
    """The file and the user are named; no other journal is looked for."""
    fix = "run this as the user that the bridge runs as$"
    path.parent.chmod(0o555)
    with powerless(), pytest.raises(StateError, match=f"journal.sqlite: cannot be used: .*{fix}"):
        Deliveries(lambda: writing(path)).retry(NOON)
    path.chmod(0o000)
    with powerless(), pytest.raises(StateError, match=f"journal.sqlite: cannot be used: .*{fix}"):
        count(path)
    path.parent.chmod(0o000)
    with powerless():
        hidden = beside_if_any(path)
        assert hidden is not None
        with pytest.raises(StateError, match=fix):
            hidden.alerts(0.0, 1.0)


@pytest.mark.parametrize("opened", [count, lambda path: Deliveries(lambda: writing(path)).counts()])
def test_a_journal_of_an_older_version_is_named(tmp_path: Path, opened: object) -> None:
    """It lacks tables; the bridge adds them when it starts."""
    older = FileLayout(
        application_id=LAYOUT.application_id,
        versions={1: LAYOUT.versions[1]},
        noun="journal",
        option="",
        loss="",
        failed="",
    )
    with closing(sqlite3.connect(tmp_path / "old.sqlite", isolation_level=None)) as db:
        create(db, older)
    says = "old.sqlite: has version 1, this program reads 2; start the bridge"
    assert callable(opened)
    with pytest.raises(StateError, match=says):
        opened(tmp_path / "old.sqlite")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, f"there is no such file; {FIX}"),
        (b"", f"is empty; {FIX}"),
        (b"no database" * 100, f"cannot be used: file is not a database; {FIX}"),
    ],
)
def test_what_is_no_journal_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    """The error has the file, what is wrong with it, and the flag; no file is made."""
    if content is not None:
        (tmp_path / "other.sqlite").write_bytes(content)
    with pytest.raises(StateError, match=f"other.sqlite: {says}"):
        count(tmp_path / "other.sqlite")
    assert (tmp_path / "other.sqlite").exists() is (content is not None)
    assert beside_if_any(tmp_path / "none.sqlite") is None
