"""What a summary of the service says, as frozen values: signals, budgets, the monitoring itself.

Times are Unix seconds, values are in base units; None is a value that nobody knows.
"""

from dataclasses import dataclass

from exporter.monitoring_config import is_worse
from exporter.prometheus.api import Labels, TimeSpan


@dataclass(frozen=True, slots=True)
class PlaceValue:
    """A value and the labels of where it is measured."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class SignalLimit:
    """A limit that an alert has for a signal: its value, and in words."""

    alert: str
    severity: str
    value: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalState:
    """A signal of a period, beside the period before and the same one a week earlier.

    now, before, week_ago  of everything that is monitored: ratios and means of all events
    line, line_before      the signal within the period and the one before; gaps are NaN
    worst                  the worst five minutes of the period; never better than `now`
    places                 by place, the worst first
    """

    name: str
    noun: str
    kind: str
    unit: str | None
    direction: str
    url: str
    now: float | None
    before: float | None
    week_ago: float | None
    line: tuple[float, ...]
    line_before: tuple[float, ...]
    worst: float | None
    places: tuple[PlaceValue, ...]
    limits: tuple[SignalLimit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """The error budget of one service, over the window of its objective.

    share      of good events
    remaining  share of the budget that is left; below 0, it is overspent
    spent_in   seconds until it is spent; None where it is not being spent too fast, or not known
    young      whether the pace is not known yet: the data are younger than the time it is taken of
    """

    signal: str
    labels: Labels
    share: float | None
    remaining: float
    spent_in: float | None
    young: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringState:
    """A figure about the monitoring itself, and what it should be."""

    name: str
    noun: str
    unit: str | None
    direction: str
    target: float | None
    value: float | None

    @property
    def missed(self) -> bool:
        """Whether the figure is worse than its target."""
        if self.target is None or self.value is None:
            return False
        return is_worse(self.value, self.target, self.direction)


@dataclass(frozen=True, slots=True)
class DataGap:
    """Source time of a family of a project that no poll could read, in seconds."""

    project: str
    family: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """The state of the service and of its monitoring over a period.

    faults  what could not be read, and why
    """

    span: TimeSpan
    signals: tuple[SignalState, ...]
    budgets: tuple[BudgetState, ...]
    monitoring: tuple[MonitoringState, ...]
    gaps: tuple[DataGap, ...]
    faults: tuple[str, ...]
