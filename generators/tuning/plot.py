"""One alert's history as shapes: values, their usual range, thresholds, incidents and firings."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from exporter.prometheus.api import TimeSpan
from generators.limits import shown
from generators.tuning.model import TimeGrid, Values

WIDTH, HEIGHT, LEFT, TOP = 960.0, 200.0, 64.0, 8.0
_COLUMNS = 720  # of the values, each with the lowest and the highest of its time
_ROOM = 1.6  # times the outermost threshold that is shown; what lies beyond is cut
_TICKS = 4
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_DAY, _HOUR = 86400, 3600
_USUAL = (5.0, 95.0)  # percent of the values of an hour of the day

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlottedAlert:
    """What is drawn of an alert.

    values    the worst place's at each time of the grid, none below 0; NaN where there is none
    proposed  None where no other threshold is proposed
    """

    title: str
    about: str
    unit: Unit
    direction: Direction
    grid: TimeGrid
    values: Values
    current: float
    proposed: float | None
    incidents: tuple[TimeSpan, ...]
    firings: tuple[TimeSpan, ...]
    firings_proposed: tuple[TimeSpan, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, and its text."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of time, from x to x."""

    left: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPlot:
    """Shapes in a box of WIDTH by HEIGHT with LEFT and TOP before it; y grows downwards.

    usual   the outline of the usual range
    ranges  a stroke for each column, from its lowest to its highest value
    cut     the greatest value (direction down: the least) that lies beyond the box; empty if none
    """

    usual: tuple[Point, ...]
    ranges: tuple[tuple[float, float, float], ...]
    current: float
    proposed: float | None
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]
    incidents: tuple[Block, ...]
    firings: tuple[Block, ...]
    firings_proposed: tuple[Block, ...]
    cut: str


@dataclass(frozen=True, slots=True)
class _Frame:
    grid: TimeGrid
    low: float
    high: float

    def x(self, time: float) -> float:
        return LEFT + WIDTH * (time - self.grid.start) / max(1, self.grid.end - self.grid.start)

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return TOP + HEIGHT * (1 - share)


def plot(history: PlottedAlert) -> HistoryPlot:
    """Return the shapes of an alert's history; it has at least one value."""
    low, high, step = _extent(history)
    frame = _Frame(history.grid, low, high)
    beyond = np.nanmax(history.values), np.nanmin(history.values)
    cut = beyond[0] > high if history.direction is Direction.UP else beyond[1] < low
    worst = beyond[0] if history.direction is Direction.UP else beyond[1]
    ticks = (low + step * at for at in range(round((high - low) / step) + 1))
    return HistoryPlot(
        usual=tuple(_usual(history, frame)),
        ranges=tuple(_ranges(history, frame)),
        current=frame.y(history.current),
        proposed=None if history.proposed is None else frame.y(history.proposed),
        values=tuple(Tick(frame.y(each), shown(round(each, 9), history.unit)) for each in ticks),
        days=tuple(_days(frame)),
        incidents=_blocks(history.incidents, frame),
        firings=_blocks(history.firings, frame),
        firings_proposed=_blocks(history.firings_proposed, frame),
        cut=shown(float(f"{worst:.3g}"), history.unit) if cut else "",
    )


def _extent(history: PlottedAlert) -> tuple[float, float, float]:
    """Return the lowest and highest value that are shown, and the step of the axis.

    An incident of ten times the threshold would flatten all that the threshold is chosen from.
    """
    limits = [each for each in (history.current, history.proposed) if each is not None]
    finite = history.values[np.isfinite(history.values)]
    low, high = float(np.min(finite, initial=min(limits))), float(np.max(finite, initial=0.0))
    if history.direction is Direction.UP:
        low, high = 0.0, max(min(high, _ROOM * max(limits)), *limits)
    else:
        far = min(limits) - (max(high, *limits) - min(limits)) * (_ROOM - 1)
        low, high = max(0.0, min(max(low, far), *limits)), max(high, *limits)
    step = _step((high - low) / _TICKS or 1.0)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _step(least: float) -> float:
    scale = 10.0 ** math.floor(math.log10(least))
    return next(each * scale for each in _ROUND if each * scale >= least * (1 - 1e-9))


def _ranges(history: PlottedAlert, frame: _Frame) -> Iterator[tuple[float, float, float]]:
    """Yield x, and y of the highest and lowest value, of each column that has any."""
    count = history.grid.count
    edges = np.linspace(0, count, min(_COLUMNS, count) + 1).astype(int)
    for first, last in pairwise(edges):
        known = history.values[first:last]
        known = known[~np.isnan(known)]
        if known.size:
            time = history.grid.start + history.grid.step * (first + last - 1) / 2
            yield frame.x(time), frame.y(float(known.max())), frame.y(float(known.min()))


def _usual(history: PlottedAlert, frame: _Frame) -> Iterator[Point]:
    """Yield the outline of what nine in ten values of an hour of the day are, without incidents."""
    times = history.grid.times
    calm = ~np.any([(times >= i.start) & (times <= i.end) for i in history.incidents], axis=0)
    hours, found = (times // _HOUR) % 24, {}
    for hour in range(24):
        known = history.values[(hours == hour) & calm]
        known = known[np.isfinite(known)]
        if known.size:
            found[hour] = np.percentile(known, _USUAL)
    starts = range(history.grid.start // _HOUR * _HOUR, history.grid.end, _HOUR)
    middles = [(t + _HOUR / 2, found[t // _HOUR % 24]) for t in starts if t // _HOUR % 24 in found]
    inside = [
        (time, usual) for time, usual in middles if frame.grid.start <= time <= frame.grid.end
    ]
    yield from ((frame.x(time), frame.y(float(usual[1]))) for time, usual in inside)
    yield from ((frame.x(time), frame.y(float(usual[0]))) for time, usual in reversed(inside))


def _days(frame: _Frame) -> Iterator[Tick]:
    """Yield up to ten midnights of UTC, by their date."""
    first, last = -(-frame.grid.start // _DAY), frame.grid.end // _DAY
    each = max(1, -(-(last - first + 1) // 10))
    for day in range(first, last + 1, each):
        date = np.datetime64(day, "D").astype("datetime64[D]")
        yield Tick(frame.x(day * _DAY), str(date)[5:])


def _blocks(spans: tuple[TimeSpan, ...], frame: _Frame) -> tuple[Block, ...]:
    """Return stretches, each at least a hairline wide."""
    found = []
    for span in spans:
        start, end = max(span.start, frame.grid.start), min(span.end, frame.grid.end)
        if start <= end:
            left = frame.x(start)
            found.append(Block(left, max(1.5, frame.x(end) - left)))
    return tuple(found)
