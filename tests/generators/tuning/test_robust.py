"""Median and robust deviation."""

import numpy as np
import pytest

from generators.tuning.robust import spread


def test_sigma_is_that_of_a_normal_distribution() -> None:
    """Of normal values it is their σ, and a few wild ones do not move it."""
    values = np.random.default_rng(1).normal(50, 5, size=20_000)
    values[:100] = 1e9
    found = spread(values)
    assert found.median == pytest.approx(50, abs=0.2)
    assert found.sigma == pytest.approx(5, rel=0.03)
    assert found.in_sigma(found.median + 3 * found.sigma) == pytest.approx(3)
    assert found.worded(found.median - found.sigma) == "-1.0 σ"


def test_equal_values_have_no_sigma() -> None:
    """Where most values are equal, a distance in σ is not made up."""
    found = spread(np.array([0.0, 0, 0, 0, 7]))
    assert found.in_sigma(7) is None
    assert found.worded(7) == "no σ: more than half of the values are equal"
