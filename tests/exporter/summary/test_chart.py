"""The small chart shows gaps as gaps, the worst of each quarter of an hour, and a near limit."""

import math
import re
from itertools import pairwise

import pytest

from exporter.summary.chart import HEIGHT, WIDTH, SmallChart, png, small_chart, svg
from exporter.summary.model import SignalLimit
from tests.exporter.summary.states import signal
from tests.exporter.summary.test_raster import decoded

GAP = math.nan


def drawn(**changed: object) -> SmallChart:
    """Return the chart of a signal."""
    found = small_chart(signal(**changed))
    assert found is not None
    return found


def test_a_gap_is_not_bridged() -> None:
    """Where there is no data the line ends, and another one begins."""
    chart = drawn(line=(1.0, 2.0, GAP, GAP, 2.0, 3.0), line_before=(), limits=())
    assert [len(stroke) for stroke in chart.line] == [2, 2]
    (_, last), (first, _) = chart.line
    assert first[0] - last[0] == pytest.approx(WIDTH * 3 / 5)


def test_one_value_alone_is_seen() -> None:
    """A value between two gaps is a short dash, which is not lost at a border either."""
    chart = drawn(line=(1.0, GAP, 2.0, GAP, 1.0), line_before=(), limits=())
    assert all(end[0] > start[0] for stroke in chart.line for start, end in pairwise(stroke))
    assert len(chart.line) == 3


def test_without_any_value_there_is_no_chart() -> None:
    """An empty picture would look like calm."""
    assert small_chart(signal(line=())) is None
    assert small_chart(signal(line=(GAP,) * 288)) is None


@pytest.mark.parametrize(("direction", "peak"), [("up", 9.0), ("down", 0.1)])
def test_a_short_peak_is_kept(direction: str, peak: float) -> None:
    """One bad value of 288 reaches the border of the chart: a mean would hide it."""
    line = tuple(peak if at == 100 else 1.0 for at in range(288))
    chart = drawn(line=line, line_before=(), limits=(), direction=direction)
    heights = {y for stroke in chart.line for _, y in stroke}
    assert min(heights) < HEIGHT / 5 < 4 * HEIGHT / 5 < max(heights)


def test_a_limit_far_away_does_not_flatten_the_line() -> None:
    """The nearest limit is drawn where it is near; one that is not reached by far is left out."""
    far = (SignalLimit("A", "high", 1.0, "above 100%"),)
    assert drawn(limits=far).limit is None
    near = drawn()
    assert near.limit is not None
    assert 0 <= near.limit <= HEIGHT


def test_all_shapes_are_inside() -> None:
    """Whatever the values, no line leaves the chart; a flat line is one, too."""
    for line in ((5.0,) * 288, (0.0,) * 288, (1e-9, 1e9) * 144, (-1.0, 1.0) * 4):
        chart = drawn(line=line, line_before=line, limits=())
        points = [point for stroke in (*chart.line, *chart.before) for point in stroke]
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)


def test_svg_and_png_show_the_same_shapes() -> None:
    """Both have the line at the same height; the PNG has two pixels for each unit."""
    chart = drawn(line=(1.0,) * 10, line_before=(), limits=())
    (stroke,) = chart.line
    wide, high, rows = decoded(png(chart))
    assert (wide, high) == (2 * WIDTH, 2 * HEIGHT)
    assert rows[int(2 * stroke[0][1])][300:303] == bytes.fromhex("0b5cad")
    assert re.search(rf"M0\.0 {stroke[0][1]:.1f}L", svg(chart, "flat"))


def test_a_picture_is_small() -> None:
    """Eight charts are a small part of a mail."""
    assert len(png(drawn())) < 12_000
    assert 'aria-label="errors"' in svg(drawn(), "errors")
