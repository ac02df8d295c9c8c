"""A line of a terminal has the worst of each column, and no height where nothing is known."""

import math
from functools import partial

from exporter.summary.wording import shown
from generators.service_report.sparkline import sparkline

RATIO = partial(shown, unit="ratio")


def test_the_lowest_and_the_highest_are_at_the_ends() -> None:
    """Eight values that rise have the eight heights."""
    assert sparkline([at / 10 for at in range(8)], 8, "up", RATIO) == "▁▂▃▄▅▆▇█"


def test_a_gap_is_a_gap() -> None:
    """A value that is not known is a dot."""
    assert sparkline([0.1, math.nan, 0.9], 8, "up", RATIO) == "▁·█"
    assert sparkline([math.nan, math.nan], 8, "up", RATIO) == ""
    assert sparkline([], 8, "up", RATIO) == ""


def test_a_column_has_the_worst_value() -> None:
    """The greatest where that is bad, and the least where that is."""
    values = [0.1, 0.9, 0.1, 0.1, 0.5, 0.5]
    assert sparkline(values, 3, "up", RATIO) == "█▁▅"
    assert sparkline([1 - value for value in values], 3, "down", RATIO) == "▁█▅"


def test_noise_is_flat() -> None:
    """Values that are shown alike differ in nothing that a reader could see."""
    assert sparkline([0.5, 0.5000001, 0.5], 3, "up", RATIO) == "▅▅▅"
