"""The days of a rule on its own scale, so that rules can be compared.

A day is scored on the scale of the other days, as a day to come will be. On one that it made
itself it looks less unusual, and nine rules would fire 1.3 times as often as promised.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from generators.tuning.days import Day
from generators.tuning.fitting import SETTLED_DAYS, fell, stable_starts
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays


@dataclass(frozen=True, slots=True)
class Scale:
    """The median of levels, and the median distance of those above it.

    Not the mean: days with an incident that nobody noted would widen it, and with it the threshold.
    """

    middle: float
    unit: float

    @classmethod
    def of(cls, levels: Values) -> "Scale":
        """Return the scale of levels; -inf is the middle where none is finite."""
        finite = levels[np.isfinite(levels)]
        middle = float(np.median(finite)) if len(finite) else -np.inf
        above = finite[finite > middle] - middle
        return cls(middle, float(np.median(above)) if len(above) else 0.0)

    def scores(self, levels: Values) -> Values:
        """Return levels on this scale; inf above a median above which no level has been."""
        if self.unit:
            return (levels - self.middle) / self.unit
        return np.where(levels > self.middle, np.inf, np.where(levels < self.middle, -np.inf, 0.0))

    def level(self, score: float) -> float:
        """Return the level of a score."""
        return self.middle + score * self.unit if self.unit else self.middle


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledDays:
    """The days of a rule that may be used, in order.

    scores    of each day on the scale of the others of its stable segment
    scales    of each day: that of its segment; the last is in force
    shifted   the first day after the last level shift, if there was one
    fell      whether levels are lower since then
    rescaled  whether there are segments before, with scales of their own
    """

    days: tuple[Day, ...]
    levels: Values
    scores: Values
    scales: tuple[Scale, ...]
    shifted: date | None
    fell: bool
    rescaled: bool

    def limits(self, score: float) -> Values:
        """Return for each day the level of a score on its scale."""
        return np.array([scale.level(score) for scale in self.scales])


def scaled_days(history: RuleDays, row: int) -> ScaledDays:
    """Return the days of the `for` of a row of the levels; there is at least one day.

    Days before a rise are left out. After a fall the days before it have scales of their own, once
    the days since then can have one.
    """
    levels = history.levels[row]
    starts = stable_starts(history.medians, levels, history.weekend)
    last = starts[-1]
    better = fell(levels, last)
    rescaled = better and len(levels) - last >= SETTLED_DAYS
    used = starts if rescaled else [0 if better else last]
    parts = [levels[start:stop] for start, stop in pairwise([*used, len(levels)])]
    return ScaledDays(
        days=history.days[used[0] :],
        levels=levels[used[0] :],
        scores=np.concatenate([beside_others(part) for part in parts]),
        scales=tuple(scale for part in parts for scale in [Scale.of(part)] * len(part)),
        shifted=history.days[last].date if last else None,
        fell=better,
        rescaled=rescaled,
    )


def beside_others(levels: Values) -> Values:
    """Return the score of each day on the scale of all other days."""
    others = [Scale.of(np.delete(levels, day)) for day in range(len(levels))]
    scores = [scale.scores(levels[day : day + 1]) for day, scale in enumerate(others)]
    return np.concatenate(scores)
