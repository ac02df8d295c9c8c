"""Series as ribbons: at each time a value, and the foot of the area below it.

A foot is 0, the sum of what a series is stacked on, or the lower bound of a band.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from generators.report.model import DrawnSeries

Spot = tuple[float, float, float]  # time, foot, value
Ribbon = list[Spot | None]  # None is a gap
_PERCENT = "percent"
_ALONE = 60.0  # seconds that a point lasts which has no other beside it
_ALMOST = 1.01  # times are not exact


def ribbons(series: Sequence[DrawnSeries]) -> list[Ribbon]:
    """Return the ribbon of each series; they share an axis."""
    points = [joined(one) for one in series]
    stack = _Stack(_totals(series, points))
    found: list[Ribbon] = []
    for one, own in zip(series, points, strict=True):
        style = one.field.style
        if style.stack:
            found.append(stack.put(own, shares=style.stack == _PERCENT))
        else:
            found.append(_on_foot(own, style.below_to, zip(series, points, strict=True)))
    return found


def _on_foot(own: Ribbon, below: str, others: Iterable[tuple[DrawnSeries, Ribbon]]) -> Ribbon:
    """Return a ribbon that reaches down to another series; nowhere, where that has a gap."""
    if not below:
        return own
    ground = next((ribbon for one, ribbon in others if one.name == below), [])
    feet = {spot[0]: spot[2] for spot in ground if spot is not None}
    return [None if s is None else (s[0], feet.get(s[0], s[2]), s[2]) for s in own]


def joined(series: DrawnSeries) -> Ribbon:
    """Return the points of a series without gaps that are short enough for a line to cross them."""
    sign = -1 if series.field.style.negative else 1
    crossed = max(series.field.style.connect, spacing(series.times) * _ALMOST)
    found: Ribbon = []
    last = -math.inf
    for time, value in zip(series.times, series.values, strict=True):
        if value is None or not math.isfinite(value):
            continue
        if found and time - last > crossed:
            found.append(None)
        found.append((time, 0.0, value * sign))
        last = time
    return found


def spacing(times: Sequence[float]) -> float:
    """Return the seconds between two points."""
    return times[1] - times[0] if len(times) > 1 else _ALONE


def _totals(series: Sequence[DrawnSeries], points: Sequence[Ribbon]) -> dict[float, float]:
    """Return, by time, what is a hundred per cent."""
    totals: dict[float, float] = {}
    for one, own in zip(series, points, strict=True):
        if one.field.style.stack == _PERCENT:
            for spot in own:
                if spot is not None:
                    totals[spot[0]] = totals.get(spot[0], 0.0) + abs(spot[2])
    return totals


@dataclass(slots=True)
class _Stack:
    """What was put on top of each other so far: above 0, and below it."""

    totals: dict[float, float]
    above: dict[float, float] = field(default_factory=dict)
    below: dict[float, float] = field(default_factory=dict)

    def put(self, ribbon: Ribbon, *, shares: bool) -> Ribbon:
        return [None if spot is None else self._grown(spot, shares=shares) for spot in ribbon]

    def _grown(self, spot: Spot, *, shares: bool) -> Spot:
        time, _, value = spot
        more = 100 * value / (self.totals[time] or 1.0) if shares else value
        side = self.below if more < 0 else self.above
        foot = side.get(time, 0.0)
        side[time] = foot + more
        return time, foot, foot + more
