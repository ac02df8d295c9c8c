"""The journal is tended: signs of life, what is too old removed, its size shown."""

from pathlib import Path

from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.journal import AlertJournal, JournalLimits
from exporter.bridge.journal_health import JournalHealth
from exporter.bridge.tending import EXPIRY, SIGN, Tending
from exporter.catalog import own_bridge
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.bridge.notified import NOON, alerts_of, entry, given

DAY = 86_400.0
SMALL = JournalLimits(keep=8 * DAY, max_alerts=1_000)


def test_it_is_tended_while_it_runs(tmp_path: Path) -> None:
    """Over ten days there is one presence, what is over is gone, and what fires is not."""
    journal, clock, telemetry = (
        AlertJournal(tmp_path / "j", SMALL),
        HandClock(NOON),
        Telemetry(NOON),
    )
    tending = Tending(journal, telemetry, clock, JournalHealth(telemetry, DeliveryFaults(clock)))
    journal.records.begin(NOON)
    over = [entry(status="resolved", fingerprint=f"{n:x}") for n in range(50)]
    journal.receive(given(*over), (), NOON)
    for _ in range(3):
        tending.once()
        clock.time += SIGN
    assert telemetry.value(own_bridge.JOURNAL_ALERTS) == 50
    assert telemetry.value(own_bridge.JOURNAL_LIMIT) == 1_000
    assert telemetry.value(own_bridge.JOURNAL_BYTES) > 4_096
    (presence,) = journal.records.presences(0, 2 * NOON)
    assert (presence.began_at, presence.until) == (NOON, NOON + 2 * SIGN)
    clock.time = NOON + 9 * DAY
    journal.receive(given(entry()), (), clock.time)
    tending.once()
    assert len(alerts_of(journal, 0, 2 * NOON)) == 1
    assert telemetry.value(own_bridge.JOURNAL_ALERTS) == 1
    journal.close()


def test_a_clock_that_was_set_removes_nothing(tmp_path: Path) -> None:
    """Ahead by a year for an hour, the journal keeps what is over, and goes on as before."""
    journal, clock, telemetry = (
        AlertJournal(tmp_path / "j", SMALL),
        HandClock(NOON),
        Telemetry(NOON),
    )
    tending = Tending(journal, telemetry, clock, JournalHealth(telemetry, DeliveryFaults(clock)))
    journal.records.begin(NOON)
    journal.receive(given(entry(status="resolved")), (), NOON)
    for off in (0.0, 365 * DAY, 365 * DAY, 0.0, 0.0, 0.0):
        clock.off = off
        clock.time += EXPIRY * 0.9
        tending.once()
    assert len(alerts_of(journal, 0, 2 * NOON)) == 1
    times = [(each.began_at, each.until) for each in journal.records.presences(0, 2 * NOON)]
    assert max(until for _, until in times) == clock.time
    journal.close()


def test_a_journal_that_cannot_be_written_is_shown(tmp_path: Path) -> None:
    """The metric falls and the reason is there, until it can be written again."""
    journal, clock, telemetry = (
        AlertJournal(tmp_path / "j", SMALL),
        HandClock(NOON),
        Telemetry(NOON),
    )
    health = JournalHealth(telemetry, DeliveryFaults(clock))
    tending = Tending(journal, telemetry, clock, health)
    tending.once()
    assert (health.fault, telemetry.value(own_bridge.JOURNAL_SUCCESS)) == ("", 1)
    journal._file.connection.execute("PRAGMA query_only = 1")
    tending.once()
    assert "readonly" in health.fault
    assert telemetry.value(own_bridge.JOURNAL_SUCCESS) == 0
    journal._file.connection.execute("PRAGMA query_only = 0")
    tending.once()
    assert health.fault == ""
    journal.close()
