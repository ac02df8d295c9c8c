"""What fires is asked of Alertmanager too; where no server tells, a digest is not calm."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.bridge.acknowledging import UNSEEN
from exporter.bridge.digest import firing_now
from exporter.bridge.digest.build import Edition
from exporter.bridge.digest.firing_now import HeldNow, firing_state
from exporter.bridge.digest.gather import gathered
from exporter.bridge.digest.html import page
from exporter.bridge.digest.model import Digest
from exporter.bridge.digest.text import text
from exporter.bridge.digest.words import headline
from exporter.bridge.history import PROMETHEUS, AlertHistory, RecordHole
from exporter.bridge.journal_reading import JournalReading
from exporter.prometheus.api import TimeSpan
from tests.exporter.bridge.digest.conftest import settings
from tests.exporter.bridge.notified import entry, given, journal
from tests.servers import Alertmanager, alertmanager, free_port

pytestmark = pytest.mark.slow

DAY, HOUR = 86_400.0, 3_600.0
GREEN = "#2e7d32"
WATCHDOG = {"alertname": "Watchdog", "severity": "none"}
CRITICAL = {"alertname": "ErrorRateCritical", "severity": "critical", "service_name": "checkout"}
ROUTE = "route: {receiver: none}\nreceivers: [{name: none}]\n"


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[Alertmanager]:
    """An Alertmanager that holds nothing yet."""
    (tmp_path / "alertmanager.yml").write_text(ROUTE)
    with alertmanager(tmp_path, tmp_path / "alertmanager.yml") as running:
        yield running


def alert(labels: dict[str, str], ago: float = 60.0) -> dict[str, object]:
    """Return an alert as Prometheus posts it."""
    began = datetime.fromtimestamp(time.time() - ago, UTC)
    return {
        "labels": labels,
        "annotations": {"problem": "Too many requests fail", "value": "12%"},
        "startsAt": began.isoformat(),
    }


def made(port: int = 0, reading: JournalReading | None = None, unseen: float = 0.0) -> Digest:
    """Return the digest of the last day; no Prometheus answers. `unseen` as the bridge has it."""
    now = time.time()
    edition = Edition(service="ion", zone="UTC", span=TimeSpan(now - DAY, now), made=now)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(firing_now, "UNSEEN", unseen)
        return gathered(settings(f"127.0.0.1:{free_port()}", alertmanager=port), reading, edition)


def test_where_no_server_answers_nothing_is_calm() -> None:
    """What fires and what ended is not known, the bar is not green, the reason is named."""
    found = made()
    assert headline(found) == "what fires is not known"
    assert "FIRING NOW\n  What fires is not known.\n" in text(found)
    assert "Nothing is known to have ended." in text(found)
    assert "What fires is not known." in page(found)
    assert GREEN not in page(found)
    assert any("does not answer: Connection refused" in fault for fault in found.faults)


def test_alertmanager_knows_what_fires(holder: Alertmanager) -> None:
    """It is listed with its text and value, although no Prometheus answers."""
    holder.post([alert(WATCHDOG), alert(CRITICAL)])
    found = made(holder.port)
    assert headline(found) == "1 alert fires"
    (line,) = found.firing
    assert (line.name, line.text, line.remarks) == (
        "ErrorRateCritical",
        "Too many requests fail",
        (),
    )
    assert line.reading.startswith("12%")
    assert line.value_at == pytest.approx(time.time(), abs=60)
    assert found.known


def test_an_alertmanager_that_prometheus_does_not_reach_knows_nothing(holder: Alertmanager) -> None:
    """Without the alert that always fires an empty answer is no calm."""
    found = made(holder.port)
    assert "What fires is not known." in text(found)
    assert any("has no Watchdog, which always fires" in fault for fault in found.faults)
    holder.post([alert(WATCHDOG)])
    found = made(holder.port)
    assert "Nothing fires." in text(found)
    assert GREEN not in page(found), "no signal has a value"


def test_an_alertmanager_that_has_just_started_is_not_calm(holder: Alertmanager) -> None:
    """It may not have again what fires; what it has is listed."""
    holder.post([alert(WATCHDOG)])
    found = made(holder.port, unseen=UNSEEN)
    assert (found.known, headline(found)) == (False, "what fires is not known")
    assert any(f":{holder.port}: Alertmanager has just started" in each for each in found.faults)
    holder.post([alert(CRITICAL)])
    found = made(holder.port, unseen=UNSEEN)
    assert (found.known, [line.name for line in found.firing]) == (False, ["ErrorRateCritical"])


@pytest.mark.parametrize(("ago", "known"), [(60.0, False), (UNSEEN + 120.0, True)])
def test_a_prometheus_that_has_just_started_is_not_calm(ago: float, known: bool) -> None:
    """A hole of its record that ended a minute ago is no calm; after some minutes nothing fires."""
    span = TimeSpan(0.0, DAY)
    record = AlertHistory(span, (), (RecordHole(PROMETHEUS, 0.0, DAY - ago),))
    nobody = HeldNow((), whole=False, faults=("away",))
    found = firing_state(record, nobody, frozenset(), recorded=True, soon=True)
    assert (found.known, found.faults) == (known, () if known else ("away",))


def test_what_alertmanager_lost_is_the_last_that_is_known(
    holder: Alertmanager, tmp_path: Path
) -> None:
    """After a restart of the servers the journal has what fired, and nobody knows whether it does.

    Where it is held again it fires, once and since the journal's time.
    """
    holder.post([alert(WATCHDOG)])
    now = time.time()
    began = datetime.fromtimestamp(now - HOUR, UTC).isoformat()
    with journal(tmp_path / "journal.sqlite") as kept:
        notes = {"problem": "Too many requests fail", "value": "9%"}
        sent = entry(labels=CRITICAL, startsAt=began, annotations=notes)
        kept.receive(given(sent), (), now - HOUR + 10)
        reading = JournalReading(kept.transaction)
        found = made(holder.port, reading)
        assert headline(found).startswith("1 alert fired when last known")
        (line,) = found.firing
        assert line.remarks == (
            "it fired when it was last known; no server says that it still does",
        )
        assert line.value_at == now - HOUR + 10, "of when the journal has it"
        holder.post([alert(CRITICAL, HOUR - 30)])
        found = made(holder.port, reading)
    assert headline(found) == "1 alert fires"
    (line,) = found.firing
    assert line.remarks == ()
    assert line.seconds == pytest.approx(HOUR, abs=20)
    assert line.reading.startswith("12%"), "the newer value of the two"
    assert line.value_at == pytest.approx(time.time(), abs=60)
