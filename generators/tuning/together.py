"""One budget for all rules together: a day counts if any of them fires.

Ranks cannot say which of two rules was closer to firing: with nine rules that have nothing to do
with each other, nine days are the highest of some rule, and no threshold within the history would
keep a budget below 9 in n + 1. So each rule's levels are put on one scale, the day's score is that
of its worst rule, and one order statistic of the scores gives every threshold.

A day is scored on the scale of the other days, as a day to come will be. On one that it made
itself it looks less unusual, and nine rules would fire 1.3 times as often as promised.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from generators.tuning.days import weekends
from generators.tuning.fitting import fell, stable_since
from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import LevelThreshold, Refused, threshold

FEWEST = 2  # days with a level: of a single one, the others have no scale


@dataclass(frozen=True, slots=True)
class Scale:
    """A rule's own scale: its median level, and the mean distance of the levels above it."""

    middle: float
    unit: float

    @classmethod
    def of(cls, levels: Values) -> "Scale":
        """Return the scale of levels, of which at least one is finite."""
        finite = levels[np.isfinite(levels)]
        middle = float(np.median(finite))
        above = finite[finite > middle] - middle
        return cls(middle, float(np.mean(above)) if len(above) else 0.0)

    def scores(self, levels: Values) -> Values:
        """Return levels on this scale; inf above a median above which no level has been."""
        if self.unit:
            return (levels - self.middle) / self.unit
        return np.where(levels > self.middle, np.inf, np.where(levels < self.middle, -np.inf, 0.0))

    def level(self, score: float) -> float:
        """Return the level of a score."""
        return self.middle + score * self.unit if self.unit else self.middle


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTogether:
    """Thresholds that keep one budget.

    result      on the scale that rules share, or why there is none
    thresholds  of each rule, in their order, with the share of days that it spends; none if refused
    since       the first day that all of them were fitted on; None without days
    """

    result: LevelThreshold | Refused
    thresholds: tuple[LevelThreshold, ...]
    since: date | None


def fit_together(
    histories: Sequence[RuleDays], rows: Sequence[int], budget: Fraction
) -> FitTogether:
    """Fit the `for` of a row of each rule, on the days that are judged for all of them.

    Days before the last rise of any rule are left out; those before a fall promise enough.
    """
    shared = set.intersection(*({day.date for day in history.days} for history in histories))
    days = [day for day in histories[0].days if day.date in shared]
    if not days:
        return _refused(Refused("no day is clean for all rules"))
    every = [_on(history, row, shared) for history, row in zip(histories, rows, strict=True)]
    first = max(_rose(history) for history in every)
    levels = [history.levels[0][first:] for history in every]
    silent = [n for n, values in enumerate(levels, 1) if np.isfinite(values).sum() < FEWEST]
    if silent:
        return _refused(
            Refused(f"rule {silent[0]} has hardly a run of values as long as its `for`")
        )
    scores = [beside_others(values) for values in levels]
    result = threshold(np.max(scores, axis=0), weekends(days)[first:], budget)
    if isinstance(result, Refused):
        return _refused(result)
    return FitTogether(
        result=result,
        thresholds=tuple(_of_rule(result, values) for values in levels),
        since=days[first].date,
    )


def beside_others(levels: Values) -> Values:
    """Return the score of each day on the scale of all other days."""
    others = [Scale.of(np.delete(levels, day)) for day in range(len(levels))]
    scores = [scale.scores(levels[day : day + 1]) for day, scale in enumerate(others)]
    return np.concatenate(scores)


def _refused(why: Refused) -> FitTogether:
    return FitTogether(result=why, thresholds=(), since=None)


def _on(history: RuleDays, row: int, dates: set[date]) -> RuleDays:
    """Return a rule's history on some days, and of one `for`."""
    chosen = [index for index, day in enumerate(history.days) if day.date in dates]
    return RuleDays(
        days=tuple(history.days[index] for index in chosen),
        fors=(history.fors[row],),
        levels=history.levels[row : row + 1, chosen],
        medians=history.medians[chosen],
        worst=history.worst,
    )


def _rose(history: RuleDays) -> int:
    """Return the first day after the last shift, if that was a rise; otherwise 0."""
    levels = history.levels[0]
    first = stable_since(history.medians, levels, history.weekend)
    return 0 if fell(levels, first) else first


def _of_rule(result: LevelThreshold, levels: Values) -> LevelThreshold:
    """Return a rule's own threshold and share of days, with the interval of the shared score."""
    scale = Scale.of(levels)
    value = scale.level(result.value)
    return LevelThreshold(
        value=value,
        days=result.days,
        attainable=Fraction(int(np.count_nonzero(levels > value)), len(levels) + 1),
        low=scale.level(result.low),
        high=scale.level(result.high),
        apart=result.apart,
    )
