"""Charts of series over time: limits, areas, stacks, bars, dots and axes are where values are."""

from dataclasses import replace

import pytest

from exporter.prometheus.api import TimeSpan
from generators.report.charts import HIGH, lines
from generators.report.detail import ChartDetail
from generators.report.display import DrawnStep, DrawnThresholds, Field, Style
from generators.report.model import DrawnPanel, DrawnSeries, GridPlace, PanelKind
from generators.report.plot import DrawnPath, Plot

HOUR = TimeSpan(36_000.0, 39_600.0)
LIMITS = DrawnThresholds(
    (DrawnStep(float("-inf"), "green"), DrawnStep(0.1, "orange"), DrawnStep(9.0, "red"))
)


def series(name: str, *values: float | None, field: Field | None = None) -> DrawnSeries:
    """Return a series with a value each minute."""
    return DrawnSeries(
        name=name,
        labels=(),
        field=field or Field(),
        color="blue",
        times=tuple(HOUR.start + 60.0 * at for at in range(len(values))),
        values=values,
    )


def drawn(*found: DrawnSeries, columns: int = 700) -> Plot:
    """Return the chart of a panel with these series."""
    panel = DrawnPanel(
        number=1,
        kind=PanelKind.TIMESERIES,
        title="Latency",
        description="",
        grid=GridPlace(0, 0, 12, 8),
        series=found,
    )
    return lines(panel, HOUR, 200, ChartDetail(columns, 60))


def kinds(plot: Plot) -> list[str]:
    """Return what is drawn, from back to front."""
    return [path.kind for path in plot.paths]


def only(plot: Plot, kind: str) -> DrawnPath:
    """Return the one path of a kind."""
    (found,) = [path for path in plot.paths if path.kind == kind]
    return found


def test_a_line_lies_where_its_axis_says() -> None:
    """Ends of the axis are ends of the box; a value between them lies between."""
    plot = drawn(series("a", 0.0, 5.0, 10.0, field=Field(minimum=0, maximum=10)))
    assert [(mark.at, mark.text) for mark in plot.values][::5] == [(100.0, "0"), (0.0, "10")]
    assert only(plot, "line").path == f"M0 {HIGH}l1-240 1-240"
    assert (plot.start, plot.wide, plot.high) == (0, 60, HIGH)


def test_what_lies_beyond_an_axis_stays_near_it() -> None:
    """A value of a million on an axis to 10 is above the box, in few digits."""
    plot = drawn(series("a", 0.0, 1e6, field=Field(minimum=0, maximum=10)))
    assert only(plot, "line").path == f"M0 {HIGH}l1-960"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("off", 0), ("line", 1), ("dashed", 1), ("area", 0), ("line+area", 1), ("dashed+area", 1)],
)
def test_limits_are_drawn_as_their_mode_says(mode: str, expected: int) -> None:
    """Lines where the axis reaches them, areas where the values are; one beyond is not drawn."""
    plot = drawn(series("a", 0.0, 0.2, field=Field(thresholds=LIMITS, style=Style(limits=mode))))
    found = [path for path in plot.paths if path.series < 0]
    lined = [path for path in found if path.kind == "line"]
    assert len(lined) == expected
    assert all((path.color, path.dash == "dash") == ("orange", "dashed" in mode) for path in lined)
    areas = [path.color for path in found if path.kind == "area"]
    assert areas == (["green", "orange"] if "area" in mode else [])


def test_areas_are_behind_all_lines() -> None:
    """However many series there are, no area covers another's line."""
    filled = Field(style=Style(fill=0.1, width=2))
    plot = drawn(series("a", 1.0, 2.0, field=filled), series("b", 2.0, 1.0, field=filled))
    assert kinds(plot) == ["area", "area", "line", "line"]
    assert [path.series for path in plot.paths] == [0, 1, 0, 1]


def test_a_stack_reaches_the_sum() -> None:
    """The second series stands on the first."""
    stacked = Field(minimum=0, maximum=4, style=Style(stack="normal", fill=0.4))
    plot = drawn(series("a", 1.0, 1.0, field=stacked), series("b", 3.0, 3.0, field=stacked))
    lines_ = [path.path for path in plot.paths if path.kind == "line"]
    assert lines_ == ["M0 360h1", "M0 0h1"]
    shares = Field(style=Style(stack="percent", fill=0.4))
    plot = drawn(series("a", 1.0, 1.0, field=shares), series("b", 3.0, 3.0, field=shares))
    assert [mark.text for mark in plot.values] == ["0%", "25%", "50%", "75%", "100%"]
    assert [path.path for path in plot.paths if path.kind == "line"] == ["M0 360h1", "M0 0h1"]


def test_a_second_unit_is_on_the_right() -> None:
    """With marks of its own, and values by its own axis."""
    share = Field(unit="percentunit", minimum=0, maximum=1, style=Style(axis="right"))
    plot = drawn(series("a", 0.0, 50.0), series("b", 1.0, 1.0, field=share))
    assert plot.values_right[-1].text == "100%"
    assert [path.path for path in plot.paths if path.series == 1] == ["M0 0h1"]
    assert plot.right > plot.left / 2


def test_bars_and_dots() -> None:
    """Bars are as wide as most of the time between them; a lonely point is a dot."""
    bars = Field(minimum=0, maximum=4, style=Style(draw="bars", fill=0.6))
    bar = only(drawn(series("a", 0.0, 2.0, field=bars)), "bar")
    assert (bar.path, bar.width, bar.opacity) == ("M1 480v-240", 0.85, 0.6)
    coarse = drawn(series("a", *([0.0, 2.0] * 30), field=bars), columns=30)
    assert only(coarse, "bar").path.count("M") == 30
    alone = drawn(series("a", 1.0, None, None, 3.0, 3.0))
    assert kinds(alone) == ["line", "dot"]
    assert kinds(drawn(series("a", 1.0, field=Field(style=Style(points="never"))))) == ["line"]
    points = Field(style=Style(draw="points", points="always"))
    assert kinds(drawn(series("a", 1.0, 2.0, field=points))) == ["dot"]


def test_a_logarithmic_axis() -> None:
    """Powers of ten are equally far apart, and what has no logarithm is below the box."""
    plot = drawn(series("a", 1.0, 10.0, 0.0, 100.0, field=Field(style=Style(logarithmic=True))))
    assert [mark.at for mark in plot.values] == [100.0, 50.0, 0.0]
    assert only(plot, "line").path == "M0 480l1-240 1 720 1-960"


def test_a_peak_of_a_minute_is_in_a_coarse_chart() -> None:
    """Of two minutes to a column, the higher one reaches the top."""
    values = [1.0] * 60
    values[31] = 100.0
    field = Field(minimum=0, maximum=100)
    plot = drawn(series("a", *values, field=field), columns=30)
    heights = plot.paths[0].path
    assert f"l0-{HIGH - 5}" in heights


def test_an_axis_without_place() -> None:
    """A hidden axis has neither texts nor lines across; a titled one has room for the title."""
    hidden = drawn(series("a", 1.0, 2.0, field=Field(style=Style(axis="hidden"))))
    assert (hidden.values, hidden.left) == ((), 4)
    plain = series("a", 1.0, 2.0)
    titled = replace(plain, field=Field(style=Style(axis_label="requests")))
    assert drawn(titled).title == "requests"
    assert drawn(titled).left > drawn(plain).left
