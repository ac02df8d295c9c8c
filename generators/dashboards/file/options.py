"""Options of the panels of a dashboard file; each kind has some of them."""

from pydantic import Field, JsonValue

from generators.dashboards.file.lenient import Lenient, Number


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
    fields: str = ""
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


class TooltipInFile(Lenient):
    """What is shown under the pointer."""

    mode: str = "single"
    sort: str = "none"


class TextSizesInFile(Lenient):
    """Sizes of names and values, in pixels; null where Grafana chooses."""

    title_size: Number | None = None
    value_size: Number | None = None


class OptionsInFile(Lenient):
    """Options of panels of every kind; each kind has some of them."""

    alert_instance_label_filter: str = ""
    align_value: str = "left"
    calculate: bool = False
    cell_gap: Number = 1
    cell_height: str = "sm"
    cell_values: dict[str, JsonValue] = Field(default_factory=dict)
    color: SchemeInFile = SchemeInFile()
    color_mode: str = "value"
    content: str = ""
    display_mode: str = "gradient"
    exemplars: dict[str, JsonValue] = Field(default_factory=dict)
    filter_values: CountsInFile = CountsInFile()
    footer: dict[str, JsonValue] = Field(default_factory=dict)
    graph_mode: str = "none"
    justify_mode: str = "auto"
    legend: LegendInFile = LegendInFile()
    max_items: int = 20
    max_viz_height: Number = 300
    merge_values: bool = True
    min_viz_height: Number = 16
    min_viz_width: Number = 8
    mode: str = "markdown"
    name_placement: str = "auto"
    orientation: str = "auto"
    reduce_options: ReduceInFile = ReduceInFile()
    row_height: Number = 0.9
    rows_frame: dict[str, JsonValue] = Field(default_factory=dict)
    show_header: bool = True
    show_threshold_markers: bool = True
    show_unfilled: bool = True
    show_value: str = "auto"
    sizing: str = "auto"
    sort_by: tuple[SortInFile, ...] = ()
    state_filter: dict[str, bool] = Field(default_factory=dict)
    text: TextSizesInFile = TextSizesInFile()
    text_mode: str = "auto"
    tooltip: TooltipInFile = TooltipInFile()
    value_mode: str = "color"
    wide_layout: bool = True
    y_axis: AxisInFile = AxisInFile()
