"""Times without data."""

from dataclasses import replace

import numpy as np

from exporter.prometheus.api import TimeSpan
from generators.tuning.compared import PlaceSeries
from generators.tuning.data_gaps import data_gaps
from generators.tuning.model import TimeGrid

GRID = TimeGrid(600, 60, 60)


def place(*missing: slice) -> PlaceSeries:
    """Return a place without values in these minutes."""
    value = np.ones(GRID.count)
    for each in missing:
        value[each] = np.nan
    never = np.zeros(GRID.count, dtype=bool)
    return PlaceSeries(
        labels=(),
        value=value,
        newest=None,
        mean=value,
        wider=(),
        some=None,
        prompt=never,
        away=never,
        written=~never,
    )


def test_a_gap_is_one_of_all_places() -> None:
    """Of five minutes and more; where one place has a value, there is none."""
    first, second = place(slice(10, 20), slice(30, 40)), place(slice(12, 17), slice(32, 36))
    assert data_gaps([first, second], GRID) == (TimeSpan(600 + 12 * 60, 600 + 17 * 60),)


def test_few_events_are_data() -> None:
    """A longer window, or one with any events, has a value."""
    some = replace(place(slice(50, 60)), some=np.ones(GRID.count))
    assert data_gaps([some], GRID) == ()
    assert data_gaps([place(slice(50, 60))], GRID) == (TimeSpan(3600, 4200),)


def test_data_that_is_away_is_a_gap() -> None:
    """What windows still hold then says nothing."""
    away = np.arange(GRID.count) < 30
    assert data_gaps([replace(place(), away=away)], GRID) == (TimeSpan(600, 2400),)


def test_without_places_nothing_is_known() -> None:
    """All of it is one gap."""
    assert data_gaps([], GRID) == (TimeSpan(600, 4200),)
