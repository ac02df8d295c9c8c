"""A dashboard file of Grafana's classic schema, typed, as far as anything here reads one.

It is read leniently, as Grafana does: what a file leaves out, or has as null, is what Grafana takes
instead, and what is not named here is left alone. The checks of dashboards refuse what Grafana
would not know.
"""

import json
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from exporter.errors import SettingsError

Number = int | float


class Lenient(BaseModel):
    """Takes what it names, in Grafana's spelling; null is as if it were not there."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, coerce_numbers_to_str=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_null(cls, found: object) -> object:
        if not isinstance(found, dict):
            return found
        return {key: value for key, value in found.items() if value is not None}


def _by_uid(found: object) -> object:
    """Return a datasource as a mapping: old files have its name alone."""
    return found if isinstance(found, dict) else {"uid": str(found)}


class SourceInFile(Lenient):
    """Which datasource is asked."""

    type: str = ""
    uid: str = ""


Source = Annotated[SourceInFile, BeforeValidator(_by_uid)]


class TargetInFile(Lenient):
    """A query of a panel."""

    datasource: Source = SourceInFile()
    expr: str = ""
    format: str = "time_series"
    hide: bool = False
    instant: bool = False
    interval: str = ""
    legend_format: str = ""
    range: bool = False
    ref_id: str = "A"


class PlaceInFile(Lenient):
    """A place in the grid of 24 columns."""

    h: int
    w: int
    x: int
    y: int


class TransformationInFile(Lenient):
    """A transformation of what queries return."""

    id: str
    disabled: bool = False
    options: dict[str, JsonValue] = {}


class MatcherInFile(Lenient):
    """Which series an override is of."""

    id: str = ""
    options: JsonValue = None


class PropertyInFile(Lenient):
    """What an override sets: custom.lineWidth, unit."""

    id: str
    value: JsonValue = None


class OverrideInFile(Lenient):
    """What is special about some series."""

    matcher: MatcherInFile = MatcherInFile()
    properties: tuple[PropertyInFile, ...] = ()


class FieldConfigInFile(Lenient):
    """How values are shown; overrides replace single keys of the defaults, so that these stay."""

    defaults: dict[str, JsonValue] = {}
    overrides: tuple[OverrideInFile, ...] = ()


class LegendInFile(Lenient):
    """Names of series."""

    calcs: tuple[str, ...] = ()
    display_mode: str = "list"
    placement: str = "bottom"
    show_legend: bool = True
    sort_by: str = ""
    sort_desc: bool = False


class SortInFile(Lenient):
    """A column that rows are sorted by."""

    display_name: str = ""
    desc: bool = False


class ReduceInFile(Lenient):
    """How a series becomes one value, or a table's rows values."""

    calcs: tuple[str, ...] = ()
    limit: int | None = None
    values: bool = False


class AxisInFile(Lenient):
    """The axis of a heatmap."""

    decimals: int | None = None
    unit: str = ""


class CountsInFile(Lenient):
    """Counts of a heatmap that are not drawn."""

    le: Number = 0.0


class SchemeInFile(Lenient):
    """The colours of a heatmap."""

    scheme: str = "Oranges"


class OptionsInFile(Lenient):
    """Options of panels of every kind; each kind has some of them."""

    alert_instance_label_filter: str = ""
    color: SchemeInFile = SchemeInFile()
    color_mode: str = "value"
    content: str = ""
    display_mode: str = "gradient"
    filter_values: CountsInFile = CountsInFile()
    graph_mode: str = "none"
    legend: LegendInFile = LegendInFile()
    max_items: int = 20
    merge_values: bool = True
    mode: str = "markdown"
    orientation: str = "auto"
    reduce_options: ReduceInFile = ReduceInFile()
    show_threshold_markers: bool = True
    show_unfilled: bool = True
    show_value: str = "auto"
    sort_by: tuple[SortInFile, ...] = ()
    state_filter: dict[str, bool] = {}
    text_mode: str = "auto"
    y_axis: AxisInFile = AxisInFile()


class PanelInFile(Lenient):
    """A panel, or a row with the panels that it hides."""

    collapsed: bool = False
    datasource: Source = SourceInFile()
    description: str = ""
    field_config: FieldConfigInFile = FieldConfigInFile()
    grid_pos: PlaceInFile
    id: int = 0
    interval: str = ""
    max_data_points: int = 0
    max_per_row: int = 4
    options: OptionsInFile = OptionsInFile()
    panels: tuple["PanelInFile", ...] = ()
    repeat: str = ""
    repeat_direction: str = "h"
    targets: tuple[TargetInFile, ...] = ()
    title: str = ""
    transformations: tuple[TransformationInFile, ...] = ()
    transparent: bool = False
    type: str


