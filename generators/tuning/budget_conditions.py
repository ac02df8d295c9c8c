"""When the conditions of the alerts on error budgets were true; they are contracts, never tuned."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from exporter.prometheus.api import Labels
from generators.alert_table import BurnAlert, ExhaustedAlert
from generators.policy import BAD_EVENTS, EVALUATION, HOUR
from generators.rules import slo
from generators.rules.bridging import AwayMarker
from generators.rules.budgets import AWAY, BY, budget_of
from generators.selectors import AnyMatcher, selector
from generators.tuning.compared import EVALUATED, Answers, by_place, evaluated, marked
from generators.tuning.model import TimeGrid, Values
from generators.tuning.replay import Conditions
from generators.tuning.sample_windows import Flags, highest, newest

_LONGEST = HOUR // EVALUATION  # samples for which the past keeps an alert without data
# Windows of days have a value each five minutes. Each is shown for as long by look-back, in so many
# samples after its own; a rule holds it for ten.
_SHOWN, _HELD = 4, 6


@dataclass(frozen=True, slots=True)
class BurnPair:
    """The expressions of a pair of windows, and the burn rate above which it is true.

    is_held  whether the rule holds the newest value of the long window, as of windows of days
    """

    long: str
    short: str
    bad: str
    rate: float
    is_held: bool = False

    def holds(self, values: Mapping[str, Values]) -> Flags:
        """Return when both windows burn too fast, with enough bad events."""
        long, bad = values[self.long], values[self.bad]
        if self.is_held:
            long, bad = newest(long, _HELD), newest(bad, _HELD)
        return np.asarray(
            (long > self.rate) & (values[self.short] > self.rate) & (bad >= BAD_EVENTS)
        )

    def was_above(self, values: Mapping[str, Values], written: Flags) -> Flags:
        """Return when the long window has been above its rate within an hour.

        That is its greatest value; the last one, by which an alert is kept too, is no greater.
        """
        if self.is_held:
            return np.asarray(highest(values[self.long], _LONGEST - _SHOWN) > self.rate)
        found = highest(np.where(written, values[self.long], np.nan), _LONGEST)
        return np.asarray(found > self.rate)


@dataclass(frozen=True, slots=True)
class BurnSeries:
    """What one form of an alert on a burning budget compares."""

    row: BurnAlert
    pairs: tuple[BurnPair, ...]
    away: tuple[AwayMarker, ...] = AWAY

    @property
    def of_places(self) -> tuple[str, ...]:
        """Every expression whose series are places."""
        return tuple(dict.fromkeys(e for p in self.pairs for e in (p.long, p.short, p.bad)))

    @property
    def judged(self) -> tuple[str, ...]:
        """The expressions whose series have the places of this form."""
        return tuple(pair.long for pair in self.pairs)

    @property
    def expressions(self) -> tuple[str, ...]:
        """Every expression that has to be read."""
        return (*self.of_places, *(marker.series for marker in self.away), EVALUATED)


def of_burn(row: BurnAlert, matchers: Iterable[AnyMatcher] = ()) -> BurnSeries:
    """Return what an alert compares, on the series that the matchers take."""
    budget, chosen = budget_of(row.objective), tuple(matchers)
    pairs = (
        BurnPair(
            long=selector(budget.burn(window.long), chosen),
            short=budget.burn(window.short),
            bad=budget.bad(window.long),
            rate=rate,
            is_held=window.long in slo.LONG,
        )
        for window, rate in zip(row.windows, row.factors, strict=True)
    )
    return BurnSeries(row, tuple(pairs))


def burning(series: BurnSeries, answers: Answers, grid: TimeGrid) -> dict[Labels, Conditions]:
    """Return the condition of the alert at each place."""
    written = evaluated(answers[EVALUATED], grid)
    found = {}
    for place, values in place_values(series.of_places, series.judged, answers, grid):
        begins = reduce(or_, (pair.holds(values) for pair in series.pairs))
        begins &= ~marked(place, (m for m in series.away if m.prompt), answers, grid)
        kept = marked(place, series.away, answers, grid)
        if kept.any():
            kept &= reduce(or_, (pair.was_above(values, written) for pair in series.pairs))
        found[place] = Conditions(begins, begins | kept)
    return found


@dataclass(frozen=True, slots=True)
class SpentSeries:
    """What one form of the alert on a spent budget compares."""

    row: ExhaustedAlert
    spent: str
    bad: str

    @property
    def expressions(self) -> tuple[str, ...]:
        """Every expression that has to be read."""
        return (self.spent, self.bad)


def of_spent(row: ExhaustedAlert, matchers: Iterable[AnyMatcher] = ()) -> SpentSeries:
    """Return what an alert compares, on the series that the matchers take."""
    budget = budget_of(row.objective)
    return SpentSeries(
        row, selector(budget.spent, tuple(matchers)), budget.bad(row.objective.window)
    )


def spent(series: SpentSeries, answers: Answers, grid: TimeGrid) -> dict[Labels, Conditions]:
    """Return the condition of the alert at each place: the same while it fires."""
    found = {}
    for place, values in place_values(series.expressions, (series.spent,), answers, grid):
        holds = values[series.spent] >= series.row.threshold
        holds &= values[series.bad] >= BAD_EVENTS
        found[place] = Conditions(holds, holds)
    return found


def place_values(
    expressions: Iterable[str], judged: Iterable[str], answers: Answers, grid: TimeGrid
) -> Iterator[tuple[Labels, dict[str, Values]]]:
    """Yield the values of every expression at each place that one of `judged` has."""
    known = {each: by_place(answers[each], BY) for each in expressions}
    nothing = np.full(grid.count, np.nan)
    for place in sorted({place for each in judged for place in known[each]}):
        yield place, {each: found.get(place, nothing) for each, found in known.items()}
