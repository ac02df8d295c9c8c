"""Declared pairs: the rule's coefficient of six hours, and ranks without the daily season."""

import tracemalloc

import numpy as np
import pytest

from exporter.prometheus.api import Labels
from exporter.settings import Settings
from generators.analysis.anomalies import NO_BAND
from generators.analysis.chosen_places import ChosenPlaces
from generators.analysis.correlations import FEW_DAYS, coefficient, examined, without_season
from generators.analysis.reading import SeriesReader
from generators.rules.correlation import PAIRS
from generators.tuning.model import TimeGrid, Values
from tests.generators.analysis.hand_source import HandSource

DAY = 86400
GRID = TimeGrid(1_767_571_200, 300, 289)
PLACE = (("gcp_project", "shop"), ("region", "r"))
PAIR = PAIRS[0]  # response time and connections
RANDOM = np.random.default_rng(3)
_BEGINNING = RANDOM.bit_generator.state
TIME, CONNECTIONS = "project_region:response_time_p95", "project_region:db_connections"
WEEK = 7 * 288 + 1


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    """Draw the same in a test whichever tests ran before it."""
    RANDOM.bit_generator.state = _BEGINNING


def test_the_coefficient_of_a_window() -> None:
    """It is Pearson's of the 73 values that six hours hold, as numpy has it."""
    effect = RANDOM.standard_normal(80)
    cause = 20 * effect + 20 * RANDOM.standard_normal(80)
    found = coefficient(PAIR, effect, cause, 300)
    expected = [np.corrcoef(effect[n : n + 73], cause[n : n + 73])[0, 1] for n in range(8)]
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("windows", [4095, 4096, 4097, 9000])
def test_no_window_is_left_out_of_a_long_time(windows: int) -> None:
    """However many there are, each has its coefficient: the first, the last, those in between."""
    effect = RANDOM.standard_normal(windows + 72)
    cause = 20 * effect + 20 * RANDOM.standard_normal(windows + 72)
    found = coefficient(PAIR, effect, cause, 300)
    assert len(found) == windows
    for n in (0, 4000, windows // 2, windows - 1):
        expected = np.corrcoef(effect[n : n + 73], cause[n : n + 73])[0, 1]
        assert found[n] == pytest.approx(expected)


def test_a_year_takes_the_memory_of_two_weeks() -> None:
    """All windows of a year at once would take 225 MB."""
    values = RANDOM.standard_normal(365 * 288)
    tracemalloc.start()
    coefficient(PAIR, values, 20 * values, 300)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20e6


def test_too_few_moments_have_no_coefficient() -> None:
    """Sixty of the 73 have to be known of both."""
    effect = RANDOM.standard_normal(73)
    cause = 20 * effect
    cause[:13] = np.nan
    assert coefficient(PAIR, effect, cause, 300) == pytest.approx([1])
    effect[20] = np.nan
    assert np.isnan(coefficient(PAIR, effect, cause, 300)).all()


def test_what_hardly_moved_has_no_coefficient() -> None:
    """Response times that differ by under 10 ms, and connections by under 5, count for nothing."""
    shape = np.sin(np.arange(73.0))
    assert coefficient(PAIR, 0.02 * shape, 10 * shape, 300) == pytest.approx([1])
    assert np.isnan(coefficient(PAIR, 0.01 * shape, 10 * shape, 300)).all()
    assert np.isnan(coefficient(PAIR, 0.02 * shape, 5 * shape, 300)).all()


def test_a_daily_season_is_taken_away() -> None:
    """What is the same each day is nothing; under three days nothing is known."""
    grid = TimeGrid(GRID.start, 300, 4 * 288)
    values = 5 + np.sin(2 * np.pi * grid.times / DAY)
    values[700] += 3
    rest = without_season(grid, values)
    assert rest[700] == pytest.approx(3)
    assert np.abs(np.delete(rest, 700)).max() < 1e-9
    assert np.isnan(without_season(TimeGrid(GRID.start, 300, 576), values[:576])).all()


def _source(effect: Values, cause: Values, distances: tuple[Values, Values]) -> HandSource:
    by = "by (gcp_project, region) ("
    own: dict[str, dict[Labels, Values]] = {
        f"max {by}{TIME}:correlation_input": {PLACE: distances[0]},
        f"max {by}{CONNECTIONS}:correlation_input": {PLACE: distances[1]},
        f"avg {by}max by (gcp_project, region, service_name) (project_region_service:response": {
            PLACE: effect
        },
        f"avg {by}max by (gcp_project, region, database_id) (project_region_database:db_conn": {
            PLACE: cause
        },
    }
    return HandSource(own)


def test_a_pair_that_moved_together() -> None:
    """The rule's coefficient, since when it was above its limit, and ranks agree."""
    season = 100 * np.sin(2 * np.pi * np.arange(WEEK) / 288)
    shared = RANDOM.standard_normal(WEEK)
    cause, effect = season + 10 * shared, 0.1 * season + shared
    effect += 0.2 * RANDOM.standard_normal(WEEK)
    hand = _source(effect, cause, (shared, 10 * shared))
    found = examined(SeriesReader(hand, ChosenPlaces()), Settings(), GRID, 1800)
    (one,) = found.results
    assert (one.pair, one.place, one.moves, one.fires) == (PAIR.text, PLACE, "with", True)
    assert one.strongest == pytest.approx(1)
    assert (one.above, one.since) == (GRID.count * 300, GRID.start)
    assert one.rank is not None
    assert one.rank.value > 0.9
    assert not [each for each in found.not_known if each.place]
    assert len(found.not_known) == 2  # the two other pairs have no data


def test_a_shared_day_is_no_movement() -> None:
    """Two signals that rise and fall each day, and have nothing else in common, do not move."""
    season = 100 * np.sin(2 * np.pi * np.arange(WEEK) / 288)
    apart = RANDOM.standard_normal((2, WEEK))
    hand = _source(season + apart[0], season + apart[1], (apart[0], 10 * apart[1]))
    (one,) = examined(SeriesReader(hand, ChosenPlaces()), Settings(), GRID, 1800).results
    assert (one.moves, one.above, one.since, one.fires) == ("", 0, None, False)
    assert one.rank is not None
    assert abs(one.rank.value) < 0.3


def test_what_is_not_known_of_a_pair() -> None:
    """Without bands the rule has no coefficient; in the first days there is no season."""
    values = RANDOM.standard_normal((2, 500))
    nothing = np.full(WEEK, np.nan)
    hand = _source(values[0], values[1], (nothing, nothing))
    found = examined(SeriesReader(hand, ChosenPlaces()), Settings(), GRID, 1800)
    (one,) = found.results
    assert (one.strongest, one.at, one.rank, one.moves) == (None, None, None, "")
    assert [(n.why, n.seconds) for n in found.not_known if n.place] == [
        (NO_BAND, DAY),
        (FEW_DAYS, DAY),
    ]


def test_what_the_rule_recorded_is_taken() -> None:
    """Its coefficient stands where it has one, and ours where it did not run."""
    values = RANDOM.standard_normal((2, WEEK))
    hand = _source(values[0], values[1], (values[0], 10 * values[1]))
    recorded = {f"{TIME}_db_connections:correlation_ratio": {PLACE: [0.95] * 8}}
    own = HandSource({**recorded, **hand.series_of})
    (one,) = examined(SeriesReader(own, ChosenPlaces()), Settings(), GRID, 1800).results
    assert (one.strongest, one.above, one.fires) == (0.95, 2400, True)
    assert one.since == GRID.end - 2100
