"""What Grafana's kinds of panels take beside what all panels have: options, and styles of fields.

After the types of Grafana 10.4 to 13, as far as they are used here.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

Json = dict[str, Any]
Number = int | float


class Strict(BaseModel):
    """Refuses keys that it does not name, in Grafana's spelling, and values of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class StrictLegend(Strict):
    """Names of series."""

    calcs: list[Literal["lastNotNull", "max"]]
    display_mode: Literal["list", "table"]
    placement: Literal["bottom"]
    show_legend: bool
    sort_by: str | None = None
    sort_desc: bool | None = None


class StrictTooltip(Strict):
    """What is shown under the pointer."""

    mode: Literal["multi", "single"]
    sort: Literal["desc", "none"]


class StrictReduce(Strict):
    """How a series becomes one value."""

    calcs: list[Literal["lastNotNull"]]
    fields: str
    values: bool


class StrictHidden(Strict):
    """Where a series is not shown."""

    legend: bool
    tooltip: bool
    viz: bool


class StrictChart(Strict):
    """Options of a time series."""

    legend: StrictLegend
    tooltip: StrictTooltip


class StrictChartStyle(Strict):
    """Style of a time series."""

    axis_border_show: bool
    axis_centered_zero: bool
    axis_color_mode: Literal["text"]
    axis_label: str
    axis_placement: Literal["auto"]
    axis_soft_max: Number | None = None
    axis_soft_min: Number | None = None
    bar_alignment: Literal[0]
    draw_style: Literal["line", "bars"]
    fill_opacity: int
    gradient_mode: Literal["none"]
    hide_from: StrictHidden
    insert_nulls: bool
    line_interpolation: Literal["linear", "stepAfter"]
    line_width: int
    point_size: int
    scale_distribution: Json
    show_points: Literal["never"]
    span_nulls: int | bool
    stacking: Json
    thresholds_style: Json


class StrictFigure(Strict):
    """Options of a stat."""

    color_mode: Literal["value"]
    graph_mode: Literal["area", "none"]
    justify_mode: Literal["auto"]
    orientation: Literal["auto", "horizontal"]
    reduce_options: StrictReduce
    text_mode: Literal["value", "value_and_name"]
    wide_layout: bool


class StrictRanking(Strict):
    """Options of a bar gauge."""

    display_mode: Literal["basic"]
    max_viz_height: int
    min_viz_height: int
    min_viz_width: int
    name_placement: Literal["left"]
    orientation: Literal["horizontal"]
    reduce_options: StrictReduce
    show_unfilled: bool
    sizing: Literal["auto"]
    value_mode: Literal["color"]


class StrictTable(Strict):
    """Options of a table."""

    cell_height: Literal["sm"]
    footer: Json
    show_header: bool
    sort_by: list[Json]


class StrictTableStyle(Strict):
    """Style of a table's cells."""

    align: Literal["auto"]
    cell_options: Json
    filterable: bool
    inspect: bool


class StrictHeatmap(Strict):
    """Options of a heatmap."""

    calculate: bool
    cell_gap: int
    cell_values: Json
    color: Json
    exemplars: Json
    filter_values: Json
    legend: Json
    rows_frame: Json
    tooltip: Json
    y_axis: Json


class StrictHeatmapStyle(Strict):
    """Style of a heatmap."""

    hide_from: StrictHidden
    scale_distribution: Json


class StrictTimeline(Strict):
    """Options of a state timeline."""

    align_value: Literal["left"]
    legend: StrictLegend
    merge_values: bool
    row_height: Number
    show_value: Literal["never"]
    tooltip: StrictTooltip


class StrictTimelineStyle(Strict):
    """Style of a state timeline."""

    fill_opacity: int
    hide_from: StrictHidden
    insert_nulls: bool
    line_width: int
    span_nulls: bool


Model = type[BaseModel]
KINDS: dict[str, tuple[Model, Model | None]] = {
    "timeseries": (StrictChart, StrictChartStyle),
    "stat": (StrictFigure, None),
    "bargauge": (StrictRanking, None),
    "table": (StrictTable, StrictTableStyle),
    "heatmap": (StrictHeatmap, StrictHeatmapStyle),
    "state-timeline": (StrictTimeline, StrictTimelineStyle),
}
