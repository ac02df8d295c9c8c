"""Thresholds by order statistics, and what they promise."""

from fractions import Fraction

import numpy as np
import pytest

from generators.tuning.thresholds import (
    LevelThreshold,
    RefusedThreshold,
    attainable_share,
    days_needed,
    differ,
    interval_ranks,
    threshold,
)

WEEKEND = np.array([False] * 5 + [True] * 2)


def fitted(levels: object, budget: Fraction, weekend: object = None) -> LevelThreshold:
    """Return the threshold of levels, all of weekdays unless said otherwise."""
    values = np.array(levels, dtype=np.float64)
    kinds = np.zeros(len(values), dtype=np.bool_) if weekend is None else np.asarray(weekend)
    found = threshold(values, kinds, budget)
    assert isinstance(found, LevelThreshold)
    return found


def test_a_threshold_is_an_order_statistic() -> None:
    """Of 21 days, a tenth is promised by the second highest level, and two of 22 are attainable."""
    found = fitted(range(21), Fraction(1, 10))
    assert found.value == 19
    assert found.attainable == Fraction(2, 22)


@pytest.mark.parametrize(("days", "budget"), [(9, Fraction(1, 10)), (19, Fraction(1, 20))])
def test_the_tightest_budget_is_the_maximum_and_open_above(days: int, budget: Fraction) -> None:
    """So many days promise 1 in n + 1 by their highest level; one day less is refused."""
    found = fitted(range(days), budget)
    assert found.value == days - 1
    assert found.high == np.inf
    assert days_needed(budget) == days
    refused = threshold(np.arange(days - 1.0), np.zeros(days - 1, dtype=np.bool_), budget)
    assert isinstance(refused, RefusedThreshold)
    assert refused.tightest == Fraction(1, days)
    assert f"the tightest budget is 1/{days}" in refused.why


def test_shares_are_exact() -> None:
    """A tenth of ten is one: no binary fraction makes it less."""
    assert attainable_share(9, Fraction(1, 10)) == Fraction(1, 10)
    assert attainable_share(29, Fraction(1, 10)) == Fraction(3, 30)


def test_weekends_that_differ_are_fitted_apart() -> None:
    """Loud weekdays keep the budget by themselves, instead of spending that of the weekend."""
    random = np.random.default_rng(1)
    weekend = np.tile(WEEKEND, 6)
    levels = random.normal(size=42) - 10 * weekend
    found = fitted(levels, Fraction(1, 10), weekend)
    assert found.apart
    assert np.count_nonzero(levels[~weekend] > found.value) == 2  # three of 31 may
    assert found.value > fitted(levels, Fraction(1, 10)).value
    assert found.attainable == Fraction(5, 7) * Fraction(3, 31)


def test_loud_weekends_decide_even_if_few() -> None:
    """Twelve days cannot promise 1 in 20, but their highest level is the quietest they have."""
    weekend = np.tile(WEEKEND, 6)
    levels = np.arange(42.0) + 100 * weekend
    assert fitted(levels, Fraction(1, 20), weekend).value == 141


def test_days_without_a_run_make_no_threshold() -> None:
    """Where most days have no run of the length of `for`, the reason is said."""
    found = threshold(np.full(20, -np.inf), np.zeros(20, dtype=np.bool_), Fraction(1, 10))
    assert isinstance(found, RefusedThreshold)
    assert "no run" in found.why
    beyond = threshold(np.full(20, np.inf), np.zeros(20, dtype=np.bool_), Fraction(1, 10))
    assert beyond == RefusedThreshold("too many days are beyond all others")


def test_a_kind_of_days_beyond_all_others_makes_no_threshold() -> None:
    """All days together have a finite threshold, but the weekends alone have not."""
    weekend = np.tile(WEEKEND, 6)
    levels = np.arange(42.0) + 100 * weekend
    levels[5] = np.inf
    assert threshold(levels, weekend, Fraction(1, 7)) == RefusedThreshold(
        "too many weekends are beyond all other days"
    )


def test_groups_differ_by_rank() -> None:
    """Shuffled days do not differ, shifted ones do, and equal or single ones cannot."""
    some = np.arange(10.0)
    assert not differ(some, some + 0.5)
    assert differ(some, some + 8)
    assert not differ(np.zeros(10), np.zeros(4))
    assert not differ(some, np.array([99.0]))


def test_intervals_are_binomial() -> None:
    """The 95 % interval of the median of 20 values is from the 6th to the 15th."""
    assert interval_ranks(20, 0.5) == (6, 15)
    assert interval_ranks(10, 0.9)[1] == 11


def test_the_promise_holds_for_any_distribution() -> None:
    """Over many draws of heavy-tailed days the share beyond is the attainable one, not more."""
    random = np.random.default_rng(7)
    draws = random.pareto(1.0, size=(3000, 22))
    beyond = [row[21] > fitted(row[:21], Fraction(1, 10)).value for row in draws]
    assert 0.07 < np.mean(beyond) < 0.11
