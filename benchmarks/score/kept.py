"""Whether the default keeps its promise on a set: firing days beside those that were promised.

Few days are held back, and all days of a series lie beside one threshold, so that alike days
scatter more than a binomial says: their number is beta-binomial, series by series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from benchmarks.score.held_back import Score, SeriesOutcome
from generators.tuning.held_out import chances

MOST = 1.5  # firing days, over the promised ones
RARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedDays:
    """Firing days of the series that have a promise.

    promised  how many were promised
    chance    how likely at least so many fire if days are like those of the fits
    """

    fired: int
    days: int
    promised: Fraction
    chance: float

    @property
    def times(self) -> float:
        """Firing days over the promised ones; 0 where nothing is promised."""
        return float(self.fired / self.promised) if self.promised else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseVerdict:
    """Whether a promise is kept.

    every  of all numbers
    firm   of those of which tuning does not say itself that the promise may not hold
    """

    every: PromisedDays
    firm: PromisedDays

    @property
    def word(self) -> str:
        """NO where firm numbers fire on too many days, and alike days would seldom.

        Too many days of all numbers are warned of where firm ones keep their promise: the others
        have said that they may not. Else chance may explain them, and they are undecided.
        """
        if self.firm.times > MOST and self.firm.chance < RARE:
            return "NO"
        if self.every.times <= MOST:
            return "yes"
        return "warned" if self.firm.times <= MOST else "undecided"


def promise_verdict(found: Score) -> PromiseVerdict:
    """Return whether the default keeps its promise on the series of a set."""
    promised = [each for each in found.outcomes if each.promise]
    firm = [each for each in promised if each.promise and not each.promise.warned]
    return PromiseVerdict(every=_promised_days(promised), firm=_promised_days(firm))


def _promised_days(outcomes: Sequence[SeriesOutcome]) -> PromisedDays:
    fired, promised, likely = 0, Fraction(0), np.ones(1)
    for each in outcomes:
        if each.promise:
            fired += each.firing_days
            promised += each.promise.share * each.days
            own = chances(each.days, each.promise.rank, each.promise.days)
            likely = np.convolve(likely, own)
    return PromisedDays(
        fired=fired,
        days=sum(each.days for each in outcomes),
        promised=promised,
        chance=float(np.sum(likely[fired:])),
    )
