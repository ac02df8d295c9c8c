"""Ranks, with ties."""

import math

import numpy as np

from generators.tuning.ranks import kendall_variance, mid_ranks


def test_equal_values_share_the_mean_of_their_ranks() -> None:
    """Two values on ranks 2 and 3 have 2.5 each."""
    assert mid_ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_the_variance_of_kendall_s_s() -> None:
    """Of three different values all six orders have S of 3, 1, 1, -1, -1, -3: 22 / 6."""
    assert math.isclose(kendall_variance(np.array([1.0, 2.0, 3.0])), 22 / 6)
    assert kendall_variance(np.array([1.0, 1.0, 1.0])) == 0
