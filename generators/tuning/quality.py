"""What a history is worth: its gaps, spread, shifts and seasons, and one score with its formula.

    stability = completeness × gap × spread × shifts × days

Each factor lies between 0 and 1, so that one bad property is enough, and none makes up for it:

    completeness  known times / times
    gap           1 / (1 + longest gap in days)
    spread        1 / (1 + σ / |median|) of the daily levels of the shortest `for`
    shifts        1 / (1 + level shifts), and half of that where values drift
    days          clean days / 14, at most 1
"""

from dataclasses import dataclass, fields

import numpy as np

from generators.tuning.changes import segments
from generators.tuning.fitting import Fit
from generators.tuning.model import TimeGrid, Values
from generators.tuning.robust import spread
from generators.tuning.rule_days import RuleDays
from generators.tuning.seasons import DAY, WEEK, hourly, strength
from generators.tuning.thresholds import RefusedThreshold

FEWEST_DAYS = 3
FEWEST_VALUES = 30
SETTLED_DAYS = 14  # below, a threshold is provisional: not two of every weekday were seen
SECONDS_OF_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """The factors of the score, each between 0 and 1."""

    completeness: float
    gap: float
    spread: float
    shifts: float
    days: float

    @property
    def score(self) -> float:
        """The product of all factors."""
        return float(np.prod([getattr(self, field.name) for field in fields(self)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Facts of a history.

    known            how many times have a value
    completeness     their share
    longest_gap      seconds
    cadence          seconds between values, as a median; nan with less than two
    flatness         share of values that equal the one before
    autocorrelation  of neighbouring values; nan where they do not vary
    effective        how many independent values would say as much
    daily, weekly    strength of the season, 0 to 1; None for a short history
    clean_days       days that thresholds are fitted on
    refused          why nothing can be recommended; empty where something can
    provisional      why a number is provisional; empty where it is not
    """

    known: int
    completeness: float
    longest_gap: float
    cadence: float
    flatness: float
    autocorrelation: float
    effective: float
    daily: float | None
    weekly: float | None
    clean_days: int
    stability: Stability
    refused: str
    provisional: str


def quality(values: Values, grid: TimeGrid, history: RuleDays, fitted: Fit) -> Quality:
    """Return the quality of a rule's history.

    values  of the worst series at each time of the grid, incidents included
    """
    present = ~np.isnan(values)
    completeness = float(np.mean(present))
    gap = longest_gap(values) * grid.step
    known = values[present]
    pairs = values[:-1], values[1:]
    correlation = _correlation(*pairs)
    hours = hourly(values, grid)
    days = len(history.days)
    stability = Stability(
        completeness=completeness,
        gap=1 / (1 + gap / SECONDS_OF_DAY),
        spread=_steadiness(history.levels[0]),
        shifts=_steady_level(history, fitted),
        days=min(1.0, days / SETTLED_DAYS),
    )
    return Quality(
        known=len(known),
        completeness=completeness,
        longest_gap=gap,
        cadence=_cadence(present) * grid.step,
        flatness=float(np.mean(known[1:] == known[:-1])) if len(known) > 1 else 1.0,
        autocorrelation=correlation,
        effective=effective_size(len(known), correlation),
        daily=strength(hours, DAY),
        weekly=strength(hours, WEEK),
        clean_days=days,
        stability=stability,
        refused=_refused(days, len(known), fitted),
        provisional=_provisional(days),
    )


def longest_gap(values: Values) -> int:
    """Return the most values in a row that are NaN."""
    present = np.flatnonzero(~np.isnan(values))
    edges = np.concatenate([[-1], present, [len(values)]])
    return int(np.max(np.diff(edges))) - 1


def _cadence(present: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    at = np.flatnonzero(present)
    return float(np.median(np.diff(at))) if len(at) > 1 else float("nan")


def _correlation(earlier: Values, later: Values) -> float:
    """Return the correlation of neighbouring values, where both are known and finite."""
    both = np.isfinite(earlier) & np.isfinite(later)
    x, y = earlier[both], later[both]
    if len(x) < FEWEST_DAYS or not np.std(x) or not np.std(y):
        return float("nan")
    return float(np.corrcoef(x, y)[0, 1])


def effective_size(known: int, correlation: float) -> float:
    """Return n (1 - φ) / (1 + φ), at most n: of values that follow an AR(1) process."""
    if np.isnan(correlation):
        return float(min(known, 1))
    phi = min(max(correlation, 0.0), 1.0)
    return known * (1 - phi) / (1 + phi)


def _steadiness(levels: Values) -> float:
    """Return 1 / (1 + σ / |median|) of daily levels; 0 where there are none."""
    finite = levels[np.isfinite(levels)]
    if not len(finite):
        return 0.0
    of_days = spread(finite)
    if not of_days.sigma:
        return 1.0
    return abs(of_days.median) / (abs(of_days.median) + of_days.sigma)


def _steady_level(history: RuleDays, fitted: Fit) -> float:
    """Return 1 / (1 + shifts), and half of it where values drift."""
    shifts = len(segments(history.medians, history.weekend)) - 1
    shifts = max(shifts, int(fitted.shifted is not None))
    return (0.5 if fitted.drift.warns else 1.0) / (1 + shifts)


def _refused(days: int, known: int, fitted: Fit) -> str:
    if days < FEWEST_DAYS:
        return f"{days} clean days; at least {FEWEST_DAYS} are needed"
    if known < FEWEST_VALUES:
        return f"{known} values; at least {FEWEST_VALUES} are needed"
    return fitted.result.why if isinstance(fitted.result, RefusedThreshold) else ""


def _provisional(days: int) -> str:
    if days >= SETTLED_DAYS:
        return ""
    return f"{days} clean days; below {SETTLED_DAYS} not every weekday was seen twice"
