"""Small drawings that need no chart library: sparklines and dials."""

import math

from generators.report.formatting import share
from generators.report.model import DrawnFigure, DrawnSeries

WIDE, HIGH = 200.0, 50.0
_FROM, _SWEEP = math.radians(-210), math.radians(240)  # a dial opens downwards
_RADIUS, _RING, _MIDDLE = 80.0, 94.0, 100.0


def spark(series: DrawnSeries) -> tuple[str, str]:
    """Return the paths of a series' line and of the area below it, in a box of 200 by 50."""
    there = [
        (t, v) for t, v in zip(series.times, series.values, strict=True)
        if v is not None and math.isfinite(v)
    ]  # fmt: skip
    if len(there) < 2:  # noqa: PLR2004 - a line has two ends
        return "", ""
    values = [value for _, value in there]
    low, high = _bounds(series, values)
    first, last = series.times[0], series.times[-1]

    def place(time: float, value: float) -> str:
        x = (time - first) / (last - first) * WIDE
        y = HIGH * 0.94 - (value - low) / (high - low or 1.0) * HIGH * 0.88
        return f"{x:.1f},{y:.1f}"

    points = [place(time, value) for time, value in there]
    left, right = points[0].split(",")[0], points[-1].split(",")[0]
    line = "M" + "L".join(points)
    return line, f"{line}L{right},{HIGH:g}L{left},{HIGH:g}Z"


def _bounds(series: DrawnSeries, values: list[float]) -> tuple[float, float]:
    """Return the lowest and the highest value of the box: the field's own limits come first."""
    lowest, highest = series.field.minimum, series.field.maximum
    return min(values) if lowest is None else lowest, max(values) if highest is None else highest


def dial(start: float, end: float, radius: float) -> str:
    """Return the path of a part of a dial; both ends are shares from 0 to 1."""
    big = int((end - start) * _SWEEP > math.pi)
    (x0, y0), (x1, y1) = (_on_dial(where, radius) for where in (start, end))
    return f"M{x0:.2f},{y0:.2f}A{radius:g},{radius:g} 0 {big} 1 {x1:.2f},{y1:.2f}"


def _on_dial(where: float, radius: float) -> tuple[float, float]:
    angle = _FROM + where * _SWEEP
    return _MIDDLE + radius * math.cos(angle), _MIDDLE + radius * math.sin(angle)


def ring(reading: DrawnFigure) -> list[tuple[str, str]]:
    """Return the parts of the ring around a dial: a path and its colour for each threshold."""
    steps = reading.field.thresholds.steps
    if len(steps) < 2:  # noqa: PLR2004 - one step says nothing
        return []
    percent = reading.field.thresholds.percent
    places = [
        0.0 if math.isinf(step.at) else step.at / 100 if percent
        else share(step.at, reading.field, reading.minimum, reading.maximum)
        for step in steps
    ]  # fmt: skip
    ends = [*places[1:], 1.0]
    return [
        (dial(start, end, _RING), step.color)
        for start, end, step in zip(places, ends, steps, strict=True)
        if end > start
    ]
