"""An incident as Prometheus, the journal and Alertmanager's event recorder have it."""

import time
from collections.abc import Iterator
from pathlib import Path

from exporter.bridge.journal import AlertJournal
from exporter.bridge.recorded_events import (
    DeliveryEvent,
    EventAlert,
    EventKind,
    MutingEvent,
    RecordedEvent,
)
from tests.exporter.bridge.notified import ROOMY

HOUR, MINUTE = 3_600, 60
LABELS = {"region": "europe-west1", "service_name": "checkout"}
CRITICAL = {"alertname": "ErrorRateCritical", "severity": "critical", **LABELS}
HIGH = {"alertname": "ErrorRateWarning", "severity": "high", **LABELS}
FINGERPRINTS = {"critical": "c" * 16, "high": "d" * 16}


def write_scenes(folder: Path) -> None:
    """Write samples for Prometheus, and a journal; the incident began two hours ago.

    A critical alert is delivered twice to PagerDuty and once to Slack; it mutes a high one. Slack
    fails three times. Later no event comes for ten minutes.
    """
    now = int(time.time()) // MINUTE * MINUTE
    (folder / "samples.om").write_text("\n".join((*_samples(now), "# EOF", "")))
    journal = AlertJournal(folder / "journal.sqlite", ROOMY)
    journal.records.begin(now - 6 * HOUR)
    with journal.transaction() as db:
        db.execute("UPDATE presence SET until = ?", (float(now),))
    journal.take_events(tuple(_events(float(now - 2 * HOUR), float(now))), fresh=False)
    journal.close()


def _samples(now: int) -> Iterator[str]:
    minutes = range(now - 6 * HOUR, now + 1, MINUTE)
    yield from (f"alertmanager_build_info 1 {at}" for at in minutes)
    failed = 'alertmanager_notifications_failed_total{integration="slack",reason="rateLimited"}'
    yield from (f"{failed} {3 if at > now - HOUR else 0} {at}" for at in minutes)
    always = 'ALERTS{alertname="Watchdog",alertstate="firing",severity="none"}'
    yield from (f"{always} 1 {at}" for at in minutes)
    for labels in (CRITICAL, HIGH):
        text = ",".join(f'{name}="{value}"' for name, value in labels.items())
        for at in minutes:
            if now - 2 * HOUR <= at < now - HOUR:
                yield f'ALERTS{{alertstate="firing",{text}}} 1 {at}'


def _events(began: float, now: float) -> Iterator[RecordedEvent]:
    for at in range(int(now) - 6 * HOUR, int(now), MINUTE):
        if not began + HOUR + 5 * MINUTE < at < began + HOUR + 15 * MINUTE:
            yield _event(float(at), "alertCreated", None)
    alert = EventAlert(FINGERPRINTS["critical"], CRITICAL)
    for after, receiver in ((12, "pagerduty"), (14, "slack"), (3_000, "pagerduty")):
        sent = DeliveryEvent(
            receiver=f"critical-{receiver}", integration=receiver, firing=(alert,), resolved=()
        )
        yield _event(began + after, EventKind.NOTIFICATION, sent)
    for after in range(20, HOUR, 600):
        muted = MutingEvent(
            kind=EventKind.INHIBITED,
            alert=EventAlert(FINGERPRINTS["high"], HIGH),
            by=alert.fingerprint,
            note="",
        )
        yield _event(began + after, EventKind.INHIBITED, muted)


def _event(at: float, kind: str, content: DeliveryEvent | MutingEvent | None) -> RecordedEvent:
    return RecordedEvent(key=f"{kind} {at}", at=at, instance="a", kind=kind, content=content)
