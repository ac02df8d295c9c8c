"""Events in the journal: once each, mutings as spells, signs of life, bounds, an older file."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from exporter.bridge.event_reading import EventRecord, event_record
from exporter.bridge.journal import AlertJournal, JournalLimits
from exporter.bridge.journal_schema import LAYOUT
from exporter.bridge.recorded_events import (
    DeliveryEvent,
    EventAlert,
    EventKind,
    MutingEvent,
    RecordedEvent,
)
from tests.exporter.bridge.notified import NOON, entry, given, journal

SMALL = JournalLimits(keep=8 * 86_400.0, max_alerts=200)
LABELS = {"alertname": "CPUHigh", "region": "us-central1"}


def event(at: float, kind: str = "alertCreated", instance: str = "a") -> RecordedEvent:
    """Return an event without content, so many seconds after noon."""
    key = f"{kind} {instance} {at}"
    return RecordedEvent(key=key, at=NOON + at, instance=instance, kind=kind, content=None)


def alert(number: int = 0) -> EventAlert:
    """Return an alert; another number is another one."""
    return EventAlert(f"{number:016x}", {**LABELS, "number": str(number)})


def delivered(at: float, *alerts: EventAlert, receiver: str = "critical-slack") -> RecordedEvent:
    """Return the delivery of alerts that fire."""
    content = DeliveryEvent(
        receiver=receiver, integration="slack", firing=alerts or (alert(),), resolved=()
    )
    return replace(event(at, EventKind.NOTIFICATION), content=content)


def muted(at: float, by: str = "silence-1", number: int = 0) -> RecordedEvent:
    """Return that a silence muted an alert."""
    content = MutingEvent(
        kind=EventKind.SILENCED, alert=alert(number), by=by, note="ada: planned work"
    )
    return replace(event(at, EventKind.SILENCED), content=content)


def take(found: AlertJournal, *events: RecordedEvent, fresh: bool = False) -> int:
    """Journal events; returns how many rows had to leave."""
    return found.take_events(events, fresh=fresh).removed


def record(found: AlertJournal) -> EventRecord:
    """Return all that the journal has of events."""
    return event_record(found.transaction, 0.0, 2 * NOON)


def test_a_delivery_is_one_row(tmp_path: Path) -> None:
    """Whichever restart is between its two posts; its own receivers' are not kept."""
    path = tmp_path / "journal.sqlite"
    with journal(path) as first:
        take(first, delivered(1, alert(), alert(1)), delivered(2, receiver="journal"))
    with journal(path) as again:
        taken = again.take_events([delivered(1, alert(), alert(1))], fresh=False)
        found = record(again).deliveries
    assert (taken.journaled, taken.known) == (0, 1)
    assert [(one.at, dict(one.labels)["number"]) for one in found] == [
        (NOON + 1, "0"),
        (NOON + 1, "1"),
    ]


def test_a_muting_is_a_spell(tmp_path: Path) -> None:
    """What is said each interval is one row, in any order; another silence is another row."""
    with journal(tmp_path / "journal.sqlite") as found:
        take(found, muted(600), muted(10), muted(600), muted(300), muted(20, by="silence-2"))
        take(found, muted(600 + 901))
        spells = [(one.began - NOON, one.until - NOON, one.by) for one in record(found).mutings]
    assert spells == [
        (10.0, 600.0, "ada: planned work"),
        (20.0, 20.0, "ada: planned work"),
        (1501.0, 1501.0, "ada: planned work"),
    ]


def test_signs_break_where_events_may_be_missing(tmp_path: Path) -> None:
    """After three minutes of silence, at the start of an Alertmanager, and after a refusal."""
    with journal(tmp_path / "journal.sqlite") as found:
        take(found, event(0), event(120), event(60), event(240))
        take(found, event(500))
        take(found, event(520, EventKind.STARTUP), event(530))
        take(found, event(520, EventKind.STARTUP), event(535, instance="b"))
        take(found, event(540), fresh=True)
        signs = [(s.instance, s.began - NOON, s.until - NOON) for s in record(found).signs]
    assert signs == [
        ("a", 0.0, 240.0),
        ("a", 500.0, 500.0),
        ("a", 520.0, 530.0),
        ("b", 535.0, 535.0),
        ("a", 540.0, 540.0),
    ]


def test_a_clock_that_was_set_back_takes_its_signs_back(tmp_path: Path) -> None:
    """What an Alertmanager signed ahead of its own later events was not lived through."""
    with journal(tmp_path / "journal.sqlite") as found:
        take(found, event(0), event(60), event(60, instance="b"))
        take(found, event(3_600), event(3_700))
        take(found, event(3_600, instance="b"))
        take(found, event(120))
        signs = [(s.instance, s.began - NOON, s.until - NOON) for s in record(found).signs]
    assert signs == [("a", 0.0, 120.0), ("b", 60.0, 60.0), ("b", 3600.0, 3600.0)]


