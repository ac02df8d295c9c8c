"""The journal: each state of an alert once, what is owed in the same step, and bounds."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from exporter.bridge.journal import AlertJournal, JournalFull, JournalLimits, Received
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.journal_removal import Removal
from exporter.bridge.webhook import LATEST
from exporter.errors import StateForeign, StateLocked
from tests.exporter.bridge.notified import NOON, ROOMY, ZERO, alerts_of, entry, given, journal

HOUR, DAY = 3_600.0, 86_400.0
SMALL = JournalLimits(keep=8 * DAY, max_alerts=1_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a journal that is not there yet."""
    return tmp_path / "state" / "journal.sqlite"


def many(count: int, status: str = "firing", first: int = 0) -> list[dict[str, object]]:
    """Return alerts that differ in their fingerprint."""
    return [entry(status=status, fingerprint=f"{n:016x}") for n in range(first, first + count)]


def test_a_repeat_is_the_same_row(path: Path) -> None:
    """What is posted again, after a restart too, is known, and owed once."""
    with journal(path) as first:
        found = first.receive(given(entry()), ("sentry",), NOON)
    assert found == Received(firing=1, resolved=0, known=0, removed=0)
    with journal(path) as again:
        found = again.receive(given(entry()), ("sentry",), NOON + HOUR)
        (owed,) = again.deliveries.due(NOON + HOUR)
        (kept,) = alerts_of(again, NOON, NOON + 2 * HOUR)
    assert found == Received(firing=0, resolved=0, known=1, removed=0)
    assert (kept.first_at, kept.last_at, kept.repeats) == (NOON, NOON + HOUR, 1)
    assert (owed.journaled, owed.target, owed.tries) == (kept, "sentry", 0)


def test_what_is_taken_can_be_read(path: Path) -> None:
    """The latest time that can be written is one, and an end without a time was when it came.

    What began long after it was notified is delivered, and no part of a history.
    """
    late = entry("Late", startsAt="9999-12-31T23:59:59-01:00")
    with journal(path) as found:
        found.receive(given(late), ("sentry",), NOON)
        found.receive(given(entry(status="resolved", endsAt=ZERO)), (), NOON + 1)
        found.receive(given(entry(status="resolved", endsAt=ZERO)), (), NOON + HOUR)
        (owed,) = found.deliveries.due(NOON + 2)
        read = JournalReading(found.transaction).alerts(NOON, NOON + DAY)
    assert owed.damage == ""
    assert owed.journaled is not None
    assert owed.journaled.alert.starts_at == LATEST
    assert ([each.alert.ends_at for each in read.alerts], read.damaged) == ([NOON + 1], 1)


@pytest.mark.parametrize(
    "other",
    [
        {"groupKey": "another"},
        {"alerts": [entry("CPUHigh", fingerprint="another")]},
        {"alerts": [entry("CPUHigh", startsAt="2026-11-18T10:00:00Z")]},
        {"alerts": [entry("CPUHigh", "resolved")]},
    ],
    ids=["group", "fingerprint", "start", "status"],
)
def test_what_makes_two_states_two(path: Path, other: dict[str, object]) -> None:
    """Another group, fingerprint, start or status is another state; only what fires is owed."""
    with journal(path) as found:
        found.receive(given(entry("CPUHigh")), ("sentry",), NOON)
        second = found.receive(given(entry("CPUHigh"), **other), ("sentry",), NOON + 1)
        owed = found.deliveries.due(NOON + 2)
    assert second.known == 0
    assert len(owed) == 1 + second.firing


def test_the_end_keeps_the_text_of_the_beginning(path: Path) -> None:
    """Alertmanager may send no annotations with the end; those of the firing alert stay."""
    with journal(path) as found:
        found.receive(given(entry()), (), NOON)
        found.receive(given(entry(status="resolved", annotations={})), (), NOON + 1)
        found.receive(given(entry(annotations={})), (), NOON + 2)
        texts = [each.alert.annotations["summary"] for each in alerts_of(found, NOON, NOON + 9)]
    assert texts == ["CPUHigh in us-central1"] * 2


