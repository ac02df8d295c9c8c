"""Daily firing levels: what a threshold must not be below, so that a rule stays silent that day.

The level of a day for a `for` of k samples is the highest value that k + 1 samples in a row did
not fall below: the maximum of the rolling minimum. A rule `x > T` fires on that day exactly if the
level is above T. A run that crosses midnight counts for the day in which it becomes long enough,
and for the days on which it still lasts.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from generators.tuning.days import Day, masked
from generators.tuning.model import Values

# The values that a threshold is compared with, for each `for` in samples.
FiringValues = Callable[[int], Values]


def daily_levels(firing: Values, days: Sequence[Day], fors: Sequence[int]) -> Values:
    """Return the levels of one series: a row for each `for`, a column for each day.

    firing  values that get worse upwards; NaN where there is none, which ends a run
    days    in order and adjacent, as `days_of` returns them
    fors    samples; -inf where no run of the day was as long
    """
    lowest = {1: np.where(np.isnan(firing), -np.inf, firing)}
    return np.stack([_highest(rolling_minimum(lowest, samples + 1), days) for samples in fors])


def levels_by_for(
    firing: FiringValues, days: Sequence[Day], fors: Sequence[int], clean: NDArray[np.bool_]
) -> Values:
    """Return the levels of one series whose firing values may depend on `for`.

    Those of `for`s that get the same array share their rolling minima.
    """
    levels, before, lowest = [], None, {}
    for samples in fors:
        values = firing(samples)
        if values is not before:
            known = masked(values, clean)
            before, lowest = values, {1: np.where(np.isnan(known), -np.inf, known)}
        levels.append(_highest(rolling_minimum(lowest, samples + 1), days))
    return np.stack(levels)


def _highest(values: Values, days: Sequence[Day]) -> Values:
    """Return the maximum of each day."""
    starts = np.array([day.first for day in days], dtype=np.intp)
    return np.asarray(np.maximum.reduceat(values[: days[-1].stop], starts), dtype=np.float64)


def rolling_minimum(lowest: dict[int, Values], width: int) -> Values:
    """Return at each time the minimum of the last `width` values; -inf where there are fewer.

    lowest  minima by width, at least those of width 1 without NaN; powers of two are added to it,
            so that any other width costs one step more
    """
    power = 1 << (width.bit_length() - 1)
    if power not in lowest:
        lowest[power] = _joined(rolling_minimum(lowest, power // 2), power // 2)
    return lowest[power] if power == width else _joined(lowest[power], width - power)


def _joined(lowest: Values, shift: int) -> Values:
    """Return minima of values and of those `shift` samples before."""
    joined = np.full_like(lowest, -np.inf)
    np.minimum(lowest[shift:], lowest[:-shift], out=joined[shift:])
    return joined
