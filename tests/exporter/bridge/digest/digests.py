"""Digests, and what they are made from."""

from dataclasses import replace
from typing import Any

from exporter.bridge.digest.build import Edition, Material, digest
from exporter.bridge.digest.model import AcknowledgementLine, Digest, SilenceLine
from exporter.bridge.history import AlertHistory, FiringPeriod, RecordHole
from exporter.monitoring_config import MonitoringConfig
from exporter.prometheus.api import TimeSpan
from tests.exporter.summary.states import DAY, END, SHOP, state

HOUR = 3600.0
WEEK = TimeSpan(END - 7 * DAY, END)
EDITION = Edition(service="ion", zone="UTC", span=TimeSpan(END - DAY, END), made=END + 20.0)
LIMIT = {"unit": "ratio", "direction": "up"}
ALERT = {
    "name": "ErrorRateCritical",
    "severity": "critical",
    "split_by": ["region"],
    "query": "up",
    "runbook_url": "https://example.com/runbooks/ErrorRateCritical.md",
    "dashboard_url": "",
    "signal": "error_rate",
    "threshold": "above the limit",
}
CONFIG = MonitoringConfig.model_validate(
    {
        "schema_version": 3,
        "content_hash": "",
        "objective": {"availability": "99.95%", "window": "30d"},
        "alerts": [
            {**ALERT, "where": {}, "for": "3m", "limit": {**LIMIT, "value": 0.01}},
            {
                **ALERT,
                "where": {"service_name": ["search"]},
                "for": "15m",
                "limit": {**LIMIT, "value": 0.1},
            },
        ],
        "signals": {},
        "rules": {},
        "settings": {},
        "files": {},
    }
)
NOTES = {
    "problem": "Too many requests fail",
    "ended": "Too many requests failed",
    "value": "12%",
}


def period(
    began: float, ended: float | None, name: str = "ErrorRateCritical", **changed: Any
) -> FiringPeriod:
    """Return an alert that fired from and to so many hours before the end of the digest."""
    labels = {
        "alertname": name,
        "severity": "critical",
        "region": "europe-west1",
        **dict(SHOP),
        **changed.pop("labels", {}),
    }
    found = FiringPeriod(
        labels=tuple(sorted(labels.items())),
        began=END - began * HOUR,
        ended=None if ended is None else END - ended * HOUR,
        notified=True,
        seen=True,
        annotations=NOTES,
    )
    return replace(found, **changed)


def made(*periods: FiringPeriod, holes: tuple[RecordHole, ...] = (), **changed: Any) -> Digest:
    """Return the digest of a day."""
    history = AlertHistory(WEEK, tuple(sorted(periods, key=lambda p: p.began)), holes)
    material = Material(history=history, state=state(), acted={})
    edition = changed.pop("edition", EDITION)
    return digest(CONFIG, edition, replace(material, **changed))


def full() -> Digest:
    """Return a digest that has something in every section."""
    low = {"severity": "medium", "region": "us-central1"}
    cpu = [
        period(at, at - 0.3, "CPUHigh", labels=low, annotations={"problem": "CPU is high"})
        for at in (5.0, 4.2, 3.4)
    ]
    return made(
        period(1.8, None, noted_at=END - 0.2 * HOUR),
        period(40.0, None, "DatabaseLag", labels={"severity": "high", "database_id": "main"}),
        *cpu,
        period(9.0, 8.5, "CacheHitRateLow", labels={"severity": "medium"}, notified=False),
        holes=(RecordHole("the bridge", END - 4.9 * HOUR, END - 4.8 * HOUR),),
        silences=(
            SilenceLine(
                what="alertname=CPUHigh, region=us-central1",
                author="ada",
                comment="deploy of the new image",
                began=END - 30 * HOUR,
                until=END + 3 * HOUR,
            ),
        ),
        acknowledgements=(
            AcknowledgementLine(
                name="ErrorRateCritical",
                place="checkout in europe-west1 (ion-production)",
                user="grace@example.com",
                comment="rolling back",
                at=END - 1.5 * HOUR,
            ),
        ),
    )
