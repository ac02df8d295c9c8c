"""Options of the panels of a dashboard file; each kind has some of them."""

from pydantic import Field

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
    state_filter: dict[str, bool] = Field(default_factory=dict)
    text_mode: str = "auto"
    y_axis: AxisInFile = AxisInFile()
