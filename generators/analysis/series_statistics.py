"""Statistics of series whose values depend on those before them: a slope, a rank correlation.

Minutes of a service are no independent draws: an interval that takes them for such is far too
narrow. Both intervals here count how many independent values a series is worth.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from generators.tuning.model import Values
from generators.tuning.ranks import kendall_variance, mid_ranks

LEVEL = 0.95  # of an interval
_LEAST = 10  # values from which a slope or a correlation is worked out


@dataclass(frozen=True, slots=True)
class IntervalEstimate:
    """A number with its interval."""

    value: float
    low: float
    high: float


def slope(times: Values, values: Values) -> IntervalEstimate | None:
    """Return how much values rise by the second; None where too few are known.

    The median of the slopes between any two (Theil and Sen), in the interval that the test of Mann
    and Kendall gives, whose variance is corrected for autocorrelation as by Hamed and Rao (1998).
    """
    known = ~np.isnan(values)
    at, level = times[known], values[known]
    count = len(level)
    if count < _LEAST:
        return None
    first, second = np.triu_indices(count, 1)
    slopes = np.sort((level[second] - level[first]) / (at[second] - at[first]))
    middle = float(np.median(slopes))
    factor = _inflation(mid_ranks(level - middle * at))
    half = normal(LEVEL) * math.sqrt(kendall_variance(level) * factor)
    low = round((len(slopes) - half) / 2)
    high = len(slopes) - 1 - low
    if low < 0:
        return IntervalEstimate(middle, -math.inf, math.inf)
    return IntervalEstimate(middle, float(slopes[low]), float(slopes[high]))


def rank_correlation(one: Values, other: Values, compared: int = 1) -> IntervalEstimate | None:
    """Return Spearman's coefficient of evenly spaced values; None where too few are known.

    compared  among how many coefficients this one is: each interval is so much wider
    """
    known = ~(np.isnan(one) | np.isnan(other))
    if known.sum() < _LEAST:
        return None
    ranks = mid_ranks(one[known]), mid_ranks(other[known])
    if not (ranks[0].std() and ranks[1].std()):
        return None  # a constant has no rank among itself
    found = float(np.corrcoef(*ranks)[0, 1])
    worth = known.sum() / _inflation(*ranks)
    half = normal(1 - (1 - LEVEL) / compared) * math.sqrt(1.06 / max(worth - 3, 1e-9))
    middle = math.atanh(min(max(found, -1 + 1e-12), 1 - 1e-12))
    return IntervalEstimate(found, math.tanh(middle - half), math.tanh(middle + half))


def normal(level: float) -> float:
    """Return how many deviations hold a share of a normal distribution, on both sides."""
    return NormalDist().inv_cdf((1 + level) / 2)


def _inflation(*series: Values) -> float:
    """Return how many values are worth one that is independent; of two series, of their product.

    The greater of two counts: that of autocorrelations up to the first that is no more than chance,
    and that of a series in which each value depends on the one before it alone.
    """
    count = len(series[0])
    every = np.prod([_autocorrelations(one) for one in series], axis=0)
    chance = (normal(LEVEL) / math.sqrt(count)) ** len(series)
    length = int(np.argmax(np.append(every, -1.0) < chance))
    next_one = math.prod(_without_bias(one) for one in series)
    return max(1 + 2 * float(every[1:length].sum()), (1 + next_one) / (1 - next_one))


def _without_bias(values: Values) -> float:
    """Return the autocorrelation of neighbours, which few values show too small (Kendall, 1954)."""
    count = len(values)
    found = float(_autocorrelations(values)[1]) * count / (count - 1)
    return min(max(found + (2 + 4 * found) / count, 0.0), 1 - 1 / count)


def _autocorrelations(values: Values) -> Values:
    count = len(values)
    spectrum = np.fft.rfft(values - values.mean(), 2 * count)
    covariances: Values = np.fft.irfft(np.abs(spectrum) ** 2)[:count]
    found: Values = covariances / covariances[0] if covariances[0] else np.zeros(count)
    return found
