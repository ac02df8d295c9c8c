"""The small chart of a signal: this period's line, the one before behind it, and the limit.

One function lays it out; SVG and PNG are written from the same shapes, so that a page and a mail
show the same.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from exporter.summary.model import SignalState
from exporter.summary.raster import Canvas

WIDTH, HEIGHT = 168.0, 36.0
_COLUMNS = 96  # of a day, a quarter of an hour each: what is shown is the worst of each
_MARGIN = 3.0
_FAR = 2.5  # a limit so many times the greatest value away would flatten the line
_LINE, _BEFORE, _LIMIT, _BACK = "#0b5cad", "#b8c2cc", "#c62828", "#ffffff"
_SCALE = 2  # pixels of a PNG for each unit: screens of phones have as many

Point = tuple[float, float]
Stroke = tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallChart:
    """Shapes in a box of `width` and `height`; y grows downwards. A gap separates strokes."""

    width: float
    height: float
    line: tuple[Stroke, ...]
    before: tuple[Stroke, ...]
    limit: float | None


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - _MARGIN - share * (HEIGHT - 2 * _MARGIN)


def small_chart(signal: SignalState) -> SmallChart | None:
    """Return the chart of a signal; None where it has no value at all."""
    limits = [one.value for one in signal.limits]
    return line_chart(signal.line, signal.line_before, limits, signal.direction)


def line_chart(
    values: Sequence[float], earlier: Sequence[float], limits: Sequence[float], direction: str
) -> SmallChart | None:
    """Return the chart of a line and of the one before it; None where the line has no value."""
    line, before = columns(values, direction), columns(earlier, direction)
    known = [value for value in (*line, *before) if math.isfinite(value)]
    if not any(math.isfinite(value) for value in line):
        return None
    limit = _near(limits, known, direction)
    scale = _scale([*known, *([] if limit is None else [limit])])
    return SmallChart(
        width=WIDTH,
        height=HEIGHT,
        line=_strokes(line, scale),
        before=_strokes(before, scale),
        limit=None if limit is None else scale.y(limit),
    )


def columns(values: Sequence[float], direction: str, most: int = _COLUMNS) -> tuple[float, ...]:
    """Return the worst value of each column: a mean would hide what an alert saw."""
    if len(values) <= most:
        return tuple(values)
    size = len(values) / most
    worst = min if direction == "down" else max
    found = []
    for column in range(most):
        part = values[math.floor(column * size) : math.floor((column + 1) * size)]
        known = [value for value in part if math.isfinite(value)]
        found.append(worst(known) if known else math.nan)
    return tuple(found)


def _near(limits: Iterable[float], known: Sequence[float], direction: str) -> float | None:
    """Return the limit that is nearest to the values, unless all are too far away to be shown."""
    least, greatest = min(known), max(known)
    near = [
        limit
        for limit in limits
        if (limit <= _FAR * greatest if direction == "up" else _FAR * limit >= least)
    ]
    if not near:
        return None
    return min(near) if direction == "up" else max(near)


def _scale(values: Sequence[float]) -> _Scale:
    low, high = min(values), max(values)
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    return _Scale(low - room, high + room)


def _strokes(values: Sequence[float], scale: _Scale) -> tuple[Stroke, ...]:
    """Return the line in pieces between gaps; a value alone becomes a short dash."""
    step = WIDTH / max(1, len(values) - 1)
    found: list[list[Point]] = [[]]
    for index, value in enumerate(values):
        if math.isfinite(value):
            found[-1].append((index * step, scale.y(value)))
        elif found[-1]:
            found.append([])
    return tuple(tuple(_dash(points)) for points in found if points)


def _dash(points: list[Point]) -> list[Point]:
    if len(points) > 1:
        return points
    x, y = points[0]
    return [(max(0.0, x - 1), y), (min(WIDTH, x + 1), y)]


def svg(chart: SmallChart, alt: str) -> str:
    """Return the chart as an SVG element; `alt` is read aloud, and already escaped.

    A page with a dark theme of its own gives the classes before, line and limit other colours.
    """
    parts = [
        _path(chart.before, "before", _BEFORE, 1.2),
        _path(chart.line, "line", _LINE, 1.6),
    ]
    if chart.limit is not None:
        parts.insert(
            0,
            f'<path class="limit" d="M0 {chart.limit:.1f}H{chart.width:g}" stroke="{_LIMIT}" '
            'stroke-width="1" stroke-dasharray="4 3" fill="none"/>',
        )
    box = f'viewBox="0 0 {chart.width:g} {chart.height:g}"'
    size = f'width="{chart.width:g}" height="{chart.height:g}"'
    return f'<svg {size} {box} role="img" aria-label="{alt}">{"".join(parts)}</svg>'


def _path(strokes: Iterable[Stroke], name: str, colour: str, width: float) -> str:
    text = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in stroke) for stroke in strokes)
    if not text:
        return ""
    joined = 'stroke-linejoin="round" stroke-linecap="round" fill="none"'
    return f'<path class="{name}" d="{text}" stroke="{colour}" stroke-width="{width:g}" {joined}/>'


def png(chart: SmallChart) -> bytes:
    """Return the chart as a PNG of twice its size, for screens of phones."""
    canvas = Canvas(round(chart.width * _SCALE), round(chart.height * _SCALE), _BACK)
    if chart.limit is not None:
        y = chart.limit * _SCALE
        for x in range(0, canvas.width, 14):
            canvas.stroke((x, y), (min(x + 8, canvas.width), y), _LIMIT, _SCALE)
    for strokes, colour, width in ((chart.before, _BEFORE, 1.2), (chart.line, _LINE, 1.6)):
        for stroke in strokes:
            points = [(x * _SCALE, y * _SCALE) for x, y in stroke]
            for start, end in pairwise(points):
                canvas.stroke(start, end, colour, width * _SCALE)
    return canvas.png()
