"""Times beside a chart are round, in UTC, and never too many."""

import math

import pytest

from exporter.prometheus.api import TimeSpan
from generators.report.time_axis import marks, written

HOUR, DAY, END = 3600.0, 86400.0, 1_700_006_700.0  # 2023-11-15 00:05


@pytest.mark.parametrize(
    ("seconds", "texts"),
    [
        (1200.0, ("23:45", "23:50", "23:55", "00:00", "00:05")),
        (2 * HOUR, ("22:15", "22:30", "22:45", "23:00", "23:15", "23:30", "23:45", "00:00")),
        (DAY, ("03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "00:00")),
        (3 * DAY, ("11/12 12:00", "11/13 00:00", "11/13 12:00", "11/14 00:00", "11/14 12:00",
                   "11/15 00:00")),
        (30 * DAY, ("10/19", "10/26", "11/02", "11/09")),
    ],
)  # fmt: skip
def test_round_moments(seconds: float, texts: tuple[str, ...]) -> None:
    """Minutes, hours or days by the length of the span."""
    found = marks(TimeSpan(END - seconds, END))
    assert tuple(mark.text for mark in found) == texts
    assert all(0 <= mark.at <= 100 for mark in found)


def test_a_narrow_chart_keeps_round_ones() -> None:
    """Full hours rather than half ones, then every second hour."""
    found = marks(TimeSpan(END - 4 * HOUR, END))
    assert [mark.text for mark in found if mark.level < 2] == ["21:00", "22:00", "23:00", "00:00"]
    assert [mark.text for mark in found if mark.level < 1] == ["22:00", "00:00"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e308, -1.0])
def test_what_is_no_time_is_not_known(number: float) -> None:
    """A value of a server that stands for a time may be anything."""
    assert written(number, "%Y") == "not known"
