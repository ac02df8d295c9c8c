"""The alert on an objective of latency that cannot be measured: the exporter lacks its buckets.

The bounds of Google's buckets are not documented. Where a service has others than expected, its
slow requests have no series, and alerts on them could never fire.
"""

from collections.abc import Iterator

from exporter.settings import Settings
from generators import boards
from generators.policy import BAD_EVENTS, MINUTE
from generators.rules.budgets import BY, LATENCY
from generators.rules.rows import HealthAlert, health_text

_WINDOW = 30 * MINUTE
UNMEASURED = HealthAlert(
    alert="LatencyUnmeasured",
    severity="medium",
    expr=f"{LATENCY.requests(_WINDOW)} >= {BAD_EVENTS}\nunless {LATENCY.bad(_WINDOW)}",
    for_=10 * MINUTE,
    by=BY,
    text=health_text(
        "Slow requests {are} not counted.",
        "The exporter has no bucket for the objective of latency of {{ $labels.service_name }} "
        "({{ $labels.gcp_project }}). Alerts on its slow requests cannot fire.",
        "Check which buckets the service has, and choose a time between two of them.",
        boards.LATENCY_BURN_RATES,
    ),
)


def rows(settings: Settings) -> Iterator[HealthAlert]:
    """Yield the alert where something is promised of latency."""
    if LATENCY.promises(settings):
        yield UNMEASURED
