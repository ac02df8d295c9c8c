"""Counts of so many, and their intervals."""

import pytest

from generators.tuning.shares import CountOf


def test_the_interval_is_wilsons() -> None:
    """Of 8 of 10: 49 to 94 percent, as tables have it; it never leaves 0 to 1."""
    assert CountOf(8, 10).interval == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert CountOf(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert CountOf(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-4)


def test_of_few_there_are_counts_only() -> None:
    """A percentage of four would say more than is known; of none there is nothing."""
    assert CountOf(8, 10).text == "8 of 10 (80%, 49% to 94%)"
    assert CountOf(3, 4).text == "3 of 4"
    assert CountOf(0, 0).text == "none to judge by"
    assert (CountOf(0, 0).share, CountOf(0, 0).interval) == (None, (0.0, 1.0))
