"""Which alerts there are, at which values, and why: a table, and what monitoring.yaml changes.

The nine alerts and their thresholds are the report's; windows and factors of the burn rates are
those of the SRE workbook's chapter on alerting on SLOs, scaled to the objective's window.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from exporter.catalog.model import Direction, Family, Signal, Unit
from exporter.catalog.signals import SIGNALS, families_in
from exporter.errors import SettingsError
from exporter.settings import AlertSettings, Settings
from exporter.settings.types import duration

MINUTE, HOUR, DAY = 60, 3600, 86400
SEVERITIES = ("critical", "high", "medium", "low")
WATCHDOG = "Watchdog"  # the alert that always fires; it has no severity of these
EVALUATION = MINUTE  # of the alerts and of what they are built on, seconds
WINDOW = 5 * MINUTE
NEWEST = 2 * MINUTE  # an alert is silent where this part of the window is fine again
LINGER = 2 * MINUTE  # bridges evaluations without a value; a single fine one does not resolve
BAD_EVENTS = 10  # an error budget's alert needs so many errors in its long window
SIGNAL_BY_NAME = {signal.name: signal for signal in SIGNALS}
_PROJECT = "gcp_project"
Changeable = TypeVar("Changeable", "ThresholdAlert", "ExhaustedAlert")


@dataclass(frozen=True, slots=True)
class ThresholdAlert:
    """A signal beyond a value, in the signal's unit, for `hold` seconds."""

    name: str
    signal: Signal
    threshold: float
    hold: float
    severity: str
    why: str


@dataclass(frozen=True, slots=True)
class BurnWindow:
    """A share of the budget, spent within `long` seconds; `short` says that it goes on."""

    budget: float
    long: int
    short: int


@dataclass(frozen=True, slots=True)
class BurnAlert:
    """An error budget that burns too fast; `factors` are the burn rates of its windows."""

    name: str
    windows: tuple[BurnWindow, ...]
    factors: tuple[float, ...]
    hold: float
    severity: str
    why: str


@dataclass(frozen=True, slots=True)
class ExhaustedAlert:
    """A share of the error budget that is spent."""

    name: str
    threshold: float
    hold: float
    severity: str
    why: str


@dataclass(frozen=True, slots=True)
class Objective:
    """What is promised: the share of good events within a window of so many seconds."""

    availability: float
    window: float

    @property
    def budget(self) -> float:
        """The share of events that may be bad."""
        return round(1 - self.availability, 12)


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything that is alerted on, with what monitoring.yaml changes."""

    objective: Objective
    thresholds: tuple[ThresholdAlert, ...]
    breach: BurnAlert | None
    burn: BurnAlert | None
    exhausted: ExhaustedAlert | None


def split(signal: Signal) -> tuple[str, ...]:
    """Return the labels of a signal's full split: the project first, where its families have it."""
    families: list[Family] = list(families_in(signal.expression))
    projects = all(_PROJECT in family.label_names for family in families)
    return (_PROJECT, *signal.by) if projects else signal.by


def _row(name: str, signal: str, threshold: float, hold: float, severity: str) -> ThresholdAlert:
    why = "the report's alert rules"
    return ThresholdAlert(name, SIGNAL_BY_NAME[signal], threshold, hold, severity, why)


THRESHOLDS = (
    _row("ResponseTimeCritical", "response_time_p95", 0.2, 3 * MINUTE, "critical"),
    _row("ErrorRateCritical", "error_rate", 0.01, 3 * MINUTE, "critical"),
    _row("ResponseTimeWarning", "response_time_p95", 0.1, 3 * MINUTE, "high"),
    _row("ErrorRateWarning", "error_rate", 0.005, 3 * MINUTE, "high"),
    _row("DatabaseLag", "replication_lag", 0.5, 3 * MINUTE, "high"),
    _row("CacheHitRateLow", "cache_hit_rate_l2", 0.7, 5 * MINUTE, "medium"),
    _row("CPUHigh", "cpu_utilization", 0.8, 5 * MINUTE, "medium"),
    _row("MemoryHigh", "memory_utilization", 0.8, 5 * MINUTE, "medium"),
)
_SPENT = "nothing of the budget is left"
_WORKBOOK = "the SRE workbook's windows for an objective's budget"
PAGE_WINDOWS = (
    BurnWindow(0.02, HOUR, 5 * MINUTE),
    BurnWindow(0.05, 6 * HOUR, 30 * MINUTE),
)
TICKET_WINDOWS = (
    BurnWindow(0.10, DAY, 2 * HOUR),
    BurnWindow(0.10, 3 * DAY, 6 * HOUR),
)


