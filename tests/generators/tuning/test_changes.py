"""Level shifts in daily values."""

import numpy as np
import pytest

from generators.tuning.changes import SHORTEST, normal_scores, segments

WEEKEND = np.tile(np.array([False] * 5 + [True] * 2), 6)


def test_a_shift_is_cut_where_it_is() -> None:
    """Days before and after a shift of three σ are apart, up or down, also twice."""
    random = np.random.default_rng(3)
    values = random.normal(size=42)
    values[20:] += 5
    assert segments(values, WEEKEND) == [0, 20]
    assert segments(-values, WEEKEND) == [0, 20]
    values[33:] -= 9
    assert segments(values, WEEKEND) == [0, 20, 33]


@pytest.mark.parametrize("days", [14, 42])
@pytest.mark.parametrize("shape", ["normal", "pareto"])
def test_noise_is_seldom_cut(days: int, shape: str) -> None:
    """Of 400 histories without a shift at most 4 % are cut, whatever the distribution."""
    random = np.random.default_rng(5)
    draws = random.normal(size=(400, days)) if shape == "normal" else random.pareto(1, (400, days))
    assert np.mean([len(segments(row, WEEKEND[:days])) > 1 for row in draws]) <= 0.04


@pytest.mark.parametrize(("size", "exact", "near"), [(2, 0.5, 0.85), (3, 0.75, 0.95)])
def test_the_day_of_a_shift_is_an_estimate(size: float, exact: float, near: float) -> None:
    """It is found in nearly every history; how far off it may be is in docs/tuning.md."""
    random = np.random.default_rng(6)
    off = []
    for at in random.integers(8, 35, size=300):
        values = random.normal(size=42)
        values[at:] += size
        off.append(min((abs(start - at) for start in segments(values, WEEKEND)[1:]), default=42))
    assert np.mean(np.array(off) == 0) >= exact
    assert np.mean(np.array(off) <= 2) >= near


def test_a_weekly_rhythm_is_no_shift_and_hides_none() -> None:
    """Quiet weekends make no segment of their own, and a smaller shift is seen beside them."""
    noise = np.random.default_rng(4).normal(size=42)
    assert segments(noise - 50 * WEEKEND, WEEKEND) == [0]
    assert len(segments(noise - 50 * WEEKEND + 1.5 * (np.arange(42) >= 21), WEEKEND)) == 2


def test_one_wild_day_is_no_shift() -> None:
    """However high it is, a single day moves only its own rank."""
    values = np.random.default_rng(8).normal(size=42)
    values[30] = 1e12
    assert segments(values, WEEKEND) == [0]


def test_few_or_equal_days_are_not_cut() -> None:
    """There are no two segments in fewer than ten days, and none among equal ones."""
    few = 2 * SHORTEST - 1
    assert segments(np.arange(float(few)), WEEKEND[:few]) == [0]
    assert segments(np.zeros(42), WEEKEND) == [0]
    assert not normal_scores(np.zeros(4)).any()
