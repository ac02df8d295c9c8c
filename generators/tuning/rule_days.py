"""The days of a rule: their levels, medians and values, over all of its series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.tuning.days import Day, judged, masked, weekends
from generators.tuning.levels import FiringValues, levels_by_for
from generators.tuning.model import Values


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDays:
    """The days of a rule that are judged.

    days     in order; days of incidents and of missing values may lie between them
    fors     samples
    levels   a row for each `for`, a column for each day; they get worse upwards
    medians  of each day, of the worst series at each time
    worst    the value of the worst series at each time of the grid; NaN in incidents
    """

    days: tuple[Day, ...]
    fors: tuple[int, ...]
    levels: Values
    medians: Values
    worst: Values

    @property
    def weekend(self) -> NDArray[np.bool_]:
        """Whether each day is a Saturday or a Sunday."""
        return weekends(self.days)

    @property
    def numbers(self) -> Values:
        """Each day's number in the calendar."""
        return np.array([day.date.toordinal() for day in self.days], dtype=np.float64)

    @property
    def clean(self) -> Values:
        """All known values outside incidents."""
        return self.worst[~np.isnan(self.worst)]


def rule_days(
    places: Iterable[Values], days: Sequence[Day], fors: Sequence[int], clean: NDArray[np.bool_]
) -> RuleDays:
    """Return the judged days of a rule whose firing values are the same for each `for`."""
    return rule_days_by_for((_alike(values) for values in places), days, fors, clean)


def _alike(values: Values) -> FiringValues:
    return lambda _: values


def rule_days_by_for(
    places: Iterable[FiringValues],
    days: Sequence[Day],
    fors: Sequence[int],
    clean: NDArray[np.bool_],
    known: NDArray[np.bool_] | None = None,
) -> RuleDays:
    """Return the judged days of a rule; its series are read one at a time.

    places  of each series, the firing values for a `for`; they get worse upwards
    clean   for each time, whether it lies outside incidents
    known   for each time, whether there were data, even too few events for a value; read after
            the series; None: where there is a value
    """
    worst = np.full(len(clean), np.nan)
    levels = np.full((len(fors), len(days)), -np.inf)
    for place in places:
        np.fmax(worst, masked(place(fors[0]), clean), out=worst)
        np.maximum(levels, levels_by_for(place, days, fors, clean), out=levels)
    measured = ~np.isnan(worst)
    chosen = judged(days, measured if known is None else known & clean, measured)
    kept = tuple(day for day, choose in zip(days, chosen, strict=True) if choose)
    medians = [float(np.nanmedian(worst[day.first : day.stop])) for day in kept]
    return RuleDays(
        days=kept,
        fors=tuple(fors),
        levels=levels[:, chosen],
        medians=np.array(medians, dtype=np.float64),
        worst=worst,
    )
