"""What a digest reads of the journal: notified alerts, presence, acknowledgements.

The bridge reads its own journal; a command reads the file, beside a bridge or without one, and
writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.deliveries import Transaction
from exporter.bridge.event_reading import EventRecord, event_record
from exporter.bridge.journal_access import reading
from exporter.bridge.journal_rows import (
    ALERT,
    OLDEST,
    DamagedRow,
    JournaledAlert,
    Presence,
    journaled,
    readable,
)
from exporter.bridge.records import Records

_DAY = 86_400.0
AT_ONCE = 5_000  # rows that are read in one transaction, so that a notification waits for few
_ALERTS = (
    f"SELECT {ALERT} FROM alert WHERE id > ? AND last_at >= ? AND first_at < ? "  # noqa: S608 - constants
    "ORDER BY id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class JournaledAlerts:
    """What was notified of in a time, in its order, and how many rows of it are damaged."""

    alerts: tuple[JournaledAlert, ...]
    damaged: int


@dataclass(frozen=True, slots=True)
class JournalReading:
    """Reads a journal through its transactions; every method may raise StateError."""

    transaction: Transaction

    def alerts(self, since: float, until: float) -> JournaledAlerts:
        """Return what was notified of between two times."""
        found: list[JournaledAlert] = []
        damaged = 0
        for rows in self._slices(since, until):
            read = readable(rows, _plausible)
            damaged += len(rows) - len(read)
            found += read
        found.sort(key=lambda one: (one.first_at, one.row))
        return JournaledAlerts(tuple(found), damaged)

    def _slices(self, since: float, until: float) -> Iterator[list[Any]]:
        last, whole = 0, True
        while whole:
            with self.transaction() as db:
                rows = db.execute(_ALERTS, (last, since, until, AT_ONCE)).fetchall()
            yield rows
            whole = len(rows) == AT_ONCE
            last = rows[-1][0] if whole else last

    def presences(self, since: float, until: float) -> tuple[Presence, ...]:
        """Return when the bridge was alive."""
        return Records(self.transaction).presences(since, until)

    def events(self, since: float, until: float) -> EventRecord:
        """Return what Alertmanager's event recorder said."""
        return event_record(self.transaction, since, until)

    def acknowledged(self, since: float, until: float) -> tuple[Acknowledgement, ...]:
        """Return the acknowledgements that were in force between two times."""
        return AcknowledgementRows(self.transaction).between(since, until)


def _plausible(row: tuple[Any, ...]) -> JournaledAlert:
    """Return the alert of a row; one with an impossible time would spoil means. Raises DamagedRow.

    Alertmanager's clock and the bridge's may differ, by less than a day.
    """
    found = journaled(row)
    alert, latest = found.alert, found.last_at + _DAY
    if not OLDEST <= alert.starts_at <= latest:
        raise DamagedRow("starts_at: is no time of an alert")
    if alert.ends_at is not None and not alert.starts_at - _DAY <= alert.ends_at <= latest:
        raise DamagedRow("ends_at: is no time of its end")
    return found


def beside(path: Path) -> JournalReading:
    """Return a reader of a journal's file, which a bridge may be using."""
    return JournalReading(partial(reading, path))


def beside_if_any(path: Path) -> JournalReading | None:
    """Return a reader of a journal's file, None where there is no file.

    One that cannot be looked for, for want of rights or whatever else, fails when it is read.
    """
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError:
        return beside(path)
    return beside(path)
