"""How fast levels rise that can fill up, and when they reach the limit of their rule.

A slope of days is that between equal hours: what goes up and down each day grows by neither.
"""

import math

import numpy as np

from exporter.prometheus.api import Labels
from exporter.settings import Settings
from generators.analysis.model import Examined, Growth, NotKnown
from generators.analysis.reading import SeriesReader, nothing_of, recorded_or
from generators.analysis.series_statistics import IntervalEstimate, slope
from generators.policy import DAY, policy
from generators.rules import trend
from generators.rules.rows import Trend
from generators.tuning.model import TimeGrid, Values

READS_EACH = 3
SEASON = 3 * DAY  # seconds from which on a daily season differs from growth
STRENGTH = 0.3  # share of the variance from which on a daily season is one
FEW = "too few values for a slope"
_MOST = 350  # blocks of a window: each pair of them has a slope
_LENGTHS = (300, 600, 900, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400)  # of blocks
_WAVES = 4  # of a day: of 24, 12, 8 and 6 hours
_NEWEST = 3600  # seconds in which a level's newest value lies


def examined(reader: SeriesReader, settings: Settings, grid: TimeGrid) -> Examined[Growth]:
    """Return how all levels moved, the one that reaches its limit first at the beginning."""
    found: list[Growth] = []
    not_known: list[NotKnown] = []
    for watched in trend.trends(policy(settings)):
        of_trend = _growths(reader, watched, grid)
        found += of_trend
        not_known += (
            NotKnown(watched.subject, one.place, grid.end - grid.start, FEW)
            for one in of_trend
            if one.slope is None
        )
        if not of_trend:
            not_known.append(nothing_of(watched.subject, watched.by, reader, grid))
    found.sort(key=lambda one: one.seconds.value if one.seconds else math.inf)
    return Examined(len(found), tuple(found), tuple(not_known))


def _growths(reader: SeriesReader, watched: Trend, grid: TimeGrid) -> list[Growth]:
    end = TimeGrid(grid.end, grid.step, 1)
    levels = reader.read(watched.source, grid, watched.subject)
    slopes = reader.read(slope_query(watched), end, f"slope of the {watched.subject}")
    seconds = reader.read(seconds_query(watched), end, f"time left of the {watched.subject}")
    return [
        _growth(watched, place, (grid, values), (_only(slopes, place), _only(seconds, place)))
        for place, values in sorted(levels.items())
    ]


def slope_query(watched: Trend) -> str:
    """Return the query of the slope of a trend's rule, which needs no rule to have run."""
    return recorded_or(watched.name("slope"), trend.slower_slope(watched), watched.by)


def seconds_query(watched: Trend) -> str:
    """Return the query of the seconds that are left by a trend's rule."""
    left = trend.seconds_left(watched, f"({trend.slower_slope(watched)})")
    return recorded_or(watched.name("seconds"), left, watched.by)


def _only(found: dict[Labels, Values], place: Labels) -> float | None:
    values = found.get(place)
    return None if values is None or math.isnan(values[0]) else float(values[0])


def _growth(
    watched: Trend,
    place: Labels,
    level: tuple[TimeGrid, Values],
    by_rule: tuple[float | None, float | None],
) -> Growth:
    grid, values = level
    if watched.signed:
        values = np.where(values < 0, np.nan, values)
    newest = values[-max(1, _NEWEST // grid.step) :]
    newest = newest[~np.isnan(newest)]
    found, peak = growth(grid, values)
    return Growth(
        alert=watched.alert,
        subject=watched.subject,
        unit=watched.unit,
        place=place,
        limit=watched.limit,
        level=float(newest[-1]) if len(newest) else math.nan,
        peak=peak,
        slope=found,
        seconds=None if found is None or peak is None else left(watched.limit - peak, found),
        rule_slope=by_rule[0],
        rule_seconds=by_rule[1],
        within=watched.within,
    )


def growth(grid: TimeGrid, values: Values) -> tuple[IntervalEstimate | None, float | None]:
    """Return the slope by the second, and the peak of a day at the end of the grid.

    None for both where too few values are known.
    """
    times, blocks, length = _blocks(grid, values)
    known = grid.end - grid.start >= SEASON and not np.isnan(blocks).all()
    season = _season(times, blocks, length) if known else None
    even, peak = (blocks, 0.0) if season is None else (blocks - season[0], season[1])
    found = slope(times, even)
    if found is None:
        return None, None
    level = float(np.nanmedian(even - found.value * times)) + found.value * grid.end
    return found, level + peak


def left(room: float, rise: IntervalEstimate) -> IntervalEstimate | None:
    """Return the seconds until there is no room left; None where nothing rises."""
    room = max(room, 0.0)
    if rise.value <= 0 or rise.high <= 0:
        return None
    latest = room / rise.low if rise.low > 0 else math.inf
    return IntervalEstimate(room / rise.value, room / rise.high, latest)


def _blocks(grid: TimeGrid, values: Values) -> tuple[Values, Values, int]:
    """Return middles and medians of blocks, as many as slopes can be taken of, and their length.

    A block of which less than half is known has no value.
    """
    seconds = grid.count * grid.step
    length = next(
        (n for n in _LENGTHS if n % grid.step == 0 and seconds <= n * _MOST),
        max(_LENGTHS[-1], grid.step),
    )
    size = length // grid.step
    first = grid.count % size  # the newest values make whole blocks
    parts = values[first:].reshape(-1, size)
    enough = (~np.isnan(parts)).sum(axis=1) * 2 >= size
    medians = np.full(len(parts), np.nan)
    medians[enough] = np.nanmedian(parts[enough], axis=1)
    begins = grid.start + (first + size * np.arange(len(parts))) * grid.step
    middles: Values = (begins + (length - grid.step) / 2).astype(np.float64)
    return middles, medians, length


def _season(times: Values, values: Values, length: int) -> tuple[Values, float] | None:
    """Return what a usual day adds at each time, and its peak; None where days are unlike.

    What is taken away is smooth. Medians of a few days are values themselves: without them, these
    would lie on a line exactly, and its slope would seem to be known exactly.
    """
    day = DAY // length
    rest = values - _daily_rise(values, day) / DAY * (times - times[0])
    usual = np.full(day, np.nan)
    for hour in range(day):
        known = rest[hour::day][~np.isnan(rest[hour::day])]
        if len(known):
            usual[hour] = np.median(known)
    smooth = _smooth(usual)
    if smooth is None:
        return None
    found = np.resize(smooth, len(values))
    if not np.nanvar(rest - found) < (1 - STRENGTH) * np.nanvar(rest):
        return None
    return found, float(np.nanmax(usual) - np.nanmedian(usual))


def _smooth(usual: Values) -> Values | None:
    """Return a day as a few waves; None where too little of it is known."""
    day = len(usual)
    angle = 2 * np.pi * np.arange(day) / day
    waves = [f(n * angle) for n in range(1, _WAVES + 1) for f in (np.sin, np.cos)]
    shape, known = np.column_stack([np.ones(day), *waves]), ~np.isnan(usual)
    if known.sum() < 2 * shape.shape[1]:
        return None
    weights = np.linalg.lstsq(shape[known], usual[known], rcond=None)[0]
    found: Values = shape @ weights - np.nanmedian(usual)
    return found


def _daily_rise(values: Values, day: int) -> float:
    """Return the median of what was added from one day to each later one, at equal times."""
    days = range(1, -(-len(values) // day))
    rises = np.concatenate([(values[n * day :] - values[: -n * day]) / n for n in days])
    known = rises[~np.isnan(rises)]
    return float(np.median(known)) if len(known) else math.nan
