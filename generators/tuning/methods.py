"""Ways to choose a threshold, all with the same shape, so that all are scored alike."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from generators.tuning.fitting import fit
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

    value     on the scale of levels, which get worse upwards
    remarks   what to know of it, as sentences
    promised  the share of days on which it fires at most; None where nothing is promised
    """

    value: float
    remarks: tuple[str, ...] = ()
    promised: Fraction | None = None


class Method(Protocol):
    """A way to choose a threshold for the `for` of a row of the levels."""

    def __call__(self, history: RuleDays, row: int, /) -> Proposed | RefusedThreshold:
        """Return the threshold, or why there is none."""


def by_levels(budget: Fraction) -> Method:
    """Return the default method, which keeps a budget of days."""

    def method(history: RuleDays, row: int) -> Proposed | RefusedThreshold:
        fitted = fit(history, row, budget)
        if isinstance(fitted.result, RefusedThreshold):
            return fitted.result
        return Proposed(fitted.result.value, promised=fitted.result.attainable)

    return method


def by_sigma(severity: str) -> Method:
    """Return mean and standard deviations, after outliers are removed; it promises nothing."""

    def method(history: RuleDays, _row: int) -> Proposed | RefusedThreshold:
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

    def method(history: RuleDays, _row: int) -> Proposed | RefusedThreshold:
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
