"""The default method: a threshold from the daily levels of the last stable segment."""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from generators.tuning.changes import SHORTEST, segments, without_weekends
from generators.tuning.drift import NO_DRIFT, Drift, drift
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import LevelThreshold, RefusedThreshold, threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What came out of a fit.

    result     the threshold, or why there is none
    since      the first day that it was fitted on; None without days
    own_since  the first day that it could be fitted on, if it had no days in common with others
    last       number of the rule whose days begin last, where others have to do with them
    shifted    the day of the last level shift, if there was one
    fell       whether levels are lower since then, which is better
    rescaled   whether days before the shift were put on a scale of their own
    drift      of the daily medians, over all days or since the shift
    """

    result: LevelThreshold | RefusedThreshold
    since: date | None = None
    own_since: date | None = None
    last: int | None = None
    shifted: date | None = None
    fell: bool = False
    rescaled: bool = False
    drift: Drift = NO_DRIFT


# Of fewer days not every weekday was seen twice: a number from them is provisional, and calm ones
# do not make it stricter.
SETTLED_DAYS = 14
NO_DAY = RefusedThreshold("there is no clean day")


def fit(history: RuleDays, row: int, budget: Fraction) -> Fit:
    """Fit the `for` of a row of the levels.

    After a rise the days before promise nothing. After a fall they still do, since the days now are
    quieter: they are left out only where the rest has two of every weekday, and can promise the
    budget by itself. Days that are like their neighbours look like a fall, too, until they rise
    again.
    """
    levels, weekend = history.levels[row], history.weekend
    if not history.days:
        return Fit(result=NO_DAY)
    first = stable_starts(history.medians, levels, weekend)[-1]
    better = fell(levels, first)
    result, since = threshold(levels[first:], weekend[first:], budget), first
    few = isinstance(result, RefusedThreshold) or len(levels) - first < SETTLED_DAYS
    if better and few:
        result, since = threshold(levels, weekend, budget), 0
    elif isinstance(result, RefusedThreshold) and first:
        result = after_rise(result, history.days[first].date)
    return Fit(
        result=result,
        since=history.days[since].date,
        own_since=history.days[since].date,
        shifted=history.days[first].date if first else None,
        fell=better,
        drift=drift_of(history, first),
    )


def after_rise(few: RefusedThreshold, day: date) -> RefusedThreshold:
    """Return why the days since a rise are too few; where low is bad, a rise is a fall."""
    return replace(few, why=f"values got worse on {day}; since then {few.why}")


def stable_starts(medians: Values, levels: Values, weekend: NDArray[np.bool_]) -> list[int]:
    """Return the first day of each stable segment, of medians or of levels.

    Medians show a shift of the whole series best, levels one that only peaks have. One shift may
    be found a few days apart in the two: the later day is the first of its segment.
    """
    starts = sorted({*segments(medians, weekend), *segments(_finite(levels), weekend)})
    following = [*starts[1:], len(levels)]
    return [
        start
        for start, after in zip(starts, following, strict=True)
        if after - start >= SHORTEST or not start
    ]


def _finite(levels: Values) -> Values:
    """Return levels with the lowest one where no run of the day was long enough."""
    finite = np.isfinite(levels)
    lowest = float(np.min(levels[finite])) if finite.any() else 0.0
    return np.where(finite, levels, lowest)


def fell(levels: Values, first: int) -> bool:
    """Return whether levels are lower from a day on than before it."""
    return first > 0 and bool(np.median(levels[first:]) <= np.median(levels[:first]))


def drift_of(history: RuleDays, first: int) -> Drift:
    """Return the drift of all days, or that since the last shift where only it warns."""
    starts = segments(history.medians, history.weekend)
    medians = without_weekends(history.medians, history.weekend) + np.median(history.medians)
    whole = drift(history.numbers, medians, starts)
    if whole.warns or not first:
        return whole
    latest = drift(history.numbers[first:], medians[first:], [0])
    return latest if latest.warns else whole
