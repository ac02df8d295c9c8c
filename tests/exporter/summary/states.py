"""States of a service, as a summary has them."""

from dataclasses import replace
from typing import Any

from exporter.prometheus.api import TimeSpan
from exporter.summary.model import (
    BudgetState,
    DataGap,
    MonitoringState,
    PlaceValue,
    ServiceState,
    SignalLimit,
    SignalState,
)

END = 1_795_939_200.0  # Sun 29 Nov 2026 08:00 UTC
DAY = 86_400.0
SHOP = (("gcp_project", "ion-production"), ("service_name", "checkout"))


def place(region: str) -> tuple[tuple[str, str], ...]:
    """Return the labels of the service in a region."""
    return tuple(sorted((*SHOP, ("region", region))))


def signal(**changed: Any) -> SignalState:
    """Return the error rate of a day."""
    line = tuple(0.003 + 0.001 * (at % 7) for at in range(288))
    found = SignalState(
        name="error_rate",
        noun="error rate (4xx and 5xx)",
        kind="error_rate",
        unit="ratio",
        direction="up",
        url="https://grafana.example.com/d/ion-reliability?viewPanel=102",
        now=0.0042,
        before=0.003,
        week_ago=0.0031,
        line=line,
        line_before=tuple(value / 2 for value in line),
        worst=max(line),
        places=(
            PlaceValue(place("europe-west1"), 0.0125),
            PlaceValue(place("us-central1"), 0.003),
        ),
        limits=(
            SignalLimit("ErrorRateWarning", "high", 0.005, "above 0.5%"),
            SignalLimit("ErrorRateCritical", "critical", 0.01, "above 1%"),
        ),
    )
    return replace(found, **changed)


def figure(**changed: Any) -> MonitoringState:
    """Return the exporter's uptime, which is as it should be."""
    found = MonitoringState(
        name="uptime",
        noun="time in which the exporter answered",
        unit="ratio",
        direction="down",
        target=0.9995,
        value=0.99983,
    )
    return replace(found, **changed)


def state(**changed: Any) -> ServiceState:
    """Return the state of a day."""
    found = ServiceState(
        span=TimeSpan(END - DAY, END),
        signals=(signal(),),
        budgets=(
            BudgetState(
                signal="availability",
                labels=SHOP,
                share=0.99962,
                remaining=0.24,
                spent_in=9 * DAY,
            ),
        ),
        monitoring=(figure(),),
        gaps=(DataGap("ion-production", "cloudrun_requests_total", 240.0),),
        faults=(),
    )
    return replace(found, **changed)