class CurrentInFile(Lenient):
    """What is chosen in a variable at first."""

    value: JsonValue = None


class QueryInFile(Lenient):
    """What a variable's values are asked by; old files have its text alone."""

    query: str = ""


def _by_query(found: object) -> object:
    return found if isinstance(found, dict) else {"query": str(found)}


class VariableInFile(Lenient):
    """What a reader may choose."""

    all_value: str = ""
    current: CurrentInFile = CurrentInFile()
    datasource: Source = SourceInFile()
    hide: int = 0
    include_all: bool = False
    label: str = ""
    multi: bool = False
    name: str
    options: tuple[CurrentInFile, ...] = ()
    query: Annotated[QueryInFile, BeforeValidator(_by_query)] = QueryInFile()
    type: str = ""


class VariablesInFile(Lenient):
    """All variables."""

    list: tuple[VariableInFile, ...] = ()


class AnnotationInFile(Lenient):
    """A query whose results are marks in every chart."""

    datasource: Source = SourceInFile()
    enable: bool = False
    expr: str = ""
    icon_color: str = "red"
    name: str = ""
    step: str = ""
    text_format: str = ""
    title_format: str = ""
    use_value_for_time: bool = False


class AnnotationsInFile(Lenient):
    """All annotations."""

    list: tuple[AnnotationInFile, ...] = ()


class TimesInFile(Lenient):
    """The range at first."""

    begin: Annotated[str, Field(alias="from")] = "now-6h"
    to: str = "now"


class LinkInFile(Lenient):
    """A link of the dashboard."""

    title: str = ""


class BoardInFile(Lenient):
    """A dashboard."""

    annotations: AnnotationsInFile = AnnotationsInFile()
    description: str = ""
    links: tuple[LinkInFile, ...] = ()
    panels: tuple[PanelInFile, ...]
    templating: VariablesInFile = VariablesInFile()
    time: TimesInFile = TimesInFile()
    title: str
    uid: str = ""


class FieldColorInFile(Lenient):
    """How series get their colours."""

    fixed_color: str = ""
    mode: str = ""


class StepInFile(Lenient):
    """A colour from a value upwards; from everywhere, where there is no value."""

    color: str = ""
    value: Number | None = None


class ThresholdsInFile(Lenient):
    """Steps, absolute or in per cent of the field's range."""

    mode: str = "absolute"
    steps: tuple[StepInFile, ...] = ()


class ResultInFile(Lenient):
    """What a value is shown as."""

    color: str = ""
    index: int = 0
    text: str = ""


class MappingInFile(Lenient):
    """Values, or a kind of values, that are shown as something else; its type says which."""

    options: dict[str, JsonValue] = {}
    type: str = ""


class ModeInFile(Lenient):
    """A way that is chosen by name, or by type."""

    fill: str = ""
    mode: str = ""
    type: str = ""


class HiddenInFile(Lenient):
    """Where a series is not shown."""

    legend: bool = False
    viz: bool = False


class StyleInFile(Lenient):
    """How a series is drawn, or a cell is: what `custom` of a field holds."""

    align: str = ""
    axis_label: str = ""
    axis_placement: str = "auto"
    axis_soft_max: Number | None = None
    axis_soft_min: Number | None = None
    cell_options: ModeInFile = ModeInFile()
    draw_style: str = "line"
    fill_below_to: str = ""
    fill_opacity: Number = 0
    hidden: bool = False
    hide_from: HiddenInFile = HiddenInFile()
    line_interpolation: str = "linear"
    line_style: ModeInFile = ModeInFile()
    line_width: Number = 1
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
    mappings: tuple[MappingInFile, ...] = ()
    max: Number | None = None
    min: Number | None = None
    no_value: str = ""
    thresholds: ThresholdsInFile = ThresholdsInFile()
    unit: str = ""


class SpecialInFile(Lenient):
    """A range, a regular expression or a kind of values, and what they are shown as."""

    begin: Annotated[Number | None, Field(alias="from")] = None
    match: str = ""
    pattern: str = ""
    result: ResultInFile = ResultInFile()
    to: Number | None = None


def read(path: Path) -> BoardInFile:
    """Return the dashboard of a file. Raises SettingsError where it is none, or cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        return BoardInFile.model_validate(json.loads(text))
    except ValidationError as error:
        raise SettingsError(
            f"{path}: is no dashboard of Grafana's classic schema: {wrong(error)}"
        ) from error
    except ValueError as error:
        raise SettingsError(f"{path}: is no JSON: {error}") from error


def wrong(error: ValidationError) -> str:
    """Return the first thing that a file has wrong: where it stands, and what it is."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    return f"'{where}': {first['msg']}" if where else first["msg"]
