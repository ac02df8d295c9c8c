"""What a chart is made of, as frozen values: paths in a box, marks of its axes, and its values.

A box is `wide` by `high` units, stretched to the pixels that a page has for it; y grows downwards.
Places outside of it are per cent of its sides. Colours are names of the palette, or `#rrggbb`.
"""

from dataclasses import dataclass

from generators.report.model import PanelKind

NO_SERIES = -1  # of a path that belongs to no entry of the legend


@dataclass(frozen=True, slots=True)
class AxisMark:
    """A text beside an axis; the higher its level, the sooner a narrow chart leaves it out."""

    at: float
    text: str
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPath:
    """One path: a line, an area, bars, dots, cells, or a limit.

    series  the place of what it draws in the panel's series, by which a legend finds it
    width   in pixels; of bars and cells in units of the box
    """

    kind: str
    path: str
    color: str
    series: int = NO_SERIES
    width: float = 0.0
    opacity: float = 1.0
    dash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBlock:
    """A state of a state timeline, in per cent of the box."""

    x: float
    y: float
    wide: float
    high: float
    color: str
    text: str


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of a table of values.

    reach  how many rows away its nearest value may be: it has fewer than there are rows
    """

    name: str
    color: str = ""
    reach: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueTable:
    """What a chart shows, as a table: a row for each time, or for each state.

    first, each  the place of the first row's time, and from row to row, in per cent of the box
    note         how the rows were made, where each is more than one point
    """

    columns: tuple[ValueColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    first: float = 0.0
    each: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One chart; margins are pixels.

    start   the place of the box's left side: what is drawn lies at whole units
    scale   which colour is how much, of a heatmap; its colours are of the scheme
    about   what the chart says, in words
    """

    kind: PanelKind
    start: float
    wide: float
    high: int
    left: float
    right: float
    foot: float
    times: tuple[AxisMark, ...]
    values: tuple[AxisMark, ...]
    values_right: tuple[AxisMark, ...] = ()
    title: str = ""
    grid: str = ""
    paths: tuple[DrawnPath, ...] = ()
    blocks: tuple[DrawnBlock, ...] = ()
    scale: tuple[AxisMark, ...] = ()
    scheme: str = ""
    about: str
    table: ValueTable
