"""What is alerted on: the table of alerts, and what monitoring.yaml changes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from exporter.catalog import alert_names
from exporter.catalog.error_signals import as_counted
from exporter.catalog.expression import Direction, Expression, Signal
from exporter.catalog.model import Unit
from exporter.catalog.roads import missing_families
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import families_in, split
from exporter.errors import SettingsError
from exporter.settings import AlertSettings, Settings
from exporter.settings.alerting import DurationAlert, RatioAlert
from exporter.settings.services import DATABASE, REDIS, SERVICE, given_alerts
from generators import burn_rates
from generators.alert_table import (
    BREACH,
    BURN,
    EXHAUSTED,
    THRESHOLDS,
    BurnAlert,
    ExhaustedAlert,
    Objective,
    PolicyAlert,
    ThresholdAlert,
)
from generators.burn_rates import SETTINGS_FILE, objective
from generators.configured_metrics import configured_alerts, configured_signals
from generators.incomplete import Incomplete
from generators.limits import limit
from generators.services import service_label

MINUTE, HOUR, DAY = 60, 3600, 86400
SEVERITIES = alert_names.SEVERITIES
WATCHDOG = alert_names.WATCHDOG
# Fire while all is well: they prove that alerts arrive.
PROVING = frozenset({WATCHDOG, alert_names.CANARY})
ESCALATION = "escalation"  # the severity of the alert on critical ones that go on; none of these
EVALUATION = MINUTE  # of the alerts and of what they are built on, seconds
WINDOW = 5 * MINUTE
NEWEST = 2 * MINUTE  # an alert does not begin where this part of the window is fine again
WIDER = (30 * MINUTE, HOUR)  # windows for where WINDOW holds too few events
SUSTAINED = 10 * MINUTE  # after so long beyond its value, `for` included, it fires all the same
# Bridges evaluations without a value, and one within the limit: neither resolves an alert.
KEEP_FIRING_FOR = 2 * MINUTE
BAD_EVENTS = 10  # an error budget's alert needs so many errors in its long window
SIGNAL_BY_NAME = {signal.name: signal for signal in SIGNALS}
_KEYS = {Unit.SECONDS: DurationAlert, Unit.RATIO: RatioAlert}
Changeable = TypeVar("Changeable", ThresholdAlert, ExhaustedAlert)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyPolicy:
    """An objective of latency, and the alerts on its budget."""

    objective: Objective
    breach: BurnAlert | None
    burn: BurnAlert | None
    exhausted: ExhaustedAlert | None

    @property
    def rows(self) -> Iterator[BurnAlert | ExhaustedAlert]:
        """Every alert that is enabled."""
        yield from (row for row in (self.breach, self.burn, self.exhausted) if row is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that is watched and alerted on, with what monitoring.yaml changes.

    missing     families that the application's road does not bring or the settings do not read
    signals     those of the catalog that it does bring, then configured metrics
    thresholds  the alerts of the table, but for those on what the settings do not read
    configured  the alerts on configured metrics
    breach, burn, exhausted  the alerts on the error budget
    latency     the objective of latency and its alerts; None where there is none
    """

    objective: Objective
    missing: frozenset[str]
    signals: tuple[Signal, ...]
    thresholds: tuple[ThresholdAlert, ...]
    configured: tuple[ThresholdAlert, ...]
    breach: BurnAlert | None
    burn: BurnAlert | None
    exhausted: ExhaustedAlert | None
    latency: LatencyPolicy | None

    @property
    def rows(self) -> Iterator[PolicyAlert]:
        """Every alert that is enabled."""
        yield from self.thresholds
        yield from self.configured
        yield from (row for row in (self.breach, self.burn, self.exhausted) if row is not None)
        if self.latency is not None:
            yield from self.latency.rows


def _signals(settings: Settings, missing: frozenset[str]) -> Iterator[Signal]:
    for signal in SIGNALS:
        if is_brought(signal.expression, missing):
            yield catalog_signal(signal, settings)
    yield from configured_signals(settings)


def catalog_signal(signal: Signal, settings: Settings) -> Signal:
    """Return a signal of the catalog with the errors and minimum of events of the settings."""
    return as_counted(signal, settings.alerts.error_classes, settings.alerts.minimum_events)


def is_brought(expression: Expression, missing: frozenset[str]) -> bool:
    """Return whether all families of an expression are exported."""
    return missing.isdisjoint(family.name for family in families_in(expression))


def policy(settings: Settings) -> Policy:
    """Return the table with what the settings change.

    Raises SettingsError where they conflict, and Incomplete where an alert has no key in them.
    """
    found = _found(settings)
    problems = [*_contradictions(found)]
    for name in settings.services:
        problems += _service_problems(settings, name)
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def _service_problems(settings: Settings, name: str) -> Iterator[str]:
    """Yield what is wrong with one entry of `services`."""
    service, found = settings.services[name], _found(settings.of_service(name))
    for problem in _contradictions(found):
        yield f"services.{name}.{problem}"
    values = service.values(name)
    for alert in given_alerts(service):
        row = next((row for row in THRESHOLDS if row.name == alert), None)
        label = service_label(split(row.signal)) if row is not None else SERVICE
        if label is not None and not values[label]:
            kind = {DATABASE: "databases", REDIS: "redis"}[label]
            yield (
                f"services.{name}.alerts.{alert}: is about {kind} and the service lists none; "
                f"add services.{name}.{kind}"
            )


