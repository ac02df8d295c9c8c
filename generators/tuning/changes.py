"""Level shifts in daily values: thresholds are fitted on the last stable segment only.

Days are divided at the places that leave the least variance of their normal scores within
segments, less a penalty for each (optimal partitioning, the search that PELT prunes). Scores depend
on ranks alone: one wild day moves nothing, and where days are alike, every order of the same scores
is as likely, so that the penalty decides how often noise is cut, whatever its distribution.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from generators.tuning.model import Values
from generators.tuning.ranks import mid_ranks

# A shorter segment fits no threshold, and five days have a weekday among them.
SHORTEST = 5


def penalty(days: int) -> float:
    """Return what a cut has to gain: noise gains more in 2 % of orders of 10 to 90 days."""
    return 0.9 + 2.3 * math.log(days)


def segments(values: Values, weekend: NDArray[np.bool_]) -> list[int]:
    """Return the index of the first day of each stable segment; the first is 0."""
    days = len(values)
    if days < 2 * SHORTEST:
        return [0]
    before = _search(normal_scores(without_weekends(values, weekend)), penalty(days))
    starts, stop = [], days
    while stop:
        starts.append(before[stop])
        stop = before[stop]
    return starts[::-1]


def _search(scores: Values, cost: float) -> list[int]:
    """Return for each number of days where the last of its best segments begins."""
    days = len(scores)
    sums = np.concatenate([[0.0], np.cumsum(scores)])
    best = np.full(days + 1, -np.inf)
    best[0] = cost  # the first segment is no cut
    before = [0] * (days + 1)
    lengths = np.arange(days, 0, -1.0)
    for stop in range(SHORTEST, days + 1):
        starts = stop - SHORTEST + 1
        gained = sums[stop] - sums[:starts]
        gains = best[:starts] + gained * gained / lengths[days - stop :][:starts]
        before[stop] = int(gains.argmax())
        best[stop] = gains[before[stop]] - cost
    return before


def normal_scores(values: Values) -> Values:
    """Return the standard normal quantiles of ranks, with variance 1; zeros where all are equal."""
    normal = NormalDist()
    scores = np.array([normal.inv_cdf((r - 0.5) / len(values)) for r in mid_ranks(values)])
    deviation = float(np.std(scores))
    return scores / deviation if deviation else scores


def without_weekends(values: Values, weekend: NDArray[np.bool_]) -> Values:
    """Return values less the median of their kind of day: a weekly rhythm is no shift."""
    rest = np.array(values)
    for kind in (weekend, ~weekend):
        if np.count_nonzero(kind) > 1:
            rest[kind] -= np.median(values[kind])
    return rest
