"""What a report says, as frozen values: read once, then written by any renderer.

Times are Unix seconds, values are in base units (seconds, bytes, ratios from 0 to 1), and None is
a value that nobody knows. `exporter.summary.wording.shown` writes a value with its unit;
`generators.service_report.words` has the sentences that all formats share.
"""

from dataclasses import dataclass
from enum import StrEnum

from exporter.monitoring_config import SignalTargetConfig
from exporter.prometheus.api import Labels, TimeSpan
from exporter.summary.alerts import AlertsState
from exporter.summary.model import (
    BudgetState,
    DataGap,
    MonitoringState,
    PlaceValue,
    SignalState,
)
from generators.report.model import DrawnBoard


class Health(StrEnum):
    """How something is. What is not known is never OK, nor is what has no limit or target."""

    OK = "ok"
    WARNING = "warning"
    FAILING = "failing"
    UNKNOWN = "unknown"
    UNJUDGED = "unjudged"


class Resolution(StrEnum):
    """Which series a number came from: of each minute, kept 72 hours, or of five, kept 90 days.

    PAGE is the exporter's own page, of the last half hour.
    """

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalResolutions:
    """From which resolution the numbers of a SignalState came; None where there is no number."""

    now: Resolution | None
    before: Resolution | None
    week_ago: Resolution | None
    line: Resolution | None


@dataclass(frozen=True, slots=True)
class JudgedPlace:
    """The last five minutes of a signal in one place, and how it is there.

    beyond  the worst limit that it is beyond: above 100ms (ResponseTimeWarning); empty for none
    """

    place: PlaceValue
    health: Health
    beyond: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedSignal:
    """One of the catalog's signals.

    signal       over the period (`now`), beside yesterday's (`before`) and that of a week ago, with
                 lines, worst five minutes, values by place and limits
    latest       the last five minutes of the period, of everything that is chosen
    latest_by    the same by place, the worst first
    target       None where none is set
    missed       whether `now` misses the target; None where that is not known, or none is set
    objective    the share that is promised; None where nothing is
    health       FAILING beyond the limit of a critical alert, WARNING beyond another one, or where
                 the target is missed, UNJUDGED where it has none of them
    why          in a sentence; empty where it is healthy
    """

    signal: SignalState
    latest: float | None
    latest_by: tuple[JudgedPlace, ...]
    target: SignalTargetConfig | None
    missed: bool | None
    objective: float | None
    resolutions: SignalResolutions
    health: Health
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionColumn:
    """A signal that regions are compared by."""

    name: str
    noun: str
    unit: str | None
    direction: str


@dataclass(frozen=True, slots=True)
class RegionCell:
    """A signal of a region over the period, and how it is against its limits."""

    value: float | None
    health: Health


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One region; a cell for each column."""

    region: str
    cells: tuple[RegionCell, ...]


@dataclass(frozen=True, slots=True)
class RegionalComparison:
    """The regions beside each other, by name."""

    columns: tuple[RegionColumn, ...]
    rows: tuple[RegionRow, ...]


@dataclass(frozen=True, slots=True)
class ReportedBudget:
    """A budget of a service: FAILING where it is spent, WARNING where it is soon."""

    budget: BudgetState
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAnomaly:
    """A stretch of the period outside the band in which a signal is expected at that hour.

    end              None where it goes on at the end of the period
    at               when it was farthest away; value, expected and distance are of that time
    distance         from what is expected, in widths of the band; below 0 for a low value
    fires            whether the rule's alert fires in it
    """

    signal: str
    noun: str
    unit: str | None
    place: Labels
    start: float
    end: float | None
    at: float
    value: float
    expected: float
    distance: float
    alert: str
    fires: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAnomalies:
    """The stretches, the farthest first; and why more is not known.

    series   how many had a band at some time of the period
    unknown  empty where all is known
    """

    found: tuple[ReportedAnomaly, ...]
    series: int
    unknown: str


@dataclass(frozen=True, slots=True)
class ReportedFigure:
    """A figure about the monitoring, or of its cost; WARNING where its target is missed."""

    figure: MonitoringState
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyAge:
    """How old the newest point of a family is at the end of the period, in seconds.

    usual   the delay with which its points can be read; None where that is not known
    health  WARNING where it is later than promised, and beyond the limit of the alert on it
    """

    project: str
    family: str
    seconds: float
    usual: float | None
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSource:
    """A server that was asked; `fault` is empty where it answers.

    what  such as: Prometheus, each minute, 72 hours
    """

    name: str
    what: str
    url: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReport:
    """The state of a service over a period.

    since            when its data begin; None where they reach back to its start
    made             when the report was made
    chosen_service, chosen_region  empty where all are
    health, reasons  of the whole: the reasons are sentences, the most severe first
    costs            what reading costs: so far in the period, projected, the budget
    gaps             source time that no poll could read, the longest first
    unknown          what is not known, and why: a source that does not answer, a query that failed
    complete         whether every source that was asked gave an answer
    """

    service: str
    chosen_service: str
    chosen_region: str
    span: TimeSpan
    since: float | None
    made: float
    version: str
    health: Health
    reasons: tuple[str, ...]
    signals: tuple[ReportedSignal, ...]
    regions: RegionalComparison
    alerts: AlertsState
    budgets: tuple[ReportedBudget, ...]
    anomalies: ReportedAnomalies
    monitoring: tuple[ReportedFigure, ...]
    costs: tuple[ReportedFigure, ...]
    ages: tuple[FamilyAge, ...]
    gaps: tuple[DataGap, ...]
    sources: tuple[ReportSource, ...]
    unknown: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardsReport:
    """Dashboards with what they show, as `ionmon preview` draws them.

    unknown  the faults of all, each with its dashboard and panel
    """

    made: float
    version: str
    boards: tuple[DrawnBoard, ...]
    sources: tuple[ReportSource, ...]
    unknown: tuple[str, ...]