def test_deliveries(path: Path) -> None:
    """What fails waits, what is given up is listed until it is tried again, what is done is not."""
    with journal(path) as found:
        found.receive(given(*many(3)), ("sentry",), NOON)
        due = found.deliveries
        done, later, dead = (each.row for each in due.due(NOON))
        due.done(done, NOON + 1)
        due.later(later, NOON + 60, "429 Too Many Requests")
        due.dead(dead, "413 Content Too Large")
        assert due.due(NOON + 59) == ()
        (again,) = due.due(NOON + 60)
        assert (again.row, again.tries, again.error) == (later, 1, "429 Too Many Requests")
        (letter,) = due.dead_letters()
        assert (letter.row, letter.error) == (dead, "413 Content Too Large")
        assert due.counts() == {("sentry", "pending"): 1, ("sentry", "dead"): 1}
        assert (due.retry(NOON + 61), due.dead_letters()) == (1, ())
        assert [each.row for each in due.due(NOON + 61)] == [later, dead]


def test_a_clock_that_is_set_back_does_not_hold_deliveries(path: Path) -> None:
    """What was planned by a clock that was a day ahead is due at once."""
    with journal(path) as found:
        found.receive(given(entry()), ("sentry",), NOON + DAY)
        (first,) = found.deliveries.due(NOON + DAY)
        found.deliveries.later(first.row, NOON + DAY + 60, "503")
        assert len(found.deliveries.due(NOON)) == 1


def test_the_oldest_that_are_over_make_room(path: Path) -> None:
    """At the bound, ends and their beginnings go first; what fires and what is owed stays."""
    with journal(path, SMALL) as found:
        found.receive(given(*many(300)), ("sentry",), NOON)
        found.receive(given(*many(300, first=300)), (), NOON + 1)
        found.receive(given(*many(300, "resolved", first=300)), (), NOON + 2)
        received = found.receive(given(*many(400, first=600)), (), NOON + 3)
        assert received == Received(firing=400, resolved=0, known=0, removed=300)
        left = alerts_of(found, NOON, NOON + 9)
        assert len(found.deliveries.due(NOON + 9, 999)) == 300
    assert len(left) == 1_000
    assert sum(each.first_at == NOON + 1 for each in left) == 0


def test_dead_letters_leave_last(path: Path) -> None:
    """Those delivered go first, newer ones too; a letter that has to go is counted, by age too."""
    with journal(path, SMALL) as found:
        found.receive(given(*many(300)), ("sentry",), NOON)
        for each in found.deliveries.due(NOON, 999):
            found.deliveries.dead(each.row, "400")
        found.receive(given(*many(300, "resolved")), (), NOON + 1)
        found.receive(given(*many(400, "resolved", first=600)), (), NOON + 2)
        delivered = found.receive(given(*many(400, first=2_000)), (), NOON + 3)
        assert (delivered.removed, delivered.letters_removed) == (400, 0)
        dead = found.receive(given(*many(100, first=3_000)), (), NOON + 4)
        assert (dead.removed, dead.letters_removed) == (100, 100)
        assert len(found.deliveries.dead_letters()) == 200
        assert found.expire(NOON + 9 * DAY) == Removal(1_000, 200)


def test_where_nothing_may_go_no_more_is_taken(path: Path) -> None:
    """Alerts that all wait for their delivery fill the journal; once delivered, it takes more."""
    with journal(path, SMALL) as found:
        found.receive(given(*many(1_000, "resolved")), (), NOON - DAY)
        found.receive(given(*many(1_000, first=1_000)), ("sentry",), NOON)
        with pytest.raises(JournalFull, match=r"raise notifications\.bridge\.max_alerts"):
            found.receive(given(*many(1, first=5_000)), ("sentry",), NOON + 1)
        assert len(alerts_of(found, 0, NOON + DAY)) == 1_000
        known = found.receive(given(*many(1_000, first=1_000)), ("sentry",), NOON + 2)
        assert known.known == 1_000


def test_the_file_has_a_bound(path: Path) -> None:
    """Where its pages are used up, the oldest that are over go, whatever the number of rows."""
    long = {"summary": "x" * 7_000}
    with journal(path, SMALL) as found:
        for n in range(12):
            alerts = many(100, "resolved", first=100 * n)
            found.receive(given(*(each | {"annotations": long} for each in alerts)), (), NOON + n)
        alerts, size = found.size()
        kept = alerts_of(found, NOON, NOON + 99)
    assert size <= 1_000 * 4_096
    assert (alerts < 700, kept[-1].first_at) == (True, NOON + 11)


