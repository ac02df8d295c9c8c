"""The history of an alert on a threshold: its places, and the daily levels of each `for`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from exporter.catalog.expression import Direction
from exporter.prometheus.api import TimeSpan
from generators.alert_table import ThresholdAlert
from generators.policy import EVALUATION
from generators.rules.model import Alerting
from generators.tuning import compared
from generators.tuning.compared import Answers, PlaceSeries
from generators.tuning.data_gaps import data_gaps
from generators.tuning.days import Day
from generators.tuning.firing_values import NEVER, BranchValues, branch_values
from generators.tuning.levels import FiringValues
from generators.tuning.model import TimeGrid, Values
from generators.tuning.robust import spread
from generators.tuning.rule_days import RuleDays, rule_days_by_for

LONGEST_FOR = 15  # minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHistory:
    """What was there of one alert.

    fors   minutes; the alert's own first
    days   levels get worse upwards: where low is bad, they are negated
    worst  of the worst place, up to which threshold it would have fired at each time of the grid,
           incidents included; on the scale of levels, NaN where there is no value
    gaps   times in which an incident could not have been caught
    """

    rule: Alerting
    row: ThresholdAlert
    fors: tuple[int, ...]
    days: RuleDays
    worst: Values
    gaps: tuple[TimeSpan, ...]

    @property
    def sign(self) -> int:
        """1 where high values are bad; -1 where low ones are, which are negated in levels."""
        return 1 if self.row.signal.direction is Direction.UP else -1

    def in_sigma(self, value: float) -> float | None:
        """Return how many robust σ a threshold is beyond the median of all clean values.

        None where there is no clean value, or no σ.
        """
        known = self.days.clean
        return spread(known).in_sigma(self.sign * value) if known.size else None


def rule_history(
    rule: Alerting,
    row: ThresholdAlert,
    answers: Answers,
    grid: TimeGrid,
    days: Sequence[Day],
    clean: NDArray[np.bool_],
) -> RuleHistory:
    """Return the history of an alert.

    clean  for each time of the grid, whether it lies outside incidents
    """
    own = ceil(rule.for_ / EVALUATION)  # as Prometheus counts evaluations
    fors = (own, *(each for each in range(LONGEST_FOR + 1) if each != own))
    found = compared.places(compared.of_row(row, rule.only), answers, grid)
    worst = np.full(grid.count, np.nan)
    known = _known(found, grid)

    def places() -> Iterator[FiringValues]:
        for place in found:
            values = _firing_values(branch_values(place, row))
            np.fmax(worst, values(own), out=worst)
            yield values

    return RuleHistory(
        rule=rule,
        row=row,
        fors=fors,
        days=rule_days_by_for(places(), days, fors, clean, known),
        worst=worst,
        gaps=data_gaps(found, grid),
    )


def _known(places: Sequence[PlaceSeries], grid: TimeGrid) -> NDArray[np.bool_]:
    """Return when there were data: since the first value, and while none is away.

    Without requests there is no value; that is no missing data, since the alert cannot fire.
    """
    begun = np.zeros(grid.count, dtype=np.bool_)
    away = np.ones(grid.count, dtype=np.bool_)
    for place in places:
        some = place.value if place.some is None else place.some
        begun |= ~np.isnan(place.value) | ~np.isnan(some)
        away &= place.away | ~place.written
    return np.asarray(np.logical_or.accumulate(begun) & ~away)


def _firing_values(place: BranchValues) -> FiringValues:
    def of_for(minutes: int) -> Values:
        begins = place.of_for(minutes * EVALUATION).begins
        return np.where(begins == NEVER, np.nan, begins)

    return of_for
