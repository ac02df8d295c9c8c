"""Intervals of slopes and rank correlations hold what they promise, whatever the memory."""

import math

import numpy as np
import pytest

from generators.analysis.series_statistics import normal, rank_correlation, slope
from generators.tuning.model import Values

RANDOM = np.random.default_rng(8)
_BEGINNING = RANDOM.bit_generator.state


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    """Draw the same in a test whichever tests ran before it."""
    RANDOM.bit_generator.state = _BEGINNING


def remembering(memory: float, count: int, runs: int) -> Values:
    """Return series of a normal distribution in which each value depends on the one before it."""
    shocks = RANDOM.standard_normal((runs, count + 1000)) * math.sqrt(1 - memory**2)
    for at in range(1, count + 1000):
        shocks[:, at] += memory * shocks[:, at - 1]
    return shocks[:, 1000:]


def test_a_line_has_its_slope() -> None:
    """A straight line's slope is found, and a single wild value changes nothing of it."""
    times = np.arange(50) * 300.0
    values = 2 + 0.001 * times
    values[20] = 1000
    found = slope(times, values)
    assert found is not None
    assert found.value == pytest.approx(0.001)
    assert found.low == pytest.approx(0.001)
    assert found.high == pytest.approx(0.001)


def test_gaps_are_left_out() -> None:
    """Times without a value are in no pair; under ten values there is no slope."""
    times = np.arange(40) * 300.0
    values = 0.01 * times
    values[10:25] = np.nan
    found = slope(times, values)
    assert found is not None
    assert found.value == pytest.approx(0.01)
    values[9:] = np.nan
    assert slope(times, values) is None


def test_a_constant_does_not_rise() -> None:
    """Its slope is 0, with an interval of 0."""
    found = slope(np.arange(30.0), np.full(30, 7.0))
    assert found is not None
    assert (found.value, found.low, found.high) == (0, 0, 0)


@pytest.mark.parametrize("memory", [0, 0.9, 0.97])
def test_what_wanders_is_not_taken_for_growth(memory: float) -> None:
    """Of a hundred series that do not grow, few have an interval without 0."""
    times = np.arange(200.0)
    found = [slope(times, values) for values in remembering(memory, 200, 100)]
    assert sum(one is not None and (one.low > 0 or one.high < 0) for one in found) <= 15


@pytest.mark.parametrize("memory", [0, 0.9])
def test_the_interval_holds_the_slope(memory: float) -> None:
    """Of a hundred series that grow, the interval of most has their slope."""
    times = np.arange(200.0)
    found = [slope(times, 0.02 * times + v) for v in remembering(memory, 200, 100)]
    assert sum(one is not None and one.low <= 0.02 <= one.high for one in found) >= 88
    growing = sum(one is not None and one.low > 0 for one in found)
    assert growing >= (100 if not memory else 60)


def test_what_never_settles_has_an_open_interval() -> None:
    """A wave that is seen once in part may rise or fall as fast as it likes."""
    found = slope(np.arange(12.0), np.sin(np.arange(12.0) / 4))
    assert found is not None
    assert found.low < 0 < found.high


@pytest.mark.parametrize("memory", [0, 0.9, 0.99])
def test_two_that_know_nothing_of_each_other_do_not_correlate(memory: float) -> None:
    """Of a hundred pairs, few have an interval without 0."""
    one, other = remembering(memory, 288, 100), remembering(memory, 288, 100)
    found = [rank_correlation(*pair) for pair in zip(one, other, strict=True)]
    assert sum(each is not None and (each.low > 0 or each.high < 0) for each in found) <= 12


def test_what_moves_together_correlates() -> None:
    """The order alone counts: a curve of the other has rank correlation 1; turned round, -1."""
    one = remembering(0.5, 300, 1)[0]
    found, turned = rank_correlation(one, np.exp(one)), rank_correlation(one, -one)
    assert found is not None
    assert turned is not None
    assert found.value == pytest.approx(1)
    assert found.low > 0.99
    assert turned.high < -0.99


def test_more_comparisons_widen_the_interval() -> None:
    """One of twenty coefficients has a wider interval than one that stands alone."""
    one = remembering(0, 300, 1)[0]
    other = one + remembering(0, 300, 1)[0]
    alone, among = rank_correlation(one, other), rank_correlation(one, other, compared=20)
    assert alone is not None
    assert among is not None
    assert among.low < alone.low < alone.value < alone.high < among.high


def test_what_cannot_be_ranked_is_not_known() -> None:
    """A constant, and a pair of which nine values are known, have no coefficient."""
    one = np.arange(30.0)
    assert rank_correlation(one, np.ones(30)) is None
    few = one.copy()
    few[9:] = np.nan
    assert rank_correlation(one, few) is None


def test_the_normal_distribution() -> None:
    """95 % lie within 1.96 deviations."""
    assert normal(0.95) == pytest.approx(1.959964, rel=1e-6)
