"""How values are shown, as frozen values: units, limits, colours, words.

A colour is a name of Grafana's palette (`green`, `semi-dark-red`, `text`) or `#rrggbb`; a renderer
knows what a name looks like on its background.
"""

from dataclasses import dataclass

Value = float | str | None


@dataclass(frozen=True, slots=True)
class DrawnStep:
    """A colour, from a value upwards; the first of a list begins at minus infinity."""

    at: float
    color: str


@dataclass(frozen=True, slots=True)
class DrawnThresholds:
    """Steps in rising order; `percent` steps are shares of the way from minimum to maximum."""

    steps: tuple[DrawnStep, ...] = ()
    percent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMapping:
    """Words for values: for one `value`, for a range, for a pattern, or for a special value.

    Without a text the value is shown as if it were not mapped, in the mapping's colour.
    """

    text: str | None = None
    color: str = ""
    value: str | None = None
    low: float | None = None
    high: float | None = None
    pattern: str = ""
    special: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a line, a bar or a cell is drawn; shares are between 0 and 1.

    ticks_apart  whether an axis has more decimals than the field where texts would be alike, which
                 Grafana has not
    """

    draw: str = "line"
    interpolation: str = "linear"
    width: float = 1.0
    fill: float = 0.0
    dash: str = ""
    points: str = "auto"
    point_size: float = 5.0
    stack: str = ""
    below_to: str = ""
    connect: float = 0.0
    negative: bool = False
    limits: str = "off"
    axis: str = "auto"
    axis_label: str = ""
    ticks_apart: bool = False
    soft_min: float | None = None
    soft_max: float | None = None
    logarithmic: bool = False
    cell: str = "auto"
    cell_mode: str = ""
    align: str = ""
    cell_width: int = 0
    hidden: bool = False
    unlisted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """How values of one series or column are shown: unit, limits, colours, words.

    Colours that depend on a range are spread over its limits, or else over the panel's values.
    """

    name: str = ""
    unit: str = ""
    decimals: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    spread: tuple[float, float] = (0.0, 100.0)
    thresholds: DrawnThresholds = DrawnThresholds()
    mappings: tuple[DrawnMapping, ...] = ()
    color_mode: str = "palette-classic"
    color: str = ""
    no_value: str = ""
    linked: bool = False
    style: Style = Style()
