"""The default method: a threshold from the daily levels of the last stable segment."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from generators.tuning.changes import segments, without_weekends
from generators.tuning.drift import NO_DRIFT, Drift, drift
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import LevelThreshold, Refused, threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What came out of a fit.

    result   the threshold, or why there is none
    since    the first day that it was fitted on; None without days
    shifted  the day of the last level shift, if there was one
    drift    of the daily medians, over all days or since the shift
    """

    result: LevelThreshold | Refused
    since: date | None
    shifted: date | None
    drift: Drift

    @property
    def remarks(self) -> tuple[str, ...]:
        """What to know of the days behind the number, as sentences."""
        return tuple(filter(None, (self._shift(), self._drift())))

    def _shift(self) -> str:
        if self.shifted is None:
            return ""
        if self.since == self.shifted:
            return f"Values shifted on {self.shifted}; days before are left out."
        return (
            f"Values fell on {self.shifted}; days before are kept, since too few have passed "
            "to promise the budget with a lower number."
        )

    def _drift(self) -> str:
        if not self.drift.warns:
            return ""
        return (
            f"Values rise by {self.drift.slope:.3g} a day ({self.drift.change:+.0%} over these "
            "days): the alert will fire more often than promised. Tune again soon."
        )


def fit(history: RuleDays, row: int, budget: Fraction) -> Fit:
    """Fit the `for` of a row of the levels.

    After a rise the days before promise nothing. After a fall they still do, since the days now are
    quieter: they are left out only where the rest can promise the budget by itself.
    """
    levels, weekend = history.levels[row], history.weekend
    if not history.days:
        return Fit(
            result=Refused("there is no clean day"), since=None, shifted=None, drift=NO_DRIFT
        )
    of_medians = segments(history.medians, weekend)
    first = max(of_medians[-1], segments(_finite(levels), weekend)[-1])
    result, since = threshold(levels[first:], weekend[first:], budget), first
    if isinstance(result, Refused) and fell(levels, first):
        whole = threshold(levels, weekend, budget)
        result, since = (result, first) if isinstance(whole, Refused) else (whole, 0)
    return Fit(
        result=result,
        since=history.days[since].date,
        shifted=history.days[first].date if first else None,
        drift=_drift(history, of_medians, first),
    )


def stable_since(medians: Values, levels: Values, weekend: NDArray[np.bool_]) -> int:
    """Return the first day after the last shift, of medians or of levels.

    Medians show a shift of the whole series best, levels one that only peaks have.
    """
    return max(segments(medians, weekend)[-1], segments(_finite(levels), weekend)[-1])


def _finite(levels: Values) -> Values:
    """Return levels with the lowest one where no run of the day was long enough."""
    finite = np.isfinite(levels)
    lowest = float(np.min(levels[finite])) if finite.any() else 0.0
    return np.where(finite, levels, lowest)


def fell(levels: Values, first: int) -> bool:
    """Return whether levels are lower from a day on than before it."""
    return first > 0 and bool(np.median(levels[first:]) <= np.median(levels[:first]))


def _drift(history: RuleDays, starts: list[int], first: int) -> Drift:
    """Return the drift of all days, or that since the last shift where only it warns."""
    medians = without_weekends(history.medians, history.weekend) + np.median(history.medians)
    whole = drift(history.numbers, medians, starts)
    if whole.warns or not first:
        return whole
    latest = drift(history.numbers[first:], medians[first:], [0])
    return latest if latest.warns else whole
