"""The journal: every notification in SQLite, on disk before Alertmanager gets its answer.

A state of an alert is one row, however often it is posted; with its first row goes what each
target is owed. So a notification that is repeated after a kill delivers nothing a second time.
"""

import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from exporter.bridge import journal_removal
from exporter.bridge.deliveries import Deliveries
from exporter.bridge.event_rows import EventRows, EventsTaken
from exporter.bridge.journal_removal import Removal
from exporter.bridge.journal_rows import (
    DamagedRow,
    alert_values,
    texts_json,
    texts_of,
)
from exporter.bridge.journal_schema import LAYOUT
from exporter.bridge.recorded_events import RecordedEvent
from exporter.bridge.records import Records
from exporter.bridge.webhook import Notification, NotifiedAlert
from exporter.errors import StateError
from exporter.state_file.sqlite_file import SqliteFile, decoded

LARGEST_LOG = 16 * 1024 * 1024  # bytes that the log keeps after a notification that needed more
ATTEMPTS = 4  # to make room in the file, and write again
_UPSERT = """
INSERT INTO alert (group_key, fingerprint, starts_at, status, receiver, labels, annotations,
    ends_at, generator_url, first_at, last_at, repeats)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
ON CONFLICT (group_key, fingerprint, starts_at, status) DO UPDATE SET
    last_at = excluded.last_at, repeats = repeats + 1, ends_at = excluded.ends_at,
    annotations = CASE excluded.annotations WHEN '{}' THEN annotations
        ELSE excluded.annotations END
RETURNING id, repeats"""
_HAS_HAD = """
SELECT EXISTS (SELECT 1 FROM alert WHERE fingerprint = :id)
OR EXISTS (SELECT 1 FROM acknowledgement WHERE fingerprint = :id)"""
_FIRING = """
SELECT annotations FROM alert WHERE fingerprint = ? AND starts_at = ? AND status = 'firing'
ORDER BY last_at DESC LIMIT 1"""
_OWE = """
INSERT OR IGNORE INTO delivery (alert, target, state, tries, next_at, first_at, done_at, error)
VALUES (?, ?, 'pending', 0, ?, ?, NULL, '')"""


class JournalFull(StateError):
    """The journal has no room for a notification now; its sender has to try again."""


class NoPageLeft(JournalFull):
    """The file may not grow, or its disk is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLimits:
    """How much a journal keeps: seconds for what is over, and alerts, each with a page of 4 KiB."""

    keep: float
    max_alerts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a notification brought: new states, by status, and known ones.

    removed, events_removed  how many alerts, and events, had to leave for it
    letters_removed          how many dead letters, which are among those alerts
    """

    firing: int
    resolved: int
    known: int
    removed: int
    events_removed: int = 0
    letters_removed: int = 0


