"""The days of a rule on its own scale."""

import numpy as np

from generators.tuning.own_scales import Scale, beside_others, scaled_days
from tests.generators.tuning.histories import calendar, history


def noise(count: int) -> np.ndarray:
    """Return noise of days, the same each time."""
    return np.random.default_rng(2).normal(size=count)


def test_a_scale_is_a_median_and_the_distance_above_it() -> None:
    """Days without a run have no part in it."""
    scale = Scale.of(np.array([-np.inf, 1, 2, 3, 6]))
    assert scale == Scale(2.5, 2.0)
    assert scale.scores(np.array([2.5, 6.5])).tolist() == [0, 2]
    assert scale.level(2) == 6.5


def test_without_a_spread_anything_above_is_beyond() -> None:
    """Also where no other day had a run at all."""
    flat = Scale.of(np.zeros(3))
    assert flat.scores(np.array([-1.0, 0, 1])).tolist() == [-np.inf, 0, np.inf]
    assert Scale.of(np.full(3, -np.inf)).scores(np.array([0.0])).tolist() == [np.inf]
    assert flat.level(5) == 0


def test_a_day_is_scored_beside_the_others() -> None:
    """The highest of four is not part of its own scale."""
    assert beside_others(np.array([0.0, 1, 2, 9])).tolist()[3] == 8


def test_each_stable_segment_has_its_scale() -> None:
    """After a rise and a fall, days long ago are scored as if they were of their time."""
    day = np.arange(42)
    found = scaled_days(history(noise(42) + 30 * (day >= 8) - 15 * (day >= 24)), 0)
    assert found.rescaled
    assert [day for day in range(1, 42) if found.scales[day] != found.scales[day - 1]] == [8, 24]
    assert np.max(found.scores) < 10
    assert found.limits(0)[8] > found.limits(0)[24] > found.limits(0)[0]


def test_days_before_a_rise_are_not_used() -> None:
    """The first day is that of the rise."""
    found = scaled_days(history(noise(42) + 30 * (np.arange(42) >= 24)), 0)
    assert found.days[0] == calendar(42)[24]
    assert found.shifted == calendar(42)[24].date
    assert not found.fell
    assert len(found.scores) == len(found.levels) == len(found.scales) == 18


def test_soon_after_a_fall_all_days_have_one_scale() -> None:
    """Of ten days no new scale is made."""
    found = scaled_days(history(noise(42) - 30 * (np.arange(42) >= 32)), 0)
    assert found.fell
    assert not found.rescaled
    assert len(set(found.scales)) == 1
