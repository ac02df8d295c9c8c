"""The promise, tried on days that a threshold has not seen: fitted on half, scored on the rest."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from generators.tuning.fitting import fit
from generators.tuning.rule_days import RuleDays
from generators.tuning.thresholds import Refused


@dataclass(frozen=True, slots=True)
class HeldOut:
    """On how many of so many clean days the alert would have fired, and the share promised."""

    fired: int
    days: int
    promised: Fraction


def held_out(history: RuleDays, budget: Fraction) -> HeldOut | None:
    """Return how the threshold of the first half did on the second; None where it has none."""
    half = len(history.days) // 2
    first = replace(
        history,
        days=history.days[:half],
        levels=history.levels[:, :half],
        medians=history.medians[:half],
    )
    fitted = fit(first, 0, budget).result
    if isinstance(fitted, Refused):
        return None
    rest = history.levels[0, half:]
    return HeldOut(int(np.count_nonzero(rest > fitted.value)), rest.size, fitted.attainable)
