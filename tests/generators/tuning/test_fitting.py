"""The default method, with cuts and warnings."""

from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest

from generators.tuning.fitting import fit, stable_starts
from generators.tuning.thresholds import LevelThreshold, RefusedThreshold
from tests.generators.tuning.histories import calendar, history

TENTH = Fraction(1, 10)


def noise(count: int) -> np.ndarray:
    """Return noise of days, the same each time."""
    return np.random.default_rng(2).normal(size=count)


def test_days_before_a_rise_are_left_out() -> None:
    """After a shift upwards only the days since then promise something, and the day is known."""
    found = fit(history(noise(42) + 10 * (np.arange(42) >= 21)), 0, TENTH)
    assert isinstance(found.result, LevelThreshold)
    assert found.result.days == 21
    assert found.shifted == found.since == calendar(42)[21].date
    assert not found.fell


@pytest.mark.parametrize(("size", "most"), [(1.5, 1.2), (2, 1.1)])
def test_a_shift_whose_day_is_an_estimate_keeps_the_promise(size: float, most: float) -> None:
    """Cuts too early and too late make up for each other over histories, on the whole."""
    random, normal = np.random.default_rng(4), NormalDist(size)
    fired, promised = [], []
    for at in random.integers(8, 32, size=150):
        found = fit(history(random.normal(size=42) + size * (np.arange(42) >= at)), 0, TENTH)
        if isinstance(found.result, LevelThreshold):
            fired.append(1 - normal.cdf(found.result.value))
            promised.append(float(found.result.attainable))
    assert len(fired) > 120
    assert 0.9 < np.mean(fired) / np.mean(promised) < most


def test_too_few_days_after_a_rise_are_refused() -> None:
    """Seven days promise 1 in 8, whatever was before."""
    found = fit(history(noise(42) + 10 * (np.arange(42) >= 35)), 0, TENTH)
    assert isinstance(found.result, RefusedThreshold)
    assert found.result.tightest == Fraction(1, 8)
    assert found.result.why.startswith("values got worse on 2026-02-09; since then 7 clean days")


def test_too_few_days_after_a_fall_keep_those_before() -> None:
    """Louder days promise enough for quiet ones, until these can promise it themselves."""
    falling = noise(42) - 10 * (np.arange(42) >= 35)
    found = fit(history(falling), 0, TENTH)
    assert isinstance(found.result, LevelThreshold)
    assert found.result.days == 42
    assert found.since == calendar(42)[0].date
    assert found.shifted == calendar(42)[35].date
    assert found.fell


@pytest.mark.parametrize(("since", "kept"), [(9, True), (16, False)])
def test_calm_days_make_no_stricter_number_before_two_weeks(*, since: int, kept: bool) -> None:
    """Nine could promise the budget; but days that are like their neighbours rise again."""
    falling = noise(42) - 10 * (np.arange(42) >= 42 - since)
    found = fit(history(falling), 0, TENTH)
    assert isinstance(found.result, LevelThreshold)
    assert found.fell
    assert (found.result.days == 42) is kept
    assert (found.result.value > -5) is kept


def test_the_tightest_budget_after_a_fall_is_that_of_all_days() -> None:
    """Those since then could promise 1 in 8 only; those before promise something, too."""
    falling = noise(42) - 10 * (np.arange(42) >= 35)
    found = fit(history(falling), 0, Fraction(1, 100))
    assert isinstance(found.result, RefusedThreshold)
    assert found.result.tightest == Fraction(1, 43)
    assert isinstance(fit(history(falling), 0, Fraction(1, 43)).result, LevelThreshold)


def test_a_shift_of_the_peaks_alone_is_cut() -> None:
    """Where medians stay, levels show the shift."""
    peaks = noise(42) + 10 * (np.arange(42) >= 21)
    found = fit(history(peaks, medians=np.zeros(42)), 0, TENTH)
    assert found.shifted == calendar(42)[21].date


def test_a_drift_is_warned_of_with_its_size() -> None:
    """It is one a day."""
    found = fit(history(100 + np.arange(42.0) + noise(42)), 0, TENTH)
    assert found.drift.warns
    assert found.drift.slope == pytest.approx(1, rel=0.05)


def test_no_day_is_refused() -> None:
    """Without a clean day there is a reason, and no error."""
    found = fit(history([]), 0, TENTH)
    assert isinstance(found.result, RefusedThreshold)
    assert found.since is None


def test_a_shift_of_medians_and_of_levels_is_one() -> None:
    """Found two days apart, the later day counts; ten days apart there are two."""
    day, weekday = np.arange(42), np.zeros(42, dtype=np.bool_)
    medians = noise(42) + 20 * (day >= 14)
    near, far = (noise(42) + 20 * (day >= start) for start in (16, 24))
    assert stable_starts(medians, near, weekday) == [0, 16]
    assert stable_starts(medians, far, weekday) == [0, 14, 24]