def test_what_is_older_than_is_kept_goes(path: Path) -> None:
    """By age go what is over, and what was last repeated before then; not what is still owed."""
    with journal(path, SMALL) as found:
        found.receive(given(*many(1)), ("sentry",), NOON)
        found.receive(given(*many(2, "resolved", first=1)), (), NOON)
        found.receive(given(*many(1, first=9)), (), NOON)
        found.receive(given(*many(1, first=20)), (), NOON + 7 * DAY)
        assert found.expire(NOON + 7 * DAY) == Removal()
        assert found.expire(NOON + 9 * DAY) == Removal(3)
        left = alerts_of(found, 0, NOON + 9 * DAY)
    assert [each.alert.fingerprint for each in left] == [f"{n:016x}" for n in (0, 20)]


def times(found: AlertJournal) -> list[tuple[float, float]]:
    """Return when the bridge was alive, in seconds since noon."""
    every = found.records.presences(0, NOON + 99 * DAY)
    return [(each.began_at - NOON, each.until - NOON) for each in every]


def test_presence_shows_holes(path: Path) -> None:
    """A restart and a suspended machine leave a hole; a clock that is set back leaves no ghost."""
    with journal(path) as found:
        found.records.begin(NOON)
        found.records.alive(NOON + 10)
        found.records.begin(NOON + 100)
        found.records.alive(NOON + 110)
        found.records.alive(NOON + 1_000)
        times = [
            (p.began_at - NOON, p.until - NOON) for p in found.records.presences(0, NOON + DAY)
        ]
        assert times == [(0, 10), (100, 110), (1_000, 1_000)]
        found.records.alive(NOON + 1_000 + 2 * DAY)
        found.records.alive(NOON + 1_020)
        times = [
            (p.began_at - NOON, p.until - NOON) for p in found.records.presences(0, NOON + 9e9)
        ]
    assert times == [(0, 10), (100, 110), (1_000, 1_020)]


def test_facts(path: Path) -> None:
    """A fact outlives a restart; the first that asks for one makes it."""
    with journal(path) as found:
        assert found.records.fact("digest") is None
        found.records.set_fact("digest", "2026-11-28")
        found.records.set_fact("digest", "2026-11-29")
        assert found.records.first_fact("key", lambda: "a") == "a"
    with journal(path) as found:
        assert found.records.fact("digest") == "2026-11-29"
        assert found.records.first_fact("key", lambda: "b") == "a"


def test_one_process_uses_it(path: Path) -> None:
    """Another one is refused with the flag that names another file."""
    with journal(path), pytest.raises(StateLocked, match=r"--storage\.journal-file"):
        AlertJournal(path, ROOMY)


def test_a_state_file_is_not_taken_for_a_journal(path: Path) -> None:
    """Counters and journal are two kinds of file."""
    path.parent.mkdir()
    db = sqlite3.connect(path)
    db.executescript("PRAGMA application_id = 1230982733; CREATE TABLE ledger (id INTEGER)")
    db.close()
    with pytest.raises(StateForeign, match="another program's database"):
        AlertJournal(path, ROOMY)


def test_a_damaged_journal_is_moved_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What it had is kept under another name, and the log says what that means."""
    with journal(path) as found:
        found.receive(given(*many(50)), ("sentry",), NOON)
    content = bytearray(path.read_bytes())
    content[4_096:] = b"\xff" * (len(content) - 4_096)
    path.write_bytes(content)
    with journal(path) as found:
        assert alerts_of(found, 0, 2 * NOON) == ()
    (aside,) = path.parent.glob("journal.sqlite.damaged-*Z")
    assert aside.read_bytes() == bytes(content)
    assert "which has what was not delivered; a new journal begins now" in caplog.text


KILLED = """
import os, sys
from pathlib import Path
from tests.exporter.bridge.notified import NOON, entry, given, journal

with journal(Path(sys.argv[1])) as found:
    found.receive(given(entry()), ("sentry",), NOON)
    print("journaled", flush=True)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_what_was_journaled_survives_a_kill(path: Path) -> None:
    """A process that dies right after the commit has neither lost nor doubled anything."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)],
        check=False,
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, b"journaled\n")
    with journal(path) as found:
        (owed,) = found.deliveries.due(NOON)
    assert owed.journaled.alert.name == "CPUHigh"
