"""As many points as a chart can show: of each column the lowest and the highest, so each peak."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.prometheus.api import TimeSpan
from generators.report.ribbons import Ribbon, Spot

_EXACT = 1e-6  # of a column: times are sums of steps


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """Columns of one length, each with one point or more; `step` is the time between points."""

    span: TimeSpan
    seconds: float
    step: float

    @property
    def start(self) -> float:
        """Return where the span begins, in columns; the middle of the first one is at 0."""
        middle = (self.seconds - self.step) / 2
        return (self.span.start - self._base - middle) / self.seconds

    @property
    def wide(self) -> float:
        """Return how many columns the span is long."""
        return self.span.seconds / self.seconds

    def of(self, time: float) -> int:
        """Return the column of a time."""
        return math.floor((time - self._base) / self.seconds + _EXACT)

    @property
    def _base(self) -> float:
        return self.span.start // self.seconds * self.seconds


def columns(span: TimeSpan, step: float, most: int) -> TimeColumns:
    """Return columns of whole steps, at most so many."""
    each = max(1, math.ceil(span.seconds / step / most - _EXACT))
    return TimeColumns(span, step * each, step)


def thinned(ribbon: Ribbon, found: TimeColumns) -> Ribbon:
    """Return the lowest and the highest spot of each column, in their order; gaps stay."""
    kept: Ribbon = []
    group: list[Spot] = []
    for spot in [*ribbon, None]:
        if group and (spot is None or found.of(spot[0]) != found.of(group[0][0])):
            kept += _ends(group)
            group = []
        if spot is None:
            kept.append(None)
        else:
            group.append(spot)
    return kept[:-1]


def _ends(group: Sequence[Spot]) -> list[Spot]:
    low, high = min(group, key=_value), max(group, key=_value)
    return [low] if low is high else sorted((low, high))


def _value(spot: Spot) -> float:
    return spot[2]


def peaks(ribbons: Iterable[Ribbon], found: TimeColumns) -> set[float]:
    """Return the time of each column at which bars reach farthest, all together."""
    reach: dict[float, float] = {}
    for ribbon in ribbons:
        for spot in ribbon:
            if spot is not None:
                reach[spot[0]] = max(reach.get(spot[0], 0.0), abs(spot[2]))
    best: dict[int, float] = {}
    for time, far in reach.items():
        before = best.setdefault(found.of(time), time)
        if far > reach[before]:
            best[found.of(time)] = time
    return set(best.values())
