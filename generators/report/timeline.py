"""The states of a timeline, as Grafana's panel makes them of a series."""

from collections.abc import Iterator
from dataclasses import replace

from generators.report import units
from generators.report.display import DrawnStep, Field
from generators.report.formatting import series_color, shown, step_of
from generators.report.model import DrawnEpisode, DrawnSeries

EMPTY = "Data does not have a time field"  # the panel says so, whatever noValue says
_LONE_STEP = 60.0  # seconds that a state lasts which is alone


def episodes(series: DrawnSeries, at: int, *, merge: bool) -> tuple[DrawnEpisode, ...]:
    """Return the states of a series: each lasts until the next point, or, merged, the next state.

    Merged numbers that take their colours from thresholds become the ranges between these: the
    panel then knows neither mappings nor gaps.
    """
    points = [(t, v) for t, v in zip(series.times, series.values, strict=True) if v is not None]
    if merge and _by_range(series.field):
        return tuple(_ranges(series, points))
    found: list[DrawnEpisode] = []
    step = _step(series)
    before: float | None = None
    for time, value in points:
        last = found[-1] if found else None
        if merge and last is not None and (before, last.end) == (value, time):
            found[-1] = replace(last, end=time + step)
        else:
            show = shown(value, series.field)
            color = show.color or series_color(series.field, at, value)
            found.append(DrawnEpisode(time, time + step, show.text, color))
        before = value
    return tuple(found)


def _step(series: DrawnSeries) -> float:
    return series.times[1] - series.times[0] if len(series.times) > 1 else _LONE_STEP


def _by_range(field: Field) -> bool:
    limits = field.thresholds
    return field.color_mode == "thresholds" and bool(limits.steps) and not limits.percent


def _ranges(series: DrawnSeries, points: list[tuple[float, float]]) -> Iterator[DrawnEpisode]:
    """Yield an episode for each stretch within the same thresholds; gaps belong to the one before.

    Facts: mergeThresholdValues and getThresholdItems of Grafana's timelines.
    """
    step = _step(series)
    reached = [(time, step_of(value, series.field)) for time, value in points]
    starts = [at for at, (_, found) in enumerate(reached) if not at or reached[at - 1][1] != found]
    for start, end in zip(starts, [*starts[1:], len(reached)], strict=True):
        time, found = reached[start]
        until = reached[end][0] if end < len(reached) else reached[-1][0] + step
        yield DrawnEpisode(time, until, _named(found, series.field), found.color)


def _named(found: DrawnStep, field: Field) -> str:
    """Return the range from a step to the next, as the panel writes it."""
    steps = field.thresholds.steps
    place = steps.index(found)
    if place == 0 and len(steps) > 1:
        return f"< {units.text(steps[1].at, field.unit)}"
    return f"{units.text(found.at, field.unit)}+"
