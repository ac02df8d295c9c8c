"""Notifications as Alertmanager posts them, and a journal to put them in."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import Any

from exporter.bridge.journal import AlertJournal, JournalLimits
from exporter.bridge.journal_reading import JournalReading
from exporter.bridge.journal_rows import JournaledAlert
from exporter.bridge.webhook import Notification, notification

NOON = 1_795_000_000.0
ZERO = "0001-01-01T00:00:00Z"
ROOMY = JournalLimits(keep=90 * 86_400.0, max_alerts=200_000)


def entry(name: str = "CPUHigh", status: str = "firing", **changed: Any) -> dict[str, Any]:
    """Return an alert of a webhook, as 0.25 posts it."""
    over = status == "resolved"
    return {
        "status": status,
        "labels": {"alertname": name, "severity": "low", "region": "us-central1"},
        "annotations": {"summary": f"{name} in us-central1"},
        "startsAt": "2026-11-18T09:46:40.123456789Z",
        "endsAt": "2026-11-18T09:56:40Z" if over else ZERO,
        "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
        "fingerprint": md5(name.encode()).hexdigest()[:16],
    } | changed


def document(*entries: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return a webhook with alerts."""
    return {
        "version": "4",
        "groupKey": '{}/{severity="low"}:{alertname="CPUHigh"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "low-sentry",
        "groupLabels": {"alertname": "CPUHigh"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "alerts": list(entries),
    } | changed


def given(*entries: dict[str, Any], **changed: Any) -> Notification:
    """Return the notification of a webhook with alerts."""
    return notification(json.dumps(document(*entries, **changed)).encode())


@contextmanager
def journal(path: Path, limits: JournalLimits = ROOMY) -> Iterator[AlertJournal]:
    """Open a journal, and close it."""
    found = AlertJournal(path, limits)
    try:
        yield found
    finally:
        found.close()


def alerts_of(found: AlertJournal, since: float, until: float) -> tuple[JournaledAlert, ...]:
    """Return what a journal has of alerts between two times, oldest first."""
    return JournalReading(found.transaction).alerts(since, until).alerts
