"""The number that each method gives to a series, and what tuning promises of it."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from generators.tuning.fitting import fit
from generators.tuning.held_out import held_out
from generators.tuning.methods import Method, sigmas, within_fences
from generators.tuning.quality import fitted_days, provisional
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import RefusedThreshold, rank_of

BUDGET = Fraction(1, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPromise:
    """What the default promises of a series.

    share       of clean days on which it fires at most
    days, rank  the threshold is the rank-th smallest level of so many days
    warned      whether tuning says itself that the promise may not hold: of a number that is
                provisional, of values that rise, or of days that are not alike
    """

    share: Fraction
    days: int
    rank: int
    warned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredNumber:
    """A method's threshold for a series: inf where it is refused."""

    value: float = np.inf
    promise: SeriesPromise | None = None


# A method's answer to the history of a series.
Chosen = Callable[[RuleDays], ScoredNumber]


def levels(budget: Fraction) -> Chosen:
    """Return the default method; a short history promises what it can."""

    def chosen(history: RuleDays) -> ScoredNumber:
        requested, found = budget, fit(history, 0, budget)
        if isinstance(found.result, RefusedThreshold) and found.result.tightest:
            requested = found.result.tightest
            found = fit(history, 0, requested)
        result, days = found.result, fitted_days(history, found)
        if isinstance(result, RefusedThreshold):
            return ScoredNumber()
        tried = held_out(history, requested)
        unlike = tried is not None and tried.unlike
        promise = SeriesPromise(
            share=result.attainable,
            days=days,
            rank=rank_of(days, requested),
            warned=bool(provisional(days, len(history.days))) or found.drift.warns or unlike,
        )
        return ScoredNumber(value=result.value, promise=promise)

    return chosen


def of_method(method: Method) -> Chosen:
    """Return the choice of a method as it is."""

    def chosen(history: RuleDays) -> ScoredNumber:
        found = method(history)
        return (
            ScoredNumber()
            if isinstance(found, RefusedThreshold)
            else ScoredNumber(value=found.value)
        )

    return chosen


def swept(multiple: float) -> Chosen:
    """Return mean + kσ after outliers are removed, and never refused, whatever their share."""
    return lambda history: ScoredNumber(value=sigmas(within_fences(history.clean), multiple))
