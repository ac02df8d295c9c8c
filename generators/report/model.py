"""What a dashboard shows, as frozen values: read once, then written by any renderer.

Times are Unix seconds. How values look is in `display`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from generators.report.display import Field, Value

Labels = tuple[tuple[str, str], ...]


class PanelKind(StrEnum):
    """The kinds of panels that can be shown."""

    TIMESERIES = "timeseries"
    STAT = "stat"
    GAUGE = "gauge"
    BAR_GAUGE = "bargauge"
    TABLE = "table"
    HEATMAP = "heatmap"
    STATE_TIMELINE = "state-timeline"
    ALERT_LIST = "alertlist"
    TEXT = "text"
    ROW = "row"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class GridPlace:
    """A place in the grid of 24 columns; a unit of height is 30 pixels."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, slots=True)
class Calc:
    """One figure over a series, such as its mean, as it is shown."""

    title: str
    value: Value
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnSeries:
    """Values over time under one name; None is a gap."""

    name: str
    labels: Labels
    field: Field
    color: str
    times: tuple[float, ...]
    values: tuple[float | None, ...]
    calcs: tuple[Calc, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnFigure:
    """One value as stat, gauge and bar gauge show it, with the series behind it where it is drawn.

    `share` is where it is between minimum and maximum, from 0 to 1.
    """

    name: str
    text: str
    color: str
    field: Field
    value: Value = None
    share: float = 0.0
    minimum: float = 0.0
    maximum: float = 100.0
    behind: DrawnSeries | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table."""

    text: str
    color: str = ""
    value: Value = None
    share: float = 0.0
    behind: DrawnSeries | None = None


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """One column of a table."""

    name: str
    field: Field
    cells: tuple[Cell, ...]
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class DrawnBucket:
    """One row of a heatmap: its upper bound, and how much fell into it at each time."""

    bound: str
    counts: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """A heatmap: buckets in rising order, over the same times."""

    times: tuple[float, ...]
    buckets: tuple[DrawnBucket, ...]
    scheme: str
    field: Field


@dataclass(frozen=True, slots=True)
class DrawnEpisode:
    """A state that lasted, on a state timeline."""

    start: float
    end: float
    text: str
    color: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a state timeline."""

    name: str
    episodes: tuple[DrawnEpisode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert that is pending or firing."""

    name: str
    state: str
    severity: str
    labels: Labels
    since: float
    summary: str


@dataclass(frozen=True, slots=True)
class DrawnLegend:
    """Which series are named, where, and with which figures."""

    shown: bool = True
    table: bool = False
    right: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A panel's options; each kind reads its own."""

    color: str = "value"
    graph: str = "none"
    text: str = "auto"
    orientation: str = "auto"
    bar: str = "gradient"
    unfilled: bool = True
    markers: bool = True
    show_value: str = "auto"
    sorts: tuple[tuple[str, bool], ...] = ()  # titles, the first one first, and whether down


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPanel:
    """One panel with what it shows; only what its kind shows is filled."""

    number: int
    kind: PanelKind
    title: str
    description: str
    grid: GridPlace
    look: Look = Look()
    legend: DrawnLegend = DrawnLegend()
    series: tuple[DrawnSeries, ...] = ()
    readings: tuple[DrawnFigure, ...] = ()
    columns: tuple[DrawnColumn, ...] = ()
    heat: Heat | None = None
    lanes: tuple[Lane, ...] = ()
    alerts: tuple[Alert, ...] = ()
    text: str = ""
    rich: bool = False
    no_value: str = ""
    faults: tuple[str, ...] = ()
    bare: bool = False
    type_name: str = ""

    @property
    def place(self) -> tuple[int, int]:
        """Return what panels and rows are sorted by."""
        return self.grid.y, self.grid.x

    @property
    def empty(self) -> bool:
        """Say whether there is nothing to show: no data, which is not a fault."""
        shown = (self.series, self.readings, self.lanes, self.alerts, self.text, self.heat)
        return not any((*shown, self.columns))  # a table without rows has its head


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A heading in the grid; a collapsed one hides how many panels it holds."""

    title: str
    y: int
    hidden: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """Return what panels and rows are sorted by."""
        return self.y, 0


@dataclass(frozen=True, slots=True)
class Event:
    """An annotation: something that began and, where it lasted, ended."""

    title: str
    color: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class ChosenVariable:
    """A variable of the dashboard, with what was chosen for it."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBoard:
    """A dashboard with what it shows from `start` to `end`."""

    uid: str
    title: str
    description: str
    start: float
    end: float
    rows: tuple[DrawnRow, ...] = ()
    panels: tuple[DrawnPanel, ...] = ()
    choices: tuple[ChosenVariable, ...] = ()
    events: tuple[Event, ...] = ()
    links: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=())
