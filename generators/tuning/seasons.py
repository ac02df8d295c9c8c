"""How strongly values follow the hour of the day and the day of the week."""

import math

import numpy as np

from generators.tuning.model import TimeGrid, Values

HOUR, DAY = 3600, 24
WEEK = 7 * DAY
TIMES = 3  # periods that a season needs, as Azure and Datadog ask


def hourly(values: Values, grid: TimeGrid) -> Values:
    """Return the median of each hour of a grid; NaN where nothing is known, or it is infinite."""
    hours = (grid.times - grid.start) // HOUR
    edges = np.flatnonzero(np.diff(hours, prepend=-1))
    parts = np.split(values, edges[1:])
    return np.array([_median(part) for part in parts], dtype=np.float64)


def _median(values: Values) -> float:
    known = values[~np.isnan(values)]
    found = float(np.median(known)) if len(known) else math.nan
    return found if math.isfinite(found) else math.nan


def strength(hours: Values, period: int) -> float | None:
    """Return the share of hourly values' variance that a season explains; None for a short history.

    1 - Var(rest) / Var(all), from 0 to 1, where the season is the median of each hour of the
    period (after Wang, Smith and Hyndman, 2006).
    """
    if len(hours) < TIMES * period:
        return None
    whole = hours[: len(hours) // period * period].reshape(-1, period)
    season = np.array([_median(column) for column in whole.T], dtype=np.float64)
    rest = whole - season
    variance = float(np.nanvar(whole)) if np.isfinite(whole).any() else 0.0
    if not variance or not math.isfinite(variance):
        return 0.0
    return max(0.0, 1 - float(np.nanvar(rest)) / variance)
