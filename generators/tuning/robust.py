"""Median and robust deviation: the σ in which thresholds are shown."""

import math
from dataclasses import dataclass

import numpy as np

from generators.tuning.model import Values

# A normal distribution's σ, as a multiple of its median absolute deviation.
NORMAL = 1.4826


@dataclass(frozen=True, slots=True)
class Spread:
    """A centre and a deviation that outliers do not move; 0 where most values are equal."""

    median: float
    sigma: float

    def in_sigma(self, value: float) -> float | None:
        """Return how many σ a value is above the median; None where σ is 0."""
        return (value - self.median) / self.sigma if self.sigma else None

    def worded(self, value: float) -> str:
        """Return a value's distance from the median as people read it."""
        distance = self.in_sigma(value)
        if distance is None:
            return "no σ: more than half of the values are equal"
        return f"{distance:+.1f} σ"


def spread(values: Values) -> Spread:
    """Return the spread of at least one value, none of them NaN; no σ where most are infinite."""
    median = float(np.median(values))
    if not math.isfinite(median):
        return Spread(median, 0.0)
    return Spread(median, NORMAL * float(np.median(np.abs(values - median))))
