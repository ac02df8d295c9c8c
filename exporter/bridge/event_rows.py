"""The events of Alertmanager's recorder in the journal: each delivery once, mutings as spells.

Alertmanager says again and again that an alert is muted, at each interval of its group; what it
says is kept as one row from the first time to the last.
"""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.bridge.deliveries import Transaction
from exporter.bridge.journal_rows import texts_json
from exporter.bridge.recorded_events import (
    DeliveryEvent,
    EventAlert,
    EventKind,
    MutingEvent,
    RecordedEvent,
)
from exporter.catalog.alert_names import CANARY_RECEIVER, HEARTBEAT_RECEIVER, JOURNAL_RECEIVER

# The bridge's own receivers: what reaches it is in its journal already.
OWN_RECEIVERS = frozenset({CANARY_RECEIVER, HEARTBEAT_RECEIVER, JOURNAL_RECEIVER})
BREAK = 180.0  # seconds: Watchdog's notification is an event each minute
SPELL = 900.0  # seconds between two mutings of one spell: the longest group_interval but low's
NEAR = 5.0  # seconds by which neither is lengthened: each row that is written waits for the disk
_EVENT = (
    "INSERT OR IGNORE INTO event (key, at, instance, receiver, integration) VALUES (?, ?, ?, ?, ?) "
    "RETURNING id"
)
_ALERT = "INSERT OR IGNORE INTO event_alert (event, fingerprint, firing) VALUES (?, ?, ?)"
_LABELS = "INSERT OR IGNORE INTO event_labels (fingerprint, labels) VALUES (?, ?)"
_SPELL = (
    "SELECT id FROM muting WHERE fingerprint = ? AND source = ? AND kind = ? "
    "AND began_at <= ? AND until >= ? ORDER BY until DESC LIMIT 1"
)
_LONGER = "UPDATE muting SET began_at = min(began_at, ?), until = max(until, ?) WHERE id = ?"
_MUTED = (
    "INSERT INTO muting (fingerprint, kind, source, note, began_at, until) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_NEWEST = (
    "SELECT id, until, began_at FROM event_sign WHERE instance = ? AND began_at <= ? "
    "ORDER BY until DESC LIMIT 1"
)
_OLDEST_EVENTS = "SELECT id FROM event ORDER BY at, id LIMIT ?"
_EVENTS_BEFORE = "SELECT id FROM event WHERE at < ?"
_OLDEST_MUTINGS = (
    "DELETE FROM muting WHERE id IN (SELECT id FROM muting ORDER BY until, id LIMIT ?)"
)
# It reads every row: only where much leaves at once.
_UNUSED_LABELS = """
DELETE FROM event_labels WHERE fingerprint NOT IN (SELECT fingerprint FROM event_alert
UNION SELECT fingerprint FROM muting UNION SELECT source FROM muting)"""
SLICE = 1_000  # rows by which a table that is too long is cut


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsTaken:
    """What became of the events of a body, and how many rows had to leave for them."""

    journaled: int
    known: int
    passed_over: int
    removed: int


