"""What grows reaches its limit when it does; what goes up and down each day grows by neither."""

import math

import numpy as np
import pytest

from exporter.settings import Settings
from generators.analysis.chosen_places import ChosenPlaces
from generators.analysis.reading import SeriesReader
from generators.analysis.series_statistics import IntervalEstimate
from generators.analysis.trends import FEW, examined, growth, left
from generators.tuning.model import TimeGrid, Values
from tests.generators.analysis.hand_source import HandSource

DAY = 86400
WEEK = TimeGrid(1_767_571_200, 300, 7 * 288 + 1)
RANDOM = np.random.default_rng(4)
_BEGINNING = RANDOM.bit_generator.state
DISK = "project_region_database:database_disk"
PLACE = (("database_id", "db"), ("gcp_project", "shop"), ("region", "r"))


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    """Draw the same in a test whichever tests ran before it."""
    RANDOM.bit_generator.state = _BEGINNING


def wave(grid: TimeGrid, height: float) -> Values:
    """Return what goes up and down each day."""
    found: Values = height * np.sin(2 * np.pi * grid.times / DAY)
    return found


def since(grid: TimeGrid) -> Values:
    """Return the days since the grid's end, below 0."""
    found: Values = (grid.times - grid.end) / DAY
    return found


@pytest.mark.parametrize("height", [0, 0.1])
def test_growth_is_found_beside_a_daily_season(height: float) -> None:
    """Two points a day are found, whatever the day's own ups and downs; and the day's peak."""
    noise = 0.005 * RANDOM.standard_normal(WEEK.count)
    found, peak = growth(WEEK, 0.7 + 0.02 * since(WEEK) + wave(WEEK, height) + noise)
    assert found is not None
    assert found.low <= 0.02 / DAY <= found.high
    assert found.value == pytest.approx(0.02 / DAY, rel=0.02)
    assert peak == pytest.approx(0.7 + height, abs=0.004)


@pytest.mark.parametrize("count", [3 * 288 + 1, 3 * 288 + 100, 7 * 288 + 1])
def test_a_daily_season_is_no_growth(count: int) -> None:
    """Up and down each day does not grow, even where a window ends on the way up."""
    grid = TimeGrid(WEEK.start, 300, count)
    found, _ = growth(grid, 0.5 + wave(grid, 0.2) + 0.005 * RANDOM.standard_normal(count))
    assert found is not None
    assert found.low <= 0 <= found.high
    assert abs(found.value) * DAY < 0.01


def test_noise_has_no_peak() -> None:
    """Where days are unlike, nothing is added for a usual day's peak."""
    found, peak = growth(WEEK, 0.5 + 0.1 * RANDOM.standard_normal(WEEK.count))
    assert found is not None
    assert peak == pytest.approx(0.5, abs=0.01)


def test_a_block_of_which_little_is_known_counts_for_nothing() -> None:
    """A single wild value within an hour without others changes no slope."""
    grid = TimeGrid(WEEK.start, 300, 28 * 288)  # blocks of two hours
    values = np.where(np.arange(grid.count) % 24 < 6, 1e3, np.nan)
    assert growth(grid, values) == (None, None)


def test_a_hole_of_days_is_bridged() -> None:
    """Two days without a value change nothing of the slope."""
    values = 0.7 + 0.02 * since(WEEK) + wave(WEEK, 0.1)
    values[600:1200] = np.nan
    found, _ = growth(WEEK, values + 0.001 * RANDOM.standard_normal(WEEK.count))
    assert found is not None
    assert found.value == pytest.approx(0.02 / DAY, rel=0.02)


@pytest.mark.parametrize("count", [3, 72, 5000, 26_000])
def test_any_window(count: int) -> None:
    """A line's slope is that of a line, over a quarter of an hour to three months."""
    grid = TimeGrid(WEEK.start, 300, count)
    found, _ = growth(grid, 0.5 + 1e-7 * (grid.times - grid.start))
    if count < 10:
        assert found is None
    else:
        assert found is not None
        assert found.value == pytest.approx(1e-7)


def test_the_time_that_is_left() -> None:
    """It is the room over the slope, the soonest by the fastest; open where it may not rise."""
    assert left(10, IntervalEstimate(2, 1, 4)) == IntervalEstimate(5, 2.5, 10)
    assert left(10, IntervalEstimate(2, -1, 4)) == IntervalEstimate(5, 2.5, math.inf)
    assert left(10, IntervalEstimate(0, 0, 0)) is None
    assert left(10, IntervalEstimate(-1, -2, 3)) is None
    assert left(-1, IntervalEstimate(2, 1, 4)) == IntervalEstimate(0, 0, 0)


def test_levels_beside_their_rules() -> None:
    """A growing disk has its time to the limit, and what the rule has; what has no data is said."""
    hand = HandSource(
        {
            f"{DISK}:ratio": {PLACE: 0.8 + 0.02 * since(WEEK)},
            f"max by (gcp_project, region, database_id) ({DISK}:trend_slope": {PLACE: [2.5e-7]},
            f"max by (gcp_project, region, database_id) ({DISK}:trend_seconds": {PLACE: [800_000]},
        }
    )
    found = examined(SeriesReader(hand, ChosenPlaces()), Settings(), WEEK)
    (one,) = found.results
    assert found.series == 1
    assert one.grows
    assert one.seconds is not None
    assert one.seconds.value == pytest.approx(10 * DAY, rel=0.001)
    assert (one.alert, one.limit, one.within) == ("DiskTrend", 1.0, 3 * DAY)
    assert (one.rule_slope, one.rule_seconds) == (2.5e-7, 800_000)
    first = found.not_known[0]
    assert (first.subject, first.place, first.why) == ("replication lag", (), "no data")
    assert len(found.not_known) == 5


def test_a_level_below_zero_is_none() -> None:
    """The lag of a replica that stands still is -1: it is not known, and not low."""
    lag = "project_region_database:replication_lag:max"
    hand = HandSource({lag: {PLACE: np.full(WEEK.count, -1.0)}})
    found = examined(SeriesReader(hand, ChosenPlaces()), Settings(), WEEK)
    (one,) = found.results
    assert (one.slope, one.seconds, math.isnan(one.level)) == (None, None, True)
    assert [n.why for n in found.not_known if n.place] == [FEW]
