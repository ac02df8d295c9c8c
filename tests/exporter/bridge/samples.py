"""Alerts and notifications for tests of the bridge."""

from dataclasses import replace
from pathlib import Path

from exporter.bridge.journal import AlertJournal, JournalLimits
from exporter.bridge.journal_rows import JournaledAlert
from exporter.bridge.webhook import Notification, NotifiedAlert

BEGAN = 1_795_000_000.0  # Unix seconds
LABELS = {
    "alertname": "DiskTrend",
    "severity": "low",
    "service_name": "checkout",
    "region": "europe-west1",
    "gcp_project": "ion-production",
}
ANNOTATIONS = {
    "summary": "The disk fills up: 4d until full of checkout in europe-west1",
    "description": "At this rate the disk is full in 4 days.",
    "check": "Check what grows.",
    "value": "4d until full",
    "place": "checkout in europe-west1",
    "runbook_url": "https://docs.example.com/ion/DiskTrend.md",
    "dashboard_url": "https://grafana.example.com/d/ion?var-region=europe-west1&from=now-3h&to=now",
}
SHOP = {"checkout": {"owner": "shop", "notifications": {"webhook": {"url": "http://127.0.0.1:9"}}}}


def firing(number: int = 0, **labels: str) -> NotifiedAlert:
    """Return an alert that fires; another number is another alert."""
    return NotifiedAlert(
        fingerprint=f"{number:016x}",
        status="firing",
        labels={**LABELS, **labels},
        annotations=ANNOTATIONS,
        starts_at=BEGAN,
        ends_at=None,
        generator_url="https://prometheus.example.com/graph?g0.expr=up",
    )


def resolved(alert: NotifiedAlert, after: float = 600.0) -> NotifiedAlert:
    """Return an alert that is over."""
    return replace(alert, status="resolved", ends_at=alert.starts_at + after)


def notified(*alerts: NotifiedAlert, receiver: str = "low-sentry") -> Notification:
    """Return a notification of alerts."""
    return Notification(group_key="{}:{alertname}", receiver=receiver, alerts=alerts)


def journaled(alert: NotifiedAlert, row: int = 1) -> JournaledAlert:
    """Return an alert as the journal has it."""
    return JournaledAlert(
        row=row,
        group_key="{}:{alertname}",
        receiver="low-sentry",
        alert=alert,
        first_at=BEGAN + 61,
        last_at=BEGAN + 61,
        repeats=0,
    )


def journal(path: Path, most: int = 10_000) -> AlertJournal:
    """Open a journal."""
    return AlertJournal(path, JournalLimits(keep=90 * 86_400.0, max_alerts=most))