class EventRows:
    """The tables of events; every method is one transaction, may raise StateError."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def take(
        self, events: Sequence[RecordedEvent], most: int, *, fresh: bool, now: float = math.inf
    ) -> EventsTaken:
        """Journal events, those that are known already only once.

        most   rows that a table may have
        fresh  whether others may have been lost since the last time
        now    those that are ahead of it by the clock of their Alertmanager are no signs of life;
               -inf where none of them is one
        """
        counts = {"journaled": 0, "known": 0, "passed_over": 0}
        signs = [each for each in events if each.at <= now + BREAK]
        with self._transaction() as db:
            for instance in {each.instance for each in signs}:
                times = [each.at for each in signs if each.instance == instance]
                _set_back(db, instance, max(times))
                if fresh:
                    _begin(db, instance, min(times))
            for event in sorted(events, key=lambda each: each.at):
                counts[_journal(db, event)] += 1
                if event.at <= now + BREAK:
                    _sign(db, event)
            removed = _keep_bound(db, most) if counts["journaled"] else 0
        return EventsTaken(**counts, removed=removed)

    def expire(self, before: float) -> int:
        """Remove what is older; returns how many events."""
        with self._transaction() as db:
            gone = _remove_events(db, _EVENTS_BEFORE, before)
            db.execute("DELETE FROM muting WHERE until < ?", (before,))
            db.execute("DELETE FROM event_sign WHERE until < ?", (before,))
            db.execute(_UNUSED_LABELS)
        return gone

    def make_room(self) -> int:
        """Remove some of the oldest; returns how many."""
        with self._transaction() as db:
            gone = _remove_events(db, _OLDEST_EVENTS, SLICE) + _remove_mutings(db, SLICE)
            db.execute(_UNUSED_LABELS)
        return gone

    def size(self) -> int:
        """Return how many deliveries and mutings there are."""
        with self._transaction() as db:
            return _count(db, "event_alert") + _count(db, "muting")


def _journal(db: sqlite3.Connection, event: RecordedEvent) -> str:
    """Journal an event, and return what became of it."""
    match event.content:
        case DeliveryEvent() as delivery if delivery.receiver not in OWN_RECEIVERS:
            return "journaled" if _delivered(db, event, delivery) else "known"
        case MutingEvent() as muting:
            return "journaled" if _muted(db, event.at, muting) else "known"
        case _:
            return "passed_over"


def _delivered(db: sqlite3.Connection, event: RecordedEvent, delivery: DeliveryEvent) -> bool:
    values = (event.key, event.at, event.instance, delivery.receiver, delivery.integration)
    found = db.execute(_EVENT, values).fetchone()
    if found is None:
        return False
    alerts = [(each, 1) for each in delivery.firing] + [(each, 0) for each in delivery.resolved]
    db.executemany(_ALERT, [(found[0], each.fingerprint, firing) for each, firing in alerts])
    _keep_labels(db, (each for each, _ in alerts))
    return True


def _muted(db: sqlite3.Connection, at: float, muting: MutingEvent) -> bool:
    """Journal a muting; returns whether it begins or lengthens a spell."""
    fingerprint, kind = muting.alert.fingerprint, str(muting.kind)
    values = (fingerprint, muting.by, kind, at + SPELL, at - SPELL)
    found = db.execute(_SPELL, values).fetchone()
    _keep_labels(db, (muting.alert,))
    if found is None:
        db.execute(_MUTED, (fingerprint, kind, muting.by, muting.note, at, at))
        return True
    within = "SELECT began_at <= ? AND until >= ? FROM muting WHERE id = ?"
    if db.execute(within, (at, at - NEAR, found[0])).fetchone()[0]:
        return False
    db.execute(_LONGER, (at, at, found[0]))
    return True


def _keep_labels(db: sqlite3.Connection, alerts: Iterable[EventAlert]) -> None:
    db.executemany(_LABELS, [(each.fingerprint, texts_json(each.labels)) for each in alerts])


def _sign(db: sqlite3.Connection, event: RecordedEvent) -> None:
    """Note that events came from an Alertmanager; its start ends what went before."""
    found = db.execute(_NEWEST, (event.instance, event.at + BREAK)).fetchone()
    started = event.kind == EventKind.STARTUP and (found is None or found[1] < event.at)
    if started or found is None or event.at - found[1] > BREAK:
        _begin(db, event.instance, event.at)
        return
    if found[2] <= event.at <= found[1] + NEAR:
        return
    longer = "UPDATE event_sign SET began_at = min(began_at, ?), until = max(until, ?) WHERE id = ?"
    db.execute(longer, (event.at, event.at, found[0]))


def _set_back(db: sqlite3.Connection, instance: str, at: float) -> None:
    """Take back what an Alertmanager, whose clock was ahead, said of a time that is yet to come."""
    gone = "DELETE FROM event_sign WHERE instance = ? AND began_at > ?"
    db.execute(gone, (instance, at + BREAK))
    cut = "UPDATE event_sign SET until = max(began_at, ?) WHERE instance = ? AND until > ?"
    db.execute(cut, (at, instance, at + BREAK))


def _begin(db: sqlite3.Connection, instance: str, at: float) -> None:
    row = "INSERT INTO event_sign (instance, began_at, until) VALUES (?, ?, ?)"
    db.execute(row, (instance, at, at))


def _keep_bound(db: sqlite3.Connection, most: int) -> int:
    """Remove the oldest where there are too many; returns how many."""
    removed = 0
    while (beyond := _count(db, "event_alert") - most) > 0:
        gone = _remove_events(db, _OLDEST_EVENTS, min(beyond, SLICE))
        if not gone:
            break
        removed += gone
    beyond = _count(db, "muting") - most
    return removed + (_remove_mutings(db, beyond) if beyond > 0 else 0)


def _remove_events(db: sqlite3.Connection, chosen: str, limit: float) -> int:
    """Remove the events of a query, with their alerts; returns how many."""
    rows = db.execute(chosen, (limit,)).fetchall()
    db.executemany("DELETE FROM event_alert WHERE event = ?", rows)
    db.executemany("DELETE FROM event WHERE id = ?", rows)
    return len(rows)


def _remove_mutings(db: sqlite3.Connection, rows: int) -> int:
    return db.execute(_OLDEST_MUTINGS, (rows,)).rowcount


def _count(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - constants
