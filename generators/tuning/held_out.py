"""The promise, tried on days that a threshold has not seen: fitted on half, scored on the rest."""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, exp, lgamma

import numpy as np

from generators.tuning.fitting import fit
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import RefusedThreshold, rank_of

# A dozen alerts are tried at once: of alike days, one in nine tunings then has a false sentence.
RARE = 0.01


@dataclass(frozen=True, slots=True)
class HeldOut:
    """On how many of so many clean days the alert would have fired, and the share promised.

    unlike  whether so many would be rare if the days were like those of the fit
    """

    fired: int
    days: int
    promised: Fraction
    unlike: bool


def held_out(history: RuleDays, budget: Fraction) -> HeldOut | None:
    """Return how the threshold of the first half did on the second; None where it has none.

    Half of the days may be too few for a budget that all of them can promise. Then the tightest one
    that they can is tried.
    """
    half = len(history.days) // 2
    first = replace(
        history,
        days=history.days[:half],
        levels=history.levels[:, :half],
        medians=history.medians[:half],
    )
    fitted = fit(first, 0, budget).result
    if isinstance(fitted, RefusedThreshold) and fitted.tightest:
        budget = fitted.tightest
        fitted = fit(first, 0, budget).result
    if isinstance(fitted, RefusedThreshold):
        return None
    rest = history.levels[0, half:]
    fired = int(np.count_nonzero(rest > fitted.value))
    # Where weekends decide, the threshold is above this rank, and so many days are rarer still.
    chance = chance_of(fired, rest.size, rank_of(fitted.days, budget), fitted.days)
    return HeldOut(fired, rest.size, fitted.attainable, chance < RARE)


def chance_of(fired: int, later: int, rank: int, days: int) -> float:
    """Return how likely at least so many later days are above the rank-th smallest level."""
    return float(np.sum(chances(later, rank, days)[fired:]))


def chances(later: int, rank: int, days: int) -> Values:
    """Return how likely 0, 1, … of so many later days are above the rank-th smallest level.

    Of alike days the share above that level has a beta distribution with days + 1 - rank and rank,
    whatever the distribution of levels, so that the number of days is beta-binomial.
    """
    above = days + 1 - rank
    whole = _log_beta(above, rank)
    return np.array(
        [
            comb(later, count) * exp(_log_beta(count + above, later - count + rank) - whole)
            for count in range(later + 1)
        ]
    )


def _log_beta(some: int, others: int) -> float:
    return lgamma(some) + lgamma(others) - lgamma(some + others)
