"""What a history is worth."""

from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from generators.tuning.days import days_of
from generators.tuning.fitting import fit
from generators.tuning.model import TimeGrid, Values
from generators.tuning.quality import Quality, effective_size, longest_gap, quality
from generators.tuning.rule_days import rule_days

STEP = 600
OF_DAY = 144
NOISE = np.random.default_rng(3).normal(100, 5, size=28 * OF_DAY)


def judged(values: Values, budget: Fraction = Fraction(1, 10)) -> Quality:
    """Return the quality of ten-minute values from a Monday on."""
    grid = TimeGrid(1_767_571_200, STEP, len(values))
    known = rule_days(
        [values], days_of(grid, ZoneInfo("UTC")), (0,), np.ones(len(values), dtype=np.bool_)
    )
    return quality(values, grid, known, fit(known, 0, budget))


def test_a_good_history_has_a_high_score() -> None:
    """Four whole weeks of steady noise lose only what their levels spread."""
    found = judged(NOISE)
    assert found.stability.score == found.stability.spread > 0.9
    assert found.refused == found.provisional == ""
    assert (found.known, found.completeness, found.longest_gap) == (28 * OF_DAY, 1, 0)
    assert found.cadence == STEP
    assert found.effective == pytest.approx(found.known, rel=0.1)


def test_the_score_is_a_product() -> None:
    """Each factor lowers it by itself."""
    holes = NOISE.copy()
    holes[OF_DAY : 3 * OF_DAY] = np.nan
    found = judged(holes)
    assert found.longest_gap == 2 * 86_400
    assert found.stability.gap == pytest.approx(1 / 3)
    assert found.stability.score == pytest.approx(26 / 28 * found.stability.spread / 3, rel=1e-6)


def test_shifts_lower_the_score() -> None:
    """A level that shifted once is worth half."""
    shifted = NOISE + 50 * (np.arange(len(NOISE)) >= 14 * OF_DAY)
    assert judged(shifted).stability.shifts == 1 / 2


def test_few_days_are_refused_or_provisional() -> None:
    """Two days are refused; three are not, but what they cannot promise is; ten are provisional."""
    assert "at least 3" in judged(NOISE[: 2 * OF_DAY]).refused
    assert "the tightest budget is 1/4" in judged(NOISE[: 3 * OF_DAY]).refused
    ten = judged(NOISE[: 10 * OF_DAY])
    assert ten.refused == ""
    assert ten.provisional.startswith("10 clean days")
    assert ten.stability.days == 10 / 14


def test_a_number_of_the_days_since_a_rise_is_provisional() -> None:
    """However many days there were before."""
    risen = NOISE + 50 * (np.arange(len(NOISE)) >= 18 * OF_DAY)
    assert judged(risen).provisional.startswith("10 of 28 clean days; below 14")
    later = NOISE + 50 * (np.arange(len(NOISE)) >= 14 * OF_DAY)
    assert judged(later).provisional == ""


def test_flat_and_autocorrelated_values_are_known_as_such() -> None:
    """Values that repeat are flat, and say as much as far fewer independent ones."""
    found = judged(np.repeat(NOISE[::12], 12))
    assert found.flatness > 0.9
    assert found.autocorrelation > 0.85
    assert found.effective < found.known / 10
    constant = judged(np.zeros(28 * OF_DAY))
    assert (constant.flatness, constant.effective, constant.stability.spread) == (1, 1, 1)
    assert (constant.stability.score, constant.stability.weakest) == (0, "variety")


def test_gaps_are_counted_at_both_ends() -> None:
    """Missing values before the first and after the last are gaps, too."""
    assert longest_gap(np.array([np.nan, np.nan, 1, np.nan])) == 2
    assert longest_gap(np.full(5, np.nan)) == 5
    assert effective_size(100, 0.5) == pytest.approx(33.3, abs=0.1)
    assert effective_size(100, -0.5) == 100


def test_sparse_values_have_their_own_cadence() -> None:
    """A value every second time is a cadence of two steps, and half of completeness."""
    sparse = NOISE.copy()
    sparse[1::2] = np.nan
    found = judged(sparse)
    assert found.cadence == 2 * STEP
    assert found.completeness == 0.5
    nothing = judged(np.full(3 * OF_DAY, np.nan))
    assert (nothing.known, nothing.stability.score) == (0, 0)


def test_infinite_values_leave_the_rest_to_be_judged() -> None:
    """Where a variance is not known, so are correlation and season; no number is made up."""
    values = NOISE.copy()
    values[7::100] = np.inf
    found = judged(values)
    assert found.autocorrelation == pytest.approx(judged(NOISE).autocorrelation, abs=0.05)
    assert found.daily == pytest.approx(judged(NOISE).daily, abs=0.05)
