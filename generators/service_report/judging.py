"""How a signal is against the limits of its alerts and its target; not known is never healthy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from exporter.monitoring_config import AlertConfig, MonitoringConfig, SignalTargetConfig
from exporter.summary import label_text
from exporter.summary.alerts import AlertState
from exporter.summary.model import PlaceValue, SignalState
from exporter.summary.wording import shown
from generators.service_report.model import Health, JudgedPlace, ReportedSignal

CRITICAL = "critical"
NO_DATA = "no data"
NO_LATEST = "no data in the last five minutes"
TOO_FEW = "too few events in the last five minutes to be judged"
_BEYOND = (Health.FAILING, Health.WARNING)
_ORDER = (Health.FAILING, Health.WARNING, Health.UNKNOWN, Health.OK, Health.UNJUDGED)


def worst(found: Iterable[Health]) -> Health:
    """Return the worst of several; of none, nothing is known."""
    return min(found, key=_ORDER.index, default=Health.UNKNOWN)


def judged(config: MonitoringConfig, signal: str, place: PlaceValue) -> JudgedPlace:
    """Return a place with how it is against the limits that hold there: of its service, or all."""
    limited = [*_limited(config, signal, place)]
    beyond = [one for one in limited if one.limit is not None and one.limit.exceeded(place.value)]
    beyond.sort(key=lambda one: one.severity != CRITICAL)
    if not beyond:
        return JudgedPlace(place, Health.OK if limited else Health.UNJUDGED)
    health = Health.FAILING if beyond[0].severity == CRITICAL else Health.WARNING
    return JudgedPlace(place, health, f"{beyond[0].threshold} ({beyond[0].name})")


def _limited(config: MonitoringConfig, signal: str, place: PlaceValue) -> Iterator[AlertConfig]:
    """Yield the alerts that have a limit for a signal in a place."""
    labels = {**dict(place.labels), "signal": signal}
    for name in dict.fromkeys(one.name for one in config.alerts if one.signal == signal):
        stated = config.alert({**labels, "alertname": name})
        if stated is not None and stated.limit is not None:
            yield stated


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalFacts:
    """What a signal is judged by.

    latest, latest_by  the last five minutes of everything, and by place
    target             what it should be; None where nothing is configured
    objective          the share that is promised; None where nothing is
    """

    latest: float | None
    latest_by: tuple[JudgedPlace, ...]
    target: SignalTargetConfig | None = None
    objective: float | None = None


def missed(target: SignalTargetConfig | None, value: float | None) -> bool | None:
    """Return whether a value misses a target; None where that is not known, or none is set."""
    return None if target is None or value is None else target.missed(value)


def against(objective: float | None, value: float | None) -> Health:
    """Return how the share of a period is against what is promised of it."""
    if objective is None or value is None:
        return Health.UNJUDGED
    return Health.WARNING if value < objective else Health.OK


def judgement(signal: SignalState, facts: SignalFacts) -> tuple[Health, str]:
    """Return how a signal is, and why it is not healthy."""
    latest_by, target = facts.latest_by, facts.target
    if not latest_by and signal.now is None and not signal.places:
        return Health.UNKNOWN, NO_DATA
    beyond = [one for one in latest_by if one.health in _BEYOND]
    if beyond:
        first = min(beyond, key=lambda one: _ORDER.index(one.health))
        where = label_text.place(dict(first.place.labels))
        more = f", and in {len(beyond) - 1} more" if len(beyond) > 1 else ""
        value = shown(first.place.value, signal.unit)
        return first.health, f"{value}, {first.beyond}{f': {where}' if where else ''}{more}"
    by_objective = against(facts.objective, signal.now)
    if by_objective is Health.WARNING:
        return Health.WARNING, f"below the objective of {shown(facts.objective, 'ratio')}"
    if target is not None and missed(target, signal.now):
        return Health.WARNING, f"misses its target: {target.text}"
    if not latest_by and signal.limits:
        return Health.UNKNOWN, NO_LATEST if facts.latest is None else TOO_FEW
    by_target = Health.UNJUDGED if missed(target, signal.now) is None else Health.OK
    return worst((by_objective, by_target, *(one.health for one in latest_by))), ""


def with_alerts(
    config: MonitoringConfig, one: ReportedSignal, firing: Iterable[AlertState]
) -> ReportedSignal:
    """Return a signal, which is no better than the alerts on it that fire."""
    names = {alert.name for alert in config.alerts if alert.signal == one.signal.name}
    found = [alert for alert in firing if alert.name in names]
    critical = [alert for alert in found if alert.severity == CRITICAL]
    health = Health.FAILING if critical else Health.WARNING
    if not found or worst((health, one.health)) is one.health:
        return one
    return replace(one, health=health, why=f"{(critical or found)[0].name} fires")
