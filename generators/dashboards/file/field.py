"""Fields of a dashboard file: units, thresholds, value mappings, how series are drawn."""

from typing import Annotated

from pydantic import Field, JsonValue

from generators.dashboards.file.lenient import Lenient, Number


class FieldColorInFile(Lenient):
    """How series get their colours."""

    fixed_color: str = ""
    mode: str = ""


class StepInFile(Lenient):
    """A colour from a value upwards; without a value, for everything below the next."""

    color: str = ""
    value: Number | None = None


class ThresholdsInFile(Lenient):
    """Steps, absolute or in per cent of the field's range."""

    mode: str = "absolute"
    steps: tuple[StepInFile, ...] = ()


class ResultInFile(Lenient):
    """The text and colour that replace a value."""

    color: str = ""
    index: int = 0
    text: str | None = None


class MappingInFile(Lenient):
    """Values, or a kind of values, that are shown as something else; `type` tells which."""

    options: dict[str, JsonValue] = Field(default_factory=dict)
    type: str = ""


class SpecialInFile(Lenient):
    """A range, a regular expression or a kind of values, and what they are shown as."""

    begin: Annotated[Number | None, Field(alias="from")] = None
    match: str = ""
    pattern: str = ""
    result: ResultInFile = ResultInFile()
    to: Number | None = None


class ModeInFile(Lenient):
    """An option that is chosen by mode or by type."""

    fill: str = ""
    mode: str = ""
    type: str = ""


class HiddenInFile(Lenient):
    """Where a series is not shown."""

    legend: bool = False
    tooltip: bool = False
    viz: bool = False


class FieldLinkInFile(Lenient):
    """A link of a panel, or of a value in it."""

    target_blank: bool = False
    title: str = ""
    url: str = ""


class StyleInFile(Lenient):
    """How a series or a cell is drawn: `custom` of a field."""

    align: str = ""
    axis_border_show: bool = False
    axis_centered_zero: bool = False
    axis_color_mode: str = "text"
    axis_label: str = ""
    axis_placement: str = "auto"
    axis_soft_max: Number | None = None
    axis_soft_min: Number | None = None
    bar_alignment: int = 0
    cell_options: ModeInFile = ModeInFile()
    draw_style: str = "line"
    fill_below_to: str = ""
    fill_opacity: Number = 0
    filterable: bool = False
    gradient_mode: str = "none"
    hidden: bool = False
    hide_from: HiddenInFile = HiddenInFile()
    insert_nulls: bool | Number = False
    inspect: bool = False
    line_interpolation: str = "linear"
    line_style: ModeInFile = ModeInFile()
    line_width: Number = 1
    min_width: Number = 150
    point_size: Number = 5
    scale_distribution: ModeInFile = ModeInFile()
    show_points: str = "auto"
    span_nulls: bool | Number = 0
    stacking: ModeInFile = ModeInFile()
    thresholds_style: ModeInFile = ModeInFile()
    transform: str = ""
    width: Number = 0


class FieldInFile(Lenient):
    """The field of a series, once overrides are laid over the defaults."""

    color: FieldColorInFile = FieldColorInFile()
    custom: StyleInFile = StyleInFile()
    decimals: int | None = None
    display_name: str = ""
    links: tuple[FieldLinkInFile, ...] = ()
    mappings: tuple[MappingInFile, ...] = ()
    max: Number | None = None
    min: Number | None = None
    no_value: str = ""
    thresholds: ThresholdsInFile = ThresholdsInFile()
    unit: str = ""
