"""Which alerts an incident of the simulated project brings, and after how long."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from exporter.monitoring_config import AlertConfig
from exporter.simulator.incidents import Aspect, SimulatedIncident

# Signals that an aspect moves to its magnitude; of latency, which is a mean, the percentile.
_SIGNALS: Mapping[Aspect, str] = {
    Aspect.ERRORS: "error_rate",
    Aspect.LATENCY: "response_time_p95",
    Aspect.REPLICA_LAG: "replication_lag",
    Aspect.HIT_RATE: "cache_hit_rate_l2",
    Aspect.CPU: "cpu_utilization",
    Aspect.MEMORY: "memory_utilization",
}
_UNITS: Mapping[Aspect, float] = {Aspect.LATENCY: 0.001}
MINUTE = 60.0
GOOGLE_DELAY = (120.0, 240.0)  # seconds; what Cloud Monitoring needs until a point can be read
_EVALUATIONS = 2 * MINUTE  # at most: of the recorded series, then of the alert
_SLACK = 30.0  # the poll, the scrape, and what a group waits for


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAlert:
    """An alert that an incident brings: its limit in words, and when its message is expected.

    earliest, latest  seconds from now to the first message
    """

    name: str
    severity: str
    limit: str
    for_seconds: float
    earliest: float
    latest: float


@dataclass(frozen=True, slots=True)
class SourcePace:
    """Seconds until the current minute ends, and until its points can be read after that."""

    rest: float
    delay: tuple[float, float]


def expected_alerts(
    incident: SimulatedIncident, alerts: Iterable[AlertConfig], pace: SourcePace
) -> tuple[ExpectedAlert, ...]:
    """Return the alerts on limits that an incident exceeds, those that come first at first."""
    found = [_expected(alert, pace) for alert in alerts if _is_exceeded(incident, alert)]
    return tuple(sorted(found, key=lambda one: (one.latest, one.name)))


def _expected(alert: AlertConfig, pace: SourcePace) -> ExpectedAlert:
    soonest, last = pace.delay
    return ExpectedAlert(
        name=alert.name,
        severity=alert.severity,
        limit=alert.threshold or "",
        for_seconds=alert.for_,
        earliest=pace.rest + soonest + alert.for_,
        # A second minute: one bad minute of five may lie within a limit.
        latest=pace.rest + MINUTE + last + alert.for_ + _EVALUATIONS + _SLACK,
    )


def _is_exceeded(incident: SimulatedIncident, alert: AlertConfig) -> bool:
    limit = alert.limit
    if limit is None or alert.where:
        return False
    moved = (value for signal, value in _moved(incident) if signal == alert.signal)
    return any(map(limit.exceeded, moved))


def _moved(incident: SimulatedIncident) -> Iterator[tuple[str, float]]:
    """Yield the signals that an incident moves, and how far."""
    for effect in incident.effects:
        if effect.aspect in _SIGNALS:
            yield _SIGNALS[effect.aspect], effect.magnitude * _UNITS.get(effect.aspect, 1.0)