def policy(settings: Settings) -> Policy:
    """Return the table with what the settings change. Raises SettingsError where they conflict."""
    given = settings.alerts.by_name()
    objective = Objective(settings.objectives.availability, settings.objectives.window)
    exhausted = ExhaustedAlert("ErrorBudgetExhausted", 1.0, 15 * MINUTE, "medium", _SPENT)
    found = Policy(
        objective,
        tuple(_changed(a, given[a.name]) for a in THRESHOLDS if given[a.name].enabled),
        _burn("SLABreach", PAGE_WINDOWS, (2 * MINUTE, "critical"), objective, given),
        _burn("ErrorBudgetBurn", TICKET_WINDOWS, (15 * MINUTE, "high"), objective, given),
        _changed(exhausted, given[exhausted.name]) if given[exhausted.name].enabled else None,
    )
    problems = [*_contradictions(found)]
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def _changed(alert: Changeable, given: AlertSettings) -> Changeable:
    """Return the alert with what the settings say of it."""
    threshold = alert.threshold if given.threshold is None else given.threshold
    return replace(
        alert,
        threshold=threshold,
        hold=alert.hold if given.duration is None else given.duration,
        severity=given.severity or alert.severity,
        why=alert.why if threshold == alert.threshold else "monitoring.yaml",
    )


def _burn(
    name: str,
    windows: tuple[BurnWindow, ...],
    usual: tuple[float, str],
    objective: Objective,
    given: Mapping[str, AlertSettings],
) -> BurnAlert | None:
    """Return a burn-rate alert; a threshold of the settings is the first window's factor."""
    said = given[name]
    if not said.enabled:
        return None
    factors = tuple(factor(window, objective) for window in windows)
    if said.threshold is not None:
        factors = tuple(f * said.threshold / factors[0] for f in factors)
    hold = usual[0] if said.duration is None else said.duration
    why = _WORKBOOK if said.threshold is None else "monitoring.yaml"
    return BurnAlert(name, windows, factors, hold, said.severity or usual[1], why)


def factor(window: BurnWindow, objective: Objective) -> float:
    """Return the burn rate that spends a window's share of the budget within it; 1 at least."""
    return max(1.0, round(window.budget * objective.window / window.long, 6))


def _contradictions(found: Policy) -> Iterator[str]:
    """Yield what makes a more urgent alert pointless: it must lie beyond the less urgent one."""
    for alert, other in _pairs(found.thresholds):
        urgent, calm = sorted((alert, other), key=lambda a: SEVERITIES.index(a.severity))
        beyond = urgent.threshold - calm.threshold
        if (beyond if urgent.signal.direction is Direction.UP else -beyond) <= 0:
            yield (
                f"alerts.{urgent.name}.threshold: {shown(urgent.threshold, urgent.signal.unit)} is "
                f"no worse than {calm.name}'s {shown(calm.threshold, calm.signal.unit)}; "
                f"move one of them"
            )


def _pairs(
    alerts: tuple[ThresholdAlert, ...],
) -> Iterator[tuple[ThresholdAlert, ThresholdAlert]]:
    """Yield the alerts on one signal, two and two."""
    for signal in dict.fromkeys(alert.signal.name for alert in alerts):
        yield from pairwise(alert for alert in alerts if alert.signal.name == signal)


def shown(value: float, unit: Unit) -> str:
    """Return a value as people write it: 100ms, 0.5%."""
    if unit is Unit.SECONDS:
        return duration(value)
    if unit is Unit.RATIO:
        return f"{number(value * 100)}%"
    return number(value)


def number(value: float) -> str:
    """Return a number with at most ten significant digits: no noise of binary fractions."""
    return f"{value:.10g}"
