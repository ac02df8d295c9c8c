"""The default method, with cuts and warnings."""

from fractions import Fraction

import numpy as np

from generators.tuning.fitting import fit
from generators.tuning.thresholds import LevelThreshold, Refused
from tests.generators.tuning.histories import calendar, history

TENTH = Fraction(1, 10)


def noise(count: int) -> np.ndarray:
    """Return noise of days, the same each time."""
    return np.random.default_rng(2).normal(size=count)


def test_days_before_a_rise_are_left_out() -> None:
    """After a shift upwards only the days since then promise something, and it is said."""
    found = fit(history(noise(42) + 10 * (np.arange(42) >= 21)), 0, TENTH)
    assert isinstance(found.result, LevelThreshold)
    assert found.result.days == 21
    assert found.shifted == found.since == calendar(42)[21].date
    assert found.remarks == ("Values shifted on 2026-01-26; days before are left out.",)


def test_too_few_days_after_a_rise_are_refused() -> None:
    """Seven days promise 1 in 8, whatever was before."""
    found = fit(history(noise(42) + 10 * (np.arange(42) >= 35)), 0, TENTH)
    assert isinstance(found.result, Refused)
    assert found.result.tightest == Fraction(1, 8)


def test_too_few_days_after_a_fall_keep_those_before() -> None:
    """Louder days promise enough for quiet ones, until these can promise it themselves."""
    falling = noise(42) - 10 * (np.arange(42) >= 35)
    found = fit(history(falling), 0, TENTH)
    assert isinstance(found.result, LevelThreshold)
    assert found.result.days == 42
    assert found.since == calendar(42)[0].date
    assert found.shifted == calendar(42)[35].date
    assert "too few have passed" in found.remarks[0]


def test_a_shift_of_the_peaks_alone_is_cut() -> None:
    """Where medians stay, levels show the shift."""
    peaks = noise(42) + 10 * (np.arange(42) >= 21)
    found = fit(history(peaks, medians=np.zeros(42)), 0, TENTH)
    assert found.shifted == calendar(42)[21].date


def test_a_drift_is_warned_of_with_its_size() -> None:
    """The sentence says how much values rise, and what follows from it."""
    found = fit(history(100 + np.arange(42.0) + noise(42)), 0, TENTH)
    assert found.drift.warns
    assert "will fire more often than promised" in found.remarks[-1]


def test_no_day_is_refused() -> None:
    """Without a clean day there is a reason, and no error."""
    found = fit(history([]), 0, TENTH)
    assert isinstance(found.result, Refused)
    assert found.remarks == ()
