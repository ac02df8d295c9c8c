"""Other ways to choose a threshold, beside the default; they promise nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from generators.tuning.model import Values
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import RefusedThreshold

QUANTILE = 0.999
SIGMAS = {"critical": 3.0, "high": 2.0, "medium": 1.0, "low": 1.0}  # by severity
# Tukey's outer fences: the inner ones, at 1.5, cut off 8 % of an ordinary skewed series.
FENCE = 3.0
MOST_REMOVED = 0.05


@dataclass(frozen=True, slots=True)
class Proposed:
    """A threshold.

    value    on the scale of levels, which get worse upwards
    remarks  what to know of it, as sentences
    """

    value: float
    remarks: tuple[str, ...] = ()


# The threshold for a history, or why there is none.
Method = Callable[[RuleDays], Proposed | RefusedThreshold]


def by_sigma(severity: str) -> Method:
    """Return mean and standard deviations, after outliers are removed; it promises nothing."""

    def method(history: RuleDays) -> Proposed | RefusedThreshold:
        if not len(history.clean):
            return RefusedThreshold("there is no value")
        kept = within_fences(history.clean)
        removed = 1 - len(kept) / len(history.clean)
        if removed > MOST_REMOVED:
            return RefusedThreshold(
                f"{removed:.1%} of the values would be removed as outliers; at most 5 %"
            )
        return Proposed(sigmas(kept, SIGMAS[severity]), (f"{removed:.1%} of values were removed.",))

    return method


def by_quantile() -> Method:
    """Return a quantile of all values; it promises nothing."""

    def method(history: RuleDays) -> Proposed | RefusedThreshold:
        if not len(history.clean):
            return RefusedThreshold("there is no value")
        return Proposed(float(np.quantile(history.clean, QUANTILE)))

    return method


def within_fences(values: Values) -> Values:
    """Return values within Tukey's fences."""
    low, high = np.quantile(values, [0.25, 0.75])
    reach = FENCE * (high - low)
    return np.asarray(values[(values >= low - reach) & (values <= high + reach)])


def sigmas(values: Values, multiple: float) -> float:
    """Return the mean plus a multiple of the standard deviation."""
    return float(np.mean(values) + multiple * np.std(values))
