"""Drift: a slow rise towards a threshold, which breaks its promise before a shift can be seen."""

import math
from dataclasses import dataclass

import numpy as np

from generators.tuning.model import Values
from generators.tuning.ranks import kendall_variance

# One-sided limit of a standard normal value at 5 %: only a rise makes a rule fire more often.
RISING = 1.645
# Steps are chosen to fit noise, too: only where they are clearly closer was it no slow rise.
CLEARLY = 1.1
FEWEST = 7  # days; in fewer, the course of a week itself looks like a rise


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A robust line through daily values, of which higher ones are worse.

    slope   Theil-Sen, units a day
    change  what the slope makes of all days, as a share of the median's size; nan where that is 0
    score   Mann-Kendall's, standard normal where days are alike in any order
    warns   whether values rise more than noise would in 95 % of histories, and no shift explains it
    """

    slope: float
    change: float
    score: float
    warns: bool


NO_DRIFT = Drift(slope=0.0, change=0.0, score=0.0, warns=False)


def drift(numbers: Values, values: Values, starts: list[int]) -> Drift:
    """Return the drift of daily values.

    numbers  of the days, which may have gaps
    starts   of the stable segments; a shift also makes later values higher, but is no drift
    """
    if len(values) < FEWEST:
        return NO_DRIFT
    slope = theil_sen(numbers, values)
    score = mann_kendall(values)
    level = abs(float(np.median(values)))
    span = float(numbers[-1] - numbers[0])
    return Drift(
        slope=slope,
        change=slope * span / level if level else math.nan,
        score=score,
        warns=score > RISING and _gradual(numbers, values, slope, starts),
    )


def theil_sen(numbers: Values, values: Values) -> float:
    """Return the median slope of all pairs of days."""
    later, earlier = np.tril_indices(len(values), -1)
    rises = values[later] - values[earlier]
    return float(np.median(rises / (numbers[later] - numbers[earlier])))


def mann_kendall(values: Values) -> float:
    """Return the standardised count of rises less falls, corrected for ties and continuity."""
    n = len(values)
    later, earlier = np.tril_indices(n, -1)
    rises = float(np.sum(np.sign(values[later] - values[earlier])))
    variance = kendall_variance(values)
    if not variance:
        return 0.0
    return math.copysign(max(0.0, abs(rises) - 1), rises) / math.sqrt(variance)


def _gradual(numbers: Values, values: Values, slope: float, starts: list[int]) -> bool:
    """Return whether a line is as close to the values as steps are, each parameter considered."""
    line = values - slope * numbers
    beside_line = float(np.sum(np.abs(line - np.median(line)))) / (len(values) - 2)
    stops = [*starts[1:], len(values)]
    parts = [values[start:stop] for start, stop in zip(starts, stops, strict=True)]
    beside_steps = sum(float(np.sum(np.abs(part - np.median(part)))) for part in parts)
    return beside_line <= CLEARLY * beside_steps / (len(values) - 2 * len(parts) + 1)
