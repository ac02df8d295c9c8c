"""What a digest reads of the journal: notified alerts, presence, acknowledgements.

The bridge reads its own journal; a command reads the file beside a running bridge, which is what
SQLite's write-ahead log allows, and writes nothing.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import ALERT, JournaledAlert, Presence, journaled, texts_of
from exporter.bridge.records import Records
from exporter.errors import StateError

_WAIT = 5.0  # seconds for another process
_ALERTS = f"SELECT {ALERT} FROM alert WHERE last_at >= ? AND first_at < ? ORDER BY first_at, id"  # noqa: S608 - constants
_ACKNOWLEDGED = (
    "SELECT labels, user, comment, at, ended_at FROM acknowledgement "
    "WHERE at >= ? OR ended_at IS NULL ORDER BY at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedAlert:
    """An acknowledgement as the journal has it; ended_at is None while it is in force."""

    labels: Mapping[str, str]
    user: str
    comment: str
    at: float
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class JournalReading:
    """Reads a journal through its transactions; every method may raise StateError."""

    transaction: Transaction

    def alerts(self, since: float, until: float) -> tuple[JournaledAlert, ...]:
        """Return what was notified of between two times, in its order."""
        with self.transaction() as db:
            return tuple(map(journaled, db.execute(_ALERTS, (since, until))))

    def presences(self, since: float, until: float) -> tuple[Presence, ...]:
        """Return when the bridge was alive."""
        return Records(self.transaction).presences(since, until)

    def acknowledged(self, since: float) -> tuple[AcknowledgedAlert, ...]:
        """Return the acknowledgements that were made since a time, and those that are in force."""
        with self.transaction() as db:
            rows = db.execute(_ACKNOWLEDGED, (since,)).fetchall()
        return tuple(
            AcknowledgedAlert(
                labels=texts_of(labels), user=user, comment=comment, at=at, ended_at=ended_at
            )
            for labels, user, comment, at, ended_at in rows
        )


def beside(path: Path) -> JournalReading:
    """Return a reader of a journal's file, which a bridge may be using."""

    @contextmanager
    def transaction() -> Iterator[sqlite3.Connection]:
        address = f"{path.absolute().as_uri()}?mode=ro"
        try:
            with closing(sqlite3.connect(address, _WAIT, uri=True)) as db:
                yield db
        except sqlite3.Error as error:
            fix = "check --storage.journal-file, and whether this user may read it"
            raise StateError(f"{path}: cannot be read: {error}; {fix}") from error

    return JournalReading(transaction)
