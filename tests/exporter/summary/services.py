"""Recent services, as an exporter knows them."""

from dataclasses import replace
from math import nan
from typing import Any

from exporter.summary.limits import LimitState
from exporter.summary.model import SignalLimit
from exporter.summary.recent import RecentPlace, RecentService, RecentSignal

AT = 1_795_939_200.0
EU, US = "europe-west1", "us-central1"
CRITICAL = SignalLimit("ErrorRateCritical", "critical", 0.01, "above 1%")
WARNING = SignalLimit("ErrorRateWarning", "high", 0.005, "above 0.5%")


def place(region: str, now: float | None = 0.003, **changed: Any) -> RecentPlace:
    """Return the error rate of a service in a region, within its limit."""
    labels = {"gcp_project": "ion-demo", "region": region, "service_name": "ion"}
    found = RecentPlace(
        labels=tuple(sorted(labels.items())),
        now=now,
        line=(nan, 0.002, 0.003),
        state=LimitState.WITHIN,
        limit=WARNING,
    )
    return replace(found, **changed)


FAILING = place(EU, 0.12, state=LimitState.CRITICAL, limit=CRITICAL)


def signal(*places: RecentPlace, **changed: Any) -> RecentSignal:
    """Return the error rate at places."""
    found = RecentSignal(
        name="error_rate",
        noun="error rate (4xx and 5xx)",
        kind="error_rate",
        unit="ratio",
        direction="up",
        now=0.003,
        line=(nan, 0.002, 0.003),
        data_time=AT - 130,
        places=places,
    )
    return replace(found, **changed)


def service(*signals: RecentSignal, **changed: Any) -> RecentService:
    """Return a service with these signals."""
    found = RecentService(at=AT, signals=signals, objective="99.95%")
    return replace(found, **changed)
