"""What Grafana's kinds of panels take beside what all panels have: options, and styles of fields.

After the types of Grafana 10.4 to 13, as far as they are used here.
"""

from typing import Any, Literal

from generators.checks.dashboards.strict import Strict, many, strict
from generators.dashboards.file.field import HiddenInFile, StyleInFile
from generators.dashboards.file.options import (
    LegendInFile,
    OptionsInFile,
    ReduceInFile,
    TextSizesInFile,
    TooltipInFile,
)

Json = dict[str, object]
Model = type[Strict]

_LEGEND = strict(
    LegendInFile,
    optional=("sort_by", "sort_desc"),
    calcs=many(Literal["lastNotNull", "max"]),
    display_mode=Literal["list", "table"],
    placement=Literal["bottom", "right"],
)
_TOOLTIP = strict(TooltipInFile, mode=Literal["multi", "single"], sort=Literal["desc", "none"])
_REDUCE = strict(ReduceInFile, without=("limit",), calcs=many(Literal["lastNotNull"]))
_HIDDEN = strict(HiddenInFile)
_TEXT = strict(TextSizesInFile, title_size=int, value_size=int)


def _options(*optional: str, **fields: Any) -> Model:  # noqa: ANN401 - types
    """Return the options of a kind of panel: these fields, and no others."""
    return strict(OptionsInFile, only=fields.keys(), optional=optional, **fields)


def _style(*optional: str, **fields: Any) -> Model:  # noqa: ANN401 - types
    """Return the style of a kind of panel: these fields, and no others."""
    return strict(StyleInFile, only=fields.keys(), optional=optional, **fields)


_CHART = _options(legend=_LEGEND, tooltip=_TOOLTIP)
_CHART_STYLE = _style(
    "axis_soft_max",
    "axis_soft_min",
    axis_border_show=bool,
    axis_centered_zero=bool,
    axis_color_mode=Literal["text"],
    axis_label=str,
    axis_placement=Literal["auto"],
    axis_soft_max=int | float,
    axis_soft_min=int | float,
    bar_alignment=Literal[0],
    draw_style=Literal["line", "bars"],
    fill_opacity=int,
    gradient_mode=Literal["none"],
    hide_from=_HIDDEN,
    insert_nulls=bool,
    line_interpolation=Literal["linear", "stepAfter"],
    line_width=int,
    point_size=int,
    scale_distribution=Json,
    show_points=Literal["never"],
    span_nulls=int | bool,
    stacking=Json,
    thresholds_style=Json,
)
_FIGURE = _options(
    "text",
    color_mode=Literal["value"],
    graph_mode=Literal["area", "none"],
    justify_mode=Literal["auto"],
    orientation=Literal["auto", "horizontal"],
    reduce_options=_REDUCE,
    text=_TEXT,
    text_mode=Literal["value", "value_and_name"],
    wide_layout=bool,
)
_RANKING = _options(
    display_mode=Literal["basic"],
    max_viz_height=int,
    min_viz_height=int,
    min_viz_width=int,
    name_placement=Literal["left"],
    orientation=Literal["horizontal"],
    reduce_options=_REDUCE,
    show_unfilled=bool,
    sizing=Literal["manual"],
    text=_TEXT,
    value_mode=Literal["color"],
)
_TABLE = _options(
    cell_height=Literal["sm"],
    footer=Json,
    show_header=bool,
    sort_by=many(Json),
)
_TABLE_STYLE = _style(
    align=Literal["auto"],
    cell_options=Json,
    filterable=bool,
    inspect=bool,
    min_width=int,
)
_HEATMAP = _options(
    calculate=bool,
    cell_gap=int,
    cell_values=Json,
    color=Json,
    exemplars=Json,
    filter_values=Json,
    legend=Json,
    rows_frame=Json,
    tooltip=Json,
    y_axis=Json,
)
_HEATMAP_STYLE = _style(hide_from=_HIDDEN, scale_distribution=Json)
_TIMELINE = _options(
    align_value=Literal["left"],
    legend=_LEGEND,
    merge_values=bool,
    row_height=int | float,
    show_value=Literal["never"],
    tooltip=_TOOLTIP,
)
_TIMELINE_STYLE = _style(
    fill_opacity=int,
    hide_from=_HIDDEN,
    insert_nulls=bool,
    line_width=int,
    span_nulls=bool,
)

KINDS: dict[str, tuple[Model, Model | None]] = {
    "timeseries": (_CHART, _CHART_STYLE),
    "stat": (_FIGURE, None),
    "bargauge": (_RANKING, None),
    "table": (_TABLE, _TABLE_STYLE),
    "heatmap": (_HEATMAP, _HEATMAP_STYLE),
    "state-timeline": (_TIMELINE, _TIMELINE_STYLE),
}
