"""A history reads the journal once, and in pieces that keep nobody waiting."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.bridge import journal_reading
from exporter.bridge.deliveries import Transaction
from exporter.bridge.history_sources import journaled
from exporter.bridge.journal_reading import JournalReading
from exporter.prometheus.api import TimeSpan
from tests.exporter.bridge.notified import NOON, entry, given, journal

SPAN = TimeSpan(NOON - 60, NOON + 60)


def noting(transaction: Transaction, asked: list[str]) -> Transaction:
    """Return transactions that note the statements that read alerts."""

    def note(statement: str) -> None:
        if " FROM alert WHERE" in statement:
            asked.append(statement)

    @contextmanager
    def noted() -> Iterator[sqlite3.Connection]:
        with transaction() as db:
            db.set_trace_callback(note)
            try:
                yield db
            finally:
                db.set_trace_callback(None)

    return noted


def test_alerts_and_their_damage_are_one_reading(tmp_path: Path) -> None:
    """Rows are read and decoded once, and what is damaged is counted then."""
    asked: list[str] = []
    with journal(tmp_path / "journal.sqlite") as kept:
        for at in range(3):
            kept.receive(given(entry(fingerprint=str(at))), (), NOON + at)
        with kept.transaction() as db:
            db.execute("UPDATE alert SET labels = '{' WHERE id = 2")
        reading = JournalReading(noting(kept.transaction, asked))
        read = journaled(reading, SPAN, NOON + 60, kept.path)
    assert read.alerts is not None
    assert [one.row for one in read.alerts] == [1, 3]
    assert read.faults == ("1 notified alerts in the journal are damaged, and left out",)
    assert len(asked) == 1


def test_pieces_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a piece: each row once, in the order of the notifications."""
    with journal(tmp_path / "journal.sqlite") as kept:
        for at in (5, 3, 4, 1, 2):
            kept.receive(given(entry(fingerprint=str(at))), (), NOON + at)
        for size in (1, 2, 5, 6):
            monkeypatch.setattr(journal_reading, "AT_ONCE", size)
            found = JournalReading(kept.transaction).alerts(SPAN.start, SPAN.end).alerts
            assert [one.alert.fingerprint for one in found] == ["1", "2", "3", "4", "5"]
