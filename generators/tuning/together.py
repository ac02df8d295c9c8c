"""One budget for all rules together: a day counts if any of them fires.

Ranks cannot say which of two rules was closer to firing: with nine rules that have nothing to do
with each other, nine days are the highest of some rule, and no threshold within the history would
keep a budget below 9 in n + 1. So each rule's levels are put on one scale, the day's score is that
of its worst rule, and one order statistic of the scores gives every threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from generators.tuning.days import weekends
from generators.tuning.fitting import NO_DAY, Fit, after_rise, drift_of
from generators.tuning.own_scales import ScaledDays, scaled_days
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import (
    LevelThreshold,
    RefusedThreshold,
    attainable_share,
    days_needed,
    few_days,
    threshold,
)

FEWEST = 2  # days with a level: of a single one, the others have no scale

# By their numbers among the histories.
_Rules = Mapping[int, ScaledDays]


@dataclass(frozen=True, slots=True, kw_only=True)
class FitTogether:
    """Thresholds that keep one budget.

    shared  on the scale that rules share, or why there is none
    fits    of each rule, in their order, with the share of days that it spends
    since   the first day that all of them were fitted on; None without days
    """

    shared: LevelThreshold | RefusedThreshold
    fits: tuple[Fit, ...]
    since: date | None

    @property
    def results(self) -> tuple[LevelThreshold | RefusedThreshold, ...]:
        """Each rule's threshold, or why it has none."""
        return tuple(fit.result for fit in self.fits)


def fit_together(
    histories: Sequence[RuleDays], rows: Sequence[int], budget: Fraction
) -> FitTogether:
    """Fit the `for` of a row of each rule, on the days that are judged for all of them.

    A rule that cannot keep the budget even alone is left out with its reason, and so is one that
    would leave the others without days or without a threshold.
    """
    each = [
        scaled_days(history, row) if history.days else None
        for history, row in zip(histories, rows, strict=True)
    ]
    refused = {n: why for n, days in enumerate(each) if (why := _unfit(days, budget))}
    rules = {n: days for n, days in enumerate(each) if days and n not in refused}
    while out := _disturbing(rules, budget):
        refused[out[0]] = out[1]
        del rules[out[0]]
    shared = _shared_threshold(rules, budget)
    fits = (
        Fit(result=refused[n]) if n in refused else _fit_of(rules, n, shared, history)
        for n, history in enumerate(histories)
    )
    return FitTogether(shared=shared, fits=tuple(fits), since=min(_dates(rules), default=None))


def _unfit(rule: ScaledDays | None, budget: Fraction) -> RefusedThreshold | None:
    """Return why a rule could not keep the budget even alone."""
    if rule is None:
        return NO_DAY
    days = len(rule.days)
    if attainable_share(days, budget) == 0:
        few = few_days(days, budget)
        if rule.shifted is None or rule.fell:
            return few
        return after_rise(few, rule.shifted)
    now = [scale == rule.scales[-1] for scale in rule.scales]
    if np.count_nonzero(np.isfinite(rule.levels[now])) < FEWEST:
        return RefusedThreshold("hardly any run of values was as long as `for`")
    return None


def _disturbing(rules: _Rules, budget: Fraction) -> tuple[int, RefusedThreshold] | None:
    """Return the rule without which the others have most days or a threshold, and its reason."""
    if len(rules) <= 1:
        return None
    dates = _dates(rules)
    common = len(dates)
    if attainable_share(common, budget) == 0:
        worst = max(rules, key=lambda n: len(_dates(_without(rules, n))))
        return worst, RefusedThreshold(
            f"only {common} of its clean days are clean days of the other alerts, too; "
            f"{budget} needs {days_needed(budget)} days"
        )
    if not isinstance(_shared_threshold(rules, budget), RefusedThreshold):
        return None
    beyond = {
        n: np.count_nonzero(np.isposinf(rule.scores[_chosen(rule, dates)]))
        for n, rule in rules.items()
    }
    worst = max(beyond, key=lambda n: beyond[n])
    why = "hardly any clean day was worse than usual, so that nothing says how much worse days get"
    return (worst, RefusedThreshold(why)) if beyond[worst] else None


def _without(rules: _Rules, number: int) -> _Rules:
    return {n: rule for n, rule in rules.items() if n != number}


def _dates(rules: _Rules) -> set[date]:
    """Return the days that may be used of all rules."""
    dates = [{day.date for day in rule.days} for rule in rules.values()]
    return set.intersection(*dates) if dates else set()


def _shared_threshold(rules: _Rules, budget: Fraction) -> LevelThreshold | RefusedThreshold:
    """Return the threshold on the scale that rules share."""
    if not rules:
        return RefusedThreshold("no alert has enough clean days")
    dates = _dates(rules)
    scores = [rule.scores[_chosen(rule, dates)] for rule in rules.values()]
    days = [day for day in next(iter(rules.values())).days if day.date in dates]
    return threshold(np.max(scores, axis=0), weekends(days), budget)


def _chosen(rule: ScaledDays, dates: set[date]) -> list[bool]:
    return [day.date in dates for day in rule.days]


def _fit_of(
    rules: _Rules, number: int, shared: LevelThreshold | RefusedThreshold, history: RuleDays
) -> Fit:
    """Return what came out for a rule."""
    rule, dates = rules[number], _dates(rules)
    last = max(rules, key=lambda n: rules[n].days[0].date)
    shift = next((n for n, day in enumerate(history.days) if day.date == rule.shifted), 0)
    return Fit(
        result=shared if isinstance(shared, RefusedThreshold) else _of_rule(rule, shared, dates),
        since=min(dates, default=None),
        own_since=rule.days[0].date,
        last=last,
        shifted=rule.shifted,
        fell=rule.fell,
        rescaled=rule.rescaled,
        drift=drift_of(history, shift),
    )


def _of_rule(rule: ScaledDays, shared: LevelThreshold, dates: set[date]) -> LevelThreshold:
    """Return a rule's own threshold and share of days, with the interval of the shared score."""
    scale = rule.scales[-1]
    fires = (rule.levels > rule.limits(shared.value))[_chosen(rule, dates)]
    return LevelThreshold(
        value=scale.level(shared.value),
        days=shared.days,
        attainable=Fraction(int(np.count_nonzero(fires)), shared.days + 1),
        low=scale.level(shared.low),
        high=scale.level(shared.high),
        apart=shared.apart,
    )