def test_the_oldest_leave_at_the_bound(tmp_path: Path) -> None:
    """Deliveries and mutings have max_alerts rows each; what leaves is counted."""
    with journal(tmp_path / "journal.sqlite", SMALL) as found:
        removed = sum(
            take(found, delivered(at, *map(alert, range(10))), muted(at, f"s{at}"))
            for at in range(250)
        )
        kept = record(found)
    assert len(kept.deliveries) <= 200
    assert len(kept.mutings) == 200
    assert min(one.began for one in kept.mutings) == NOON + 50
    assert removed == (250 - len(kept.deliveries) // 10) + 50


@pytest.mark.parametrize("muting", [False, True])
def test_at_the_bound_a_body_costs_no_more(tmp_path: Path, *, muting: bool) -> None:
    """What leaves is found by its id: SQLite's steps do not grow with the rows that stay."""
    small, large = (steps_at_the_bound(tmp_path / str(m), m, muting=muting) for m in (300, 3_000))
    assert small > 0
    assert large < 2 * small


def steps_at_the_bound(path: Path, most: int, *, muting: bool) -> int:
    """Return about how many steps of SQLite an event needs in a journal that is full of them."""
    every = [
        muted(at, f"s{at}", at) if muting else delivered(at, alert(at)) for at in range(most + 1)
    ]
    steps = count()
    with journal(path, replace(SMALL, max_alerts=most)) as found:
        take(found, *every[:-1])
        found._file.connection.set_progress_handler(lambda: next(steps) < 0, 10)
        assert take(found, every[-1]) == 1
        found._file.connection.set_progress_handler(None, 0)
    return 10 * next(steps)


def test_an_alert_takes_the_room_of_events(tmp_path: Path) -> None:
    """Where the file is full of events, they leave for a notification, and are counted."""
    limits = replace(SMALL, max_alerts=60)
    wide = EventAlert("f" * 16, {"alertname": "A", "text": "x" * 3_000})
    with journal(tmp_path / "journal.sqlite", limits) as found:
        for at in range(60):
            alerts = (replace(wide, fingerprint=f"{at:016x}"),)
            take(found, delivered(at, *alerts))
        every = [
            entry(fingerprint=f"{n:016x}", annotations={"summary": "y" * 3_000}) for n in range(30)
        ]
        received = found.receive(given(*every), (), NOON)
    assert received.firing == 30
    assert received.events_removed > 0


def test_old_events_expire(tmp_path: Path) -> None:
    """With the alerts of their time, and so do the labels that nothing refers to."""
    with journal(tmp_path / "journal.sqlite", SMALL) as found:
        take(found, delivered(0), muted(0), event(0), delivered(9 * 86_400, alert(1)))
        found.expire(NOON + 9 * 86_400)
        kept = record(found)
        with found.transaction() as db:
            labels = db.execute("SELECT count(*) FROM event_labels").fetchone()[0]
    assert (len(kept.deliveries), len(kept.mutings), len(kept.signs), labels) == (1, 0, 1, 1)


def test_a_journal_of_version_1_is_kept(tmp_path: Path) -> None:
    """Its alerts stay, and events are taken from then on."""
    path = tmp_path / "journal.sqlite"
    with journal(path) as found:
        found.receive(given(entry()), ("sentry",), NOON)
    former = LAYOUT.versions[1]
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for name in LAYOUT.tables:
            if name not in former:
                kind = "INDEX" if "INDEX" in LAYOUT.tables[name].split("(")[0] else "TABLE"
                db.execute(f"DROP {kind} IF EXISTS {name}")
        db.execute("PRAGMA user_version = 1")
    with journal(path) as again:
        take(again, delivered(1))
        assert len(again.deliveries.due(NOON)) == 1
        assert len(record(again).deliveries) == 1
    assert not list(tmp_path.glob("*damaged*"))


def test_a_damaged_row_costs_itself(tmp_path: Path) -> None:
    """It is counted; every other delivery and muting is read."""
    with journal(tmp_path / "journal.sqlite") as found:
        take(found, delivered(0), delivered(1, alert(1)), muted(2, number=1))
        with found.transaction() as db:
            db.execute(
                "UPDATE event_labels SET labels = x'00ff' WHERE fingerprint = ?", ("0" * 16,)
            )
        kept = record(found)
    assert (len(kept.deliveries), len(kept.mutings), kept.damaged) == (1, 1, 1)
