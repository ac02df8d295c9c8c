"""Days in a time zone, and which of them are judged."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from exporter.prometheus.api import TimeSpan
from generators.tuning.days import completeness, days_of, judged, masked, outside, weekends
from generators.tuning.model import TimeGrid

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")
HOUR = 3600
# Midnights in UTC: of Saturday 24 October 2026 and of Saturday 28 March 2026.
OCTOBER, MARCH = 1_792_800_000, 1_774_656_000


def test_a_day_has_as_many_hours_as_its_zone_gives_it() -> None:
    """The days on which clocks change have 25 and 23 hours, and the days after start on time."""
    autumn = days_of(TimeGrid(OCTOBER, HOUR, 96), BERLIN)
    assert [day.expected for day in autumn] == [24, 25, 24, 24, 24]
    assert [day.stop - day.first for day in autumn] == [22, 25, 24, 24, 1]
    spring = days_of(TimeGrid(MARCH, HOUR, 72), BERLIN)
    assert [day.stop - day.first for day in spring] == [23, 23, 24, 2]


def test_days_divide_a_grid() -> None:
    """Every time belongs to one day, also where no time falls on midnight."""
    days = days_of(TimeGrid(OCTOBER + 420, 7 * 60, 1000), BERLIN)
    assert days[0].first == 0
    assert days[-1].stop == 1000
    assert all(a.stop == b.first for a, b in pairwise(days))
    assert days[0].date == date(2026, 10, 24)


def test_weekends_are_saturday_and_sunday() -> None:
    """24 October 2026 is a Saturday."""
    days = days_of(TimeGrid(OCTOBER, HOUR, 72), UTC)
    assert weekends(days).tolist() == [True, True, False]


def test_incidents_are_left_out_with_their_ends() -> None:
    """A time at which an incident begins or ends is not clean; the times beside it are."""
    grid = TimeGrid(0, 60, 6)
    clean = outside(grid, [TimeSpan(60, 180)], lead=0, tail=0)
    assert clean.tolist() == [True, False, False, False, True, True]
    assert outside(grid, [TimeSpan(90, 100)], lead=0, tail=0).all()
    assert outside(grid, [TimeSpan(-500, -100), TimeSpan(1000, 2000)], lead=0, tail=0).all()
    assert np.isnan(masked(np.ones(6), clean)).sum() == 3


def test_incidents_are_extended() -> None:
    """A quarter of an hour before an incident, and the windows that still hold it after its end."""
    grid = TimeGrid(0, 60, 200)
    clean = outside(grid, [TimeSpan(1800, 3600)])
    assert np.flatnonzero(~clean).tolist() == list(range(15, 121))


def test_an_incident_that_goes_on_masks_all_that_follows() -> None:
    """Without an end, or a beginning, it reaches the edge of the grid."""
    grid = TimeGrid(600, 60, 100)
    clean = outside(grid, [TimeSpan(3900, float("inf"))])
    assert np.flatnonzero(clean).tolist() == list(range(40))
    assert not outside(grid, [TimeSpan(float("-inf"), float("inf"))]).any()


def test_a_day_is_judged_with_half_of_its_times() -> None:
    """One time less than half is too few; a day at the edge counts by its whole length."""
    days = days_of(TimeGrid(OCTOBER, HOUR, 60), UTC)
    known = np.ones(60, dtype=np.bool_)
    known[:12] = False
    known[24:37] = False
    assert completeness(days, known).tolist() == [0.5, 11 / 24, 0.5]
    assert judged(days, known, known).tolist() == [True, False, True]


def test_a_day_is_judged_with_half_an_hour_of_values() -> None:
    """An hour without traffic is known, but a day with hardly a value says nothing."""
    grid = TimeGrid(OCTOBER, 60, 2880)
    known = np.ones(2880, dtype=np.bool_)
    measured = np.zeros(2880, dtype=np.bool_)
    measured[600:630] = measured[2000:2029] = True
    assert judged(days_of(grid, UTC), known, measured).tolist() == [True, False]
