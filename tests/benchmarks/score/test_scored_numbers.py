"""What each method gives to a series, and of what tuning warns."""

from fractions import Fraction

import numpy as np
import pytest

from benchmarks.score.scored_numbers import ScoredNumber, levels, of_method, swept
from generators.tuning.methods import by_quantile
from generators.tuning.model import Values
from tests.generators.tuning.histories import history

NOISE = np.random.default_rng(2).normal(size=42)
BUDGET = Fraction(1, 20)


@pytest.mark.parametrize(
    ("days", "share", "warned"),
    [
        (NOISE, Fraction(2, 43), False),
        (NOISE[:10], Fraction(1, 11), True),
        (NOISE + 10 * (np.arange(42) >= 32), Fraction(1, 11), True),
        (NOISE + 0.03 * np.arange(42), Fraction(2, 43), True),
    ],
)
def test_the_default_promises_and_warns_as_tuning_does(
    days: Values, share: Fraction, *, warned: bool
) -> None:
    """Of few days, of few since a rise, and of a drift; few days promise what they can."""
    promise = levels(BUDGET)(history(days)).promise
    assert promise is not None
    assert (promise.share, promise.warned) == (share, warned)


def test_what_is_refused_never_fires() -> None:
    """Its threshold is infinite, and it promises nothing."""
    assert levels(BUDGET)(history([])) == ScoredNumber()
    assert of_method(by_quantile())(history([])) == ScoredNumber()


def test_other_methods_promise_nothing() -> None:
    """A quantile, and mean + kσ."""
    for chosen in (of_method(by_quantile()), swept(2.0)):
        found = chosen(history(NOISE))
        assert np.isfinite(found.value)
        assert found.promise is None