def _found(settings: Settings) -> Policy:
    given = settings.alerts.by_name()
    _require_keys(given)
    missing = missing_families(settings.application.road) | settings.unread_families
    of = objective(settings)
    breach, burn, exhausted = _on_budget(settings, burn_rates.availability(settings))
    return Policy(
        objective=of,
        missing=missing,
        signals=tuple(_signals(settings, missing)),
        configured=configured_alerts(settings),
        thresholds=tuple(
            replace(_changed(a, given[a.name]), signal=catalog_signal(a.signal, settings))
            for a in THRESHOLDS
            if given[a.name].enabled and _is_read(a, settings)
        ),
        breach=breach,
        burn=burn,
        exhausted=exhausted,
        latency=latency_policy(settings),
    )


def unread_alerts(settings: Settings) -> dict[str, str]:
    """Return the alerts that are enabled but not written: the settings read nothing of them.

    By their names, with what they are on, after "the".
    """
    given = settings.alerts.by_name()
    found = {a.name: a.signal.noun for a in THRESHOLDS if not _is_read(a, settings)}
    if burn_rates.availability(settings) is None:
        found |= dict.fromkeys((BREACH.name, BURN.name, EXHAUSTED.name), "availability")
    return {name: noun for name, noun in found.items() if given[name].enabled}


def _is_read(alert: ThresholdAlert, settings: Settings) -> bool:
    return is_brought(alert.signal.expression, settings.unread_families)


def exhausted_alert(settings: Settings, of: Objective) -> ExhaustedAlert | None:
    """Return the alert on a spent budget under an objective; None where it is off."""
    given = settings.alerts.by_name()[EXHAUSTED.name]
    return replace(_changed(EXHAUSTED, given), objective=of) if given.enabled else None


def latency_policy(settings: Settings) -> LatencyPolicy | None:
    """Return the objective of latency and its alerts; None where there is none."""
    of = burn_rates.latency(settings)
    if of is None:
        return None
    breach, burn, exhausted = _on_budget(settings, of)
    return LatencyPolicy(objective=of, breach=breach, burn=burn, exhausted=exhausted)


def _on_budget(
    settings: Settings, of: Objective | None
) -> tuple[BurnAlert | None, BurnAlert | None, ExhaustedAlert | None]:
    """Return the alerts on the budget of an objective; none where there is no objective."""
    if of is None:
        return None, None, None
    return *burn_rates.alerts(settings, of), exhausted_alert(settings, of)


def _require_keys(given: Mapping[str, AlertSettings]) -> None:
    """Hold the table against the keys of monitoring.yaml: each alert has one, and no other has.

    A key that takes another unit than the signal has would make 0.9 connections of 90%.
    """
    names = {alert.name for alert in (*THRESHOLDS, BREACH, BURN, EXHAUSTED)}
    for name in sorted(names - given.keys()):
        raise Incomplete(
            f"alert {name} has no key in monitoring.yaml; add it to AlertsSettings in "
            f"exporter/settings/alerting.py"
        )
    for name in sorted(given.keys() - names):
        raise Incomplete(
            f"alerts.{name} is a key in exporter/settings/alerting.py, and no such alert is in "
            f"generators/alert_table.py; add it there, or remove the key"
        )
    for row in THRESHOLDS:
        expected = _KEYS.get(row.signal.unit, AlertSettings)
        if type(given[row.name]) is not expected:
            raise Incomplete(
                f"alerts.{row.name}: its threshold has another unit than signal {row.signal.name}; "
                f"make the key {expected.__name__} in exporter/settings/alerting.py"
            )


def _changed(alert: Changeable, given: AlertSettings) -> Changeable:
    """Return the alert with what the settings change of it."""
    threshold = alert.threshold if given.threshold is None else given.threshold
    return replace(
        alert,
        threshold=threshold,
        for_=alert.for_ if given.duration is None else given.duration,
        severity=given.severity or alert.severity,
        why=alert.why if threshold == alert.threshold else SETTINGS_FILE,
    )


def _contradictions(found: Policy) -> Iterator[str]:
    """Yield what makes a more urgent alert pointless: it must lie beyond the less urgent one."""
    for alert, other in _pairs(found.thresholds):
        urgent, calm = sorted((alert, other), key=lambda a: SEVERITIES.index(a.severity))
        beyond = urgent.threshold - calm.threshold
        if (beyond if urgent.signal.direction is Direction.UP else -beyond) <= 0:
            yield (
                f"alerts.{urgent.name}.threshold: {limit(urgent)} is no worse than {calm.name}'s "
                f"{limit(calm)}; move one of them"
            )


def _pairs(
    alerts: tuple[ThresholdAlert, ...],
) -> Iterator[tuple[ThresholdAlert, ThresholdAlert]]:
    """Yield the alerts on one signal, two and two."""
    for signal in dict.fromkeys(alert.signal.name for alert in alerts):
        yield from pairwise(alert for alert in alerts if alert.signal.name == signal)
