"""A threshold from daily firing levels, with its promise.

Of n days that are alike, and one more like them, each is equally likely to have any rank. So a new
day's level is above the j-th smallest of n with a probability of at most (n + 1 - j) / (n + 1),
whatever the distribution, and however values depend on each other within a day.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from generators.tuning.model import Values
from generators.tuning.ranks import mid_ranks

CONFIDENCE = 0.95
# Two-sided limit of a standard normal value at 95 %.
DIFFERENT = 1.96
FEWEST = 2  # days of a kind; a single one says nothing of the others
WEEK = {False: Fraction(5, 7), True: Fraction(2, 7)}
KINDS = ("weekdays", "weekends")


@dataclass(frozen=True, slots=True)
class RefusedThreshold:
    """Why there is no threshold.

    why       without a full stop
    tightest  the tightest budget that can be promised, where a looser one would help
    """

    why: str
    tightest: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelThreshold:
    """A threshold, and what it promises.

    value       a rule fires where its value is above; levels get worse upwards
    days        how many days it was fitted on
    attainable  the share of days on which the rule is expected to fire; at most what was asked
    low, high   interval of the value, 95 %; inf where it is open above
    apart       whether weekdays and weekends differ, so that the promise holds for each of them
    """

    value: float
    days: int
    attainable: Fraction
    low: float
    high: float
    apart: bool = False


def attainable_share(days: int, budget: Fraction) -> Fraction:
    """Return the largest share of firing days, up to a budget, that so many days can promise."""
    return Fraction(math.floor((days + 1) * budget), days + 1)


def tightest(days: int) -> Fraction:
    """Return the tightest budget that so many days can promise."""
    return Fraction(1, days + 1)


def rank_of(days: int, budget: Fraction) -> int:
    """Return which of the levels, from the smallest, is the threshold; above `days`: none is."""
    return math.ceil((days + 1) * (1 - budget))


def days_needed(budget: Fraction) -> int:
    """Return how many days can promise a budget."""
    return math.ceil(1 / budget) - 1


def few_days(days: int, budget: Fraction) -> RefusedThreshold:
    """Return what so few days cannot promise, and what they can."""
    return RefusedThreshold(
        f"{days} clean days cannot promise {budget}: the tightest budget is {tightest(days)}; "
        f"{budget} needs {days_needed(budget)} days",
        tightest=tightest(days),
    )


def threshold(
    levels: Values, weekend: NDArray[np.bool_], budget: Fraction
) -> LevelThreshold | RefusedThreshold:
    """Fit a threshold on the levels of clean days.

    Over all days the budget is kept by the levels of all of them. Where weekends differ from
    weekdays, that alone would spend a week's budget on the louder kind; then each kind has to
    keep the budget by itself, too. An alert has one threshold, and only the highest of these keeps
    every promise: the others fire more often.
    """
    days = len(levels)
    if attainable_share(days, budget) == 0:
        return few_days(days, budget)
    together = _fit(levels, budget)
    if math.isinf(together.value):
        return RefusedThreshold(
            "on most days no run of values was as long as `for`"
            if together.value < 0
            else "too many days are beyond all others"
        )
    if not differ(levels[~weekend], levels[weekend]):
        return together
    return _strictest(levels, weekend, budget, together)


def _fit(levels: Values, budget: Fraction) -> LevelThreshold:
    """Fit on levels alone; few days promise what they can."""
    days, ordered = len(levels), np.sort(levels)
    budget = max(budget, tightest(days))
    first, last = interval_ranks(days, rank_of(days, budget) / (days + 1))
    return LevelThreshold(
        value=float(ordered[rank_of(days, budget) - 1]),
        days=days,
        attainable=attainable_share(days, budget),
        low=float(ordered[first - 1]) if first else -math.inf,
        high=float(ordered[last - 1]) if last <= days else math.inf,
    )


def _strictest(
    levels: Values, weekend: NDArray[np.bool_], budget: Fraction, together: LevelThreshold
) -> LevelThreshold | RefusedThreshold:
    """Return the highest of the thresholds of all days, weekdays and weekends."""
    kinds = [_fit(levels[weekend == kind], budget) for kind in WEEK]
    highest = max([together, *kinds], key=lambda fit: fit.value)
    if math.isinf(highest.value):
        open_ = [name for name, fit in zip(KINDS, kinds, strict=True) if fit.value == math.inf]
        return RefusedThreshold(f"too many {' and '.join(open_)} are beyond all other days")
    expected = Fraction(0)
    for (kind, weight), fit in zip(WEEK.items(), kinds, strict=True):
        beyond = int(np.count_nonzero(levels[weekend == kind] > highest.value))
        decides = fit.value >= highest.value
        expected += weight * (fit.attainable if decides else Fraction(beyond, fit.days + 1))
    return LevelThreshold(
        value=highest.value,
        days=together.days,
        attainable=min(together.attainable, expected),
        low=highest.low,
        high=highest.high,
        apart=True,
    )


def differ(some: Values, others: Values) -> bool:
    """Return whether two groups of days differ, by the Mann-Whitney test with ties, at 5 %."""
    n, m = len(some), len(others)
    if min(n, m) < FEWEST:
        return False
    both = np.concatenate([some, others])
    ranks = mid_ranks(both)
    _, ties = np.unique(both, return_counts=True)
    tied = float(np.sum(ties.astype(np.float64) ** 3 - ties)) / ((n + m) * (n + m - 1))
    variance = n * m / 12 * (n + m + 1 - tied)
    excess = float(np.sum(ranks[:n])) - n * (n + m + 1) / 2
    return variance > 0 and abs(excess) > DIFFERENT * math.sqrt(variance)


def interval_ranks(days: int, share: float) -> tuple[int, int]:
    """Return the ranks of two levels between which a quantile lies with 95 %.

    A quantile is below the j-th smallest of n values with the probability that fewer than j of n
    draws fall below it: a binomial sum. 0 and n + 1 stand for no limit.
    """
    tail = (1 - CONFIDENCE) / 2
    chances = [math.comb(days, k) * share**k * (1 - share) ** (days - k) for k in range(days + 1)]
    below = np.cumsum(chances)
    first = int(np.searchsorted(below, tail, side="right"))
    last = int(np.searchsorted(below, 1 - tail)) + 1
    return first, last
