"""The promise on days that a threshold has not seen."""

from fractions import Fraction

import numpy as np
import pytest

from generators.tuning.held_out import HeldOut, chance_of, held_out
from tests.generators.tuning.histories import history

TENTH = Fraction(1, 10)


def test_alike_days_are_hardly_ever_called_unlike() -> None:
    """Of 600 histories whose days are alike, at most 1.5 % are."""
    random = np.random.default_rng(1)
    tried = [held_out(history(row), TENTH) for row in random.exponential(size=(600, 42))]
    assert sum(one.unlike for one in tried if one is not None) <= 9


def test_days_that_are_louder_are_unlike() -> None:
    """Where most later days fire, the sentence is due."""
    levels = np.random.default_rng(2).normal(size=42)
    levels[21:] += 3
    found = held_out(history(levels), TENTH)
    assert isinstance(found, HeldOut)
    assert found.days == 21
    assert found.fired > 10
    assert found.unlike


def test_the_chance_is_exact() -> None:
    """A new day is the highest of n + 1 with 1 in n + 1; two are the highest two less often."""
    assert chance_of(0, 5, 9, 9) == pytest.approx(1)
    assert chance_of(1, 1, 9, 9) == pytest.approx(1 / 10)
    assert chance_of(2, 2, 9, 9) == pytest.approx(2 / (10 * 11))
    assert chance_of(1, 1, 8, 9) == pytest.approx(2 / 10)


def test_half_of_the_days_are_tried_with_what_they_can_promise() -> None:
    """Ten of twenty promise no 1 in 20, as all of them do, but 1 in 11."""
    found = held_out(history(np.arange(20.0)), Fraction(1, 20))
    assert found is not None
    assert (found.fired, found.promised, found.unlike) == (10, Fraction(1, 11), True)


def test_no_days_are_not_tried() -> None:
    """Half of a day promises nothing."""
    assert held_out(history([1.0]), TENTH) is None