class AlertJournal:
    """The journal in one SQLite file, which one process uses at a time; any thread may call it.

    deliveries  what targets are owed
    records     facts, and when the bridge was alive
    events      what Alertmanager's event recorder said
    """

    def __init__(self, path: Path, limits: JournalLimits) -> None:
        """Open or create the file; a damaged one is moved aside. Raises StateError."""
        self._file = SqliteFile(path, LAYOUT)
        self._file.connection.text_factory = decoded
        self.path = self._file.path
        self.deliveries = Deliveries(self.transaction)
        self.records = Records(self.transaction)
        self.events = EventRows(self.transaction)
        self.limit(limits)

    def close(self) -> None:
        """Close the file and unlock it."""
        self._file.close()

    def limit(self, limits: JournalLimits) -> None:
        """Set the limits; a file that is larger already stays as large."""
        self.limits = limits
        with self._file.mutex:
            self._file.connection.execute(f"PRAGMA max_page_count = {limits.max_alerts}")
            self._file.connection.execute(f"PRAGMA journal_size_limit = {LARGEST_LOG}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit what is executed on the connection, all or nothing; the thread holds the file.

        Raises StateError: NoPageLeft where the file may not grow, or its disk is full.
        """
        try:
            with self._file.transaction() as db:
                yield db
        except StateError as error:
            code = getattr(error.__cause__, "sqlite_errorcode", 0)
            if code & 0xFF != sqlite3.SQLITE_FULL:
                raise
            fix = "free space on its disk, or raise notifications.bridge.max_alerts"
            raise NoPageLeft(f"{error}; {fix}") from error.__cause__

    def receive(self, given: Notification, targets: Iterable[str], now: float) -> Received:
        """Journal a notification in one transaction, with what `targets` are owed of it.

        Only what fires and is new is owed. Raises StateError: JournalFull where there is no room.
        """
        owing, removed, events = tuple(targets), Removal(), 0
        for _ in range(ATTEMPTS):
            try:
                with self.transaction() as db:
                    found = self._receive(db, given, owing, now)
            except NoPageLeft:
                room = self.make_room(now)
                removed += room
                # An event can be missing, an alert cannot.
                events += 0 if room.alerts else self.events.make_room()
                if not room.alerts and not events:
                    raise
            else:
                return replace(
                    found,
                    removed=found.removed + removed.alerts,
                    letters_removed=found.letters_removed + removed.dead_letters,
                    events_removed=events,
                )
        raise JournalFull(f"{self.path}: a notification is larger than what is over and can go")

    def take_events(
        self, events: Sequence[RecordedEvent], *, fresh: bool, now: float = math.inf
    ) -> EventsTaken:
        """Journal events in one transaction; where the file is full, the oldest events go first.

        fresh  whether others may have been lost before
        now    what is later is no sign of life. Raises StateError.
        """
        removed = 0
        for _ in range(ATTEMPTS):
            try:
                taken = self.events.take(events, self.limits.max_alerts, fresh=fresh, now=now)
            except NoPageLeft:
                room = self.events.make_room()
                removed += room
                if not room:
                    raise
            else:
                return replace(taken, removed=taken.removed + removed)
        raise JournalFull(f"{self.path}: the events of a request are more than there is room for")

    def make_room(self, now: float) -> Removal:
        """Remove some of the oldest alerts that are over; none, where it cannot."""
        with self.transaction() as db:
            return journal_removal.oldest(db, journal_removal.BATCH, now - self.limits.keep)

    def expire(self, now: float) -> Removal:
        """Remove some of what is older than is kept; none, where nothing is left."""
        self.events.expire(now - self.limits.keep)
        with self.transaction() as db:
            return journal_removal.expired(db, now - self.limits.keep)

    def _receive(
        self, db: sqlite3.Connection, given: Notification, targets: tuple[str, ...], now: float
    ) -> Received:
        new = {"firing": 0, "resolved": 0}
        for alert in given.alerts:
            firing = None if alert.annotations else _firing_annotations(db, alert)
            values = alert_values(given, alert, firing, now)
            row, repeats = db.execute(_UPSERT, values).fetchone()
            if repeats:
                continue
            new[alert.status] += 1
            if alert.status == "firing":
                db.executemany(_OWE, [(row, target, now, now) for target in targets])
        removed = self._keep_bound(db, now) if any(new.values()) else Removal()
        known = len(given.alerts) - sum(new.values())
        return Received(
            **new, known=known, removed=removed.alerts, letters_removed=removed.dead_letters
        )

    def _keep_bound(self, db: sqlite3.Connection, now: float) -> Removal:
        """Remove the oldest alerts that are over, where there are too many. Raises JournalFull."""
        most = self.limits.max_alerts
        beyond = _count(db) - most
        if beyond <= 0:
            return Removal()
        removed = journal_removal.oldest(db, beyond, now - self.limits.keep)
        if removed.alerts < beyond:
            raise JournalFull(
                f"{self.path}: {most} alerts fire or wait for their delivery, and no more are "
                "taken; raise notifications.bridge.max_alerts"
            )
        return removed

    def has_had(self, fingerprint: str) -> bool:
        """Return whether an alert with this id was ever notified or acknowledged."""
        with self.transaction() as db:
            return bool(db.execute(_HAS_HAD, {"id": fingerprint}).fetchone()[0])

    def size(self) -> tuple[int, int]:
        """Return the number of alerts, and the bytes of the file without its log."""
        with self.transaction() as db:
            pages = db.execute(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
            )
            return _count(db), int(pages.fetchone()[0])


def _firing_annotations(db: sqlite3.Connection, alert: NotifiedAlert) -> str | None:
    found = db.execute(_FIRING, (alert.fingerprint, alert.starts_at)).fetchone()
    try:
        return texts_json(texts_of(found[0], "annotations")) if found else None
    except DamagedRow:
        return None


def _count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM alert").fetchone()[0])
