"""Drift of daily values."""

import numpy as np
import pytest

from generators.tuning.drift import NO_DRIFT, drift, mann_kendall, theil_sen

NUMBERS = np.arange(42.0)


def test_a_slow_rise_warns() -> None:
    """A rise of 30 % over six weeks is seen through noise of 6 % a day, with its size."""
    values = 100 + 30 * NUMBERS / 41 + np.random.default_rng(2).normal(0, 6, size=42)
    found = drift(NUMBERS, values, [0])
    assert found.warns
    assert found.slope == pytest.approx(30 / 41, rel=0.3)
    assert found.change == pytest.approx(0.26, abs=0.08)


def test_a_fall_and_noise_do_not_warn() -> None:
    """Lower values never make a rule fire more often; noise warns in one history of twenty."""
    assert not drift(NUMBERS, -NUMBERS, [0]).warns
    random = np.random.default_rng(6)
    warned = [drift(NUMBERS, random.normal(size=42), [0]).warns for _ in range(300)]
    assert 0.01 < np.mean(warned) < 0.08


def test_a_shift_is_no_drift() -> None:
    """Where steps are clearly closer than a line, values do not rise slowly."""
    values = 5.0 * (NUMBERS >= 20) + np.random.default_rng(2).normal(size=42)
    assert drift(NUMBERS, values, [0]).warns
    assert not drift(NUMBERS, values, [0, 20]).warns


def test_gaps_between_days_count() -> None:
    """A slope is a day's, not one from value to value."""
    assert theil_sen(np.array([0.0, 10, 20]), np.array([0.0, 10, 20])) == 1


def test_ties_and_few_days_say_nothing() -> None:
    """Equal values have no order, and six days too few of them."""
    assert mann_kendall(np.zeros(20)) == 0
    assert drift(NUMBERS[:6], NUMBERS[:6], [0]) is NO_DRIFT
    assert np.isnan(drift(NUMBERS, np.zeros(42), [0]).change)
