"""The strength of seasons."""

import numpy as np
import pytest

from generators.tuning.model import TimeGrid
from generators.tuning.seasons import DAY, WEEK, hourly, strength

HOURS = np.arange(21 * DAY)
NOISE = np.random.default_rng(1).normal(size=len(HOURS))


def test_hours_are_medians_of_what_is_known() -> None:
    """An hour without values is unknown, not zero."""
    values = np.array([1.0, 2, 9, np.nan, np.nan, np.nan, 5])
    assert hourly(values, TimeGrid(0, 1200, 7)).tolist()[::2] == [2, 5]
    assert np.isnan(hourly(values, TimeGrid(0, 1200, 7))[1])


def test_a_season_explains_its_share_of_the_variance() -> None:
    """A swing with the noise's variance explains half, noise nearly nothing, a pure one all."""
    swing = np.sqrt(2) * np.sin(2 * np.pi * HOURS / DAY)
    assert strength(swing, DAY) == pytest.approx(1)
    assert strength(swing + NOISE, DAY) == pytest.approx(0.5, abs=0.1)
    assert strength(NOISE, DAY) < 0.15


def test_a_weekly_season_needs_three_weeks() -> None:
    """One hour less, and nothing is said; constant and unknown values have none."""
    assert strength(NOISE[:-1], WEEK) is None
    assert strength(np.where(HOURS % WEEK < 48, 5.0, 0.0), WEEK) == pytest.approx(1)
    assert strength(np.zeros(72), DAY) == 0
    assert strength(np.full(72, np.nan), DAY) == 0
