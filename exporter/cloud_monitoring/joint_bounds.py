"""Bounds of histograms that count in several bucket layouts.

A bound is exact where every layout has it, or has no events in the bucket that straddles it. Other
bounds hold too few: a straddling bucket is counted at the next bound at or above its upper end.
Bounds of one exponential grid differ in their last digits, so equal means close enough.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from exporter.catalog.buckets import MOST_BOUNDS, beside, thin

CLOSE = 1e-9
MIN_SHARED_BOUNDS = 8


@dataclass(frozen=True, slots=True)
class LayoutUse:
    """The bounds of a layout, and whether there are events below the first, or above the last."""

    bounds: tuple[float, ...]
    below: bool = False
    above: bool = False

    def exact_at(self, bound: float) -> bool:
        """Return whether it is known how many events lie at or below `bound`."""
        if not self.bounds:
            return not self.above
        if has(self.bounds, bound):
            return True
        if bound < self.bounds[0]:
            return not self.below
        return bound > self.bounds[-1] and not self.above


@dataclass(frozen=True, slots=True)
class Near:
    """Values whose neighbouring bounds are kept, the range in which bounds are dropped last.

    `barred` bounds are not added: they were dropped not long ago, and would come back with fewer
    events than they had.
    """

    values: tuple[float, ...] = ()
    span: tuple[float, float] = (0.0, float("inf"))
    barred: tuple[float, ...] = ()


def has(bounds: Sequence[float], bound: float) -> bool:
    """Return whether `bounds` have one as good as `bound`."""
    at = position(bounds, bound)
    return at < len(bounds) and _close(bounds[at], bound)


def position(bounds: Sequence[float], bound: float) -> int:
    """Return the index of the first of `bounds` at or above `bound`, else their number."""
    return bisect_left(bounds, bound - CLOSE * abs(bound))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= CLOSE * max(abs(one), abs(other))


def same(one: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether both are the same bounds."""
    return len(one) == len(other) and (one == other or all(map(_close, one, other)))


@lru_cache(maxsize=1024)
def slots(source: tuple[float, ...], bounds: tuple[float, ...]) -> tuple[int, ...]:
    """Return for each bucket of `source` the bucket of `bounds` that its events count in."""
    return (*(position(bounds, bound) for bound in source), len(bounds))


def merged(first: Sequence[float], others: Iterable[Sequence[float]]) -> tuple[float, ...]:
    """Return all bounds in order, equal ones once, as they are written in `first`."""
    found = list(first)
    for other in others:
        found = sorted([*found, *(bound for bound in other if not has(found, bound))])
    return tuple(found)


def joint(
    current: tuple[float, ...], layouts: Sequence[LayoutUse], near: Near
) -> tuple[float, ...]:
    """Return the bounds of a total that has `current` ones and counts in all of `layouts`.

    Bounds that are exact in all layouts, where they are not too few; else those of any. As many of
    the current ones stay as can.
    """
    pool = merged(current, (layout.bounds for layout in layouts))
    shared = tuple(b for b in pool if all(layout.exact_at(b) for layout in layouts))
    few = max(MIN_SHARED_BOUNDS, len(current) // 2)
    if len(shared) >= few or all(bound in shared for bound in current):
        return _chosen(current, shared, near)
    alive = tuple(b for b in pool if any(has(layout.bounds, b) for layout in layouts))
    return _chosen(current, alive, near)


def extended(
    current: tuple[float, ...], layouts: Sequence[LayoutUse], near: Near
) -> tuple[float, ...]:
    """Return the `current` bounds, and those of `layouts` that lie below or above all of them."""
    first, last = current[0] * (1 - CLOSE), current[-1] * (1 + CLOSE)
    beyond = ([b for b in layout.bounds if not first <= b <= last] for layout in layouts)
    return _chosen(current, merged(current, beyond), near)


def _chosen(current: tuple[float, ...], pool: tuple[float, ...], near: Near) -> tuple[float, ...]:
    """Return at most MOST_BOUNDS of `pool`: neighbours of `near`, the ends, then current ones."""
    pool = tuple(b for b in pool if b in current or not has(near.barred, b))
    needed = {bound for value in near.values for bound in beside(pool, value)}
    kept = {bound for bound in current if bound in pool}
    ends = _beyond(kept, [bound for bound in pool if near.span[0] <= bound <= near.span[1]])
    chosen = needed | kept | ends
    rest = tuple(bound for bound in pool if bound not in chosen)
    room = MOST_BOUNDS - len(chosen)
    if room > 0:
        return tuple(sorted(chosen.union(thin(rest, (), near.span, room))))
    return _without_closest(sorted(chosen), needed | ends)


def _beyond(kept: set[float], inside: Sequence[float]) -> set[float]:
    """Return the ends of `inside` that lie beyond what is kept."""
    if not inside:
        return set()
    ends = {inside[0], inside[-1]}
    return {end for end in ends if not kept or not min(kept) <= end <= max(kept)}


def _without_closest(bounds: list[float], needed: set[float]) -> tuple[float, ...]:
    """Drop the bounds with the closest neighbours, down to MOST_BOUNDS."""
    while len(bounds) > MOST_BOUNDS:
        droppable = [i for i in range(1, len(bounds) - 1) if bounds[i] not in needed]
        if not droppable:
            break
        del bounds[min(droppable, key=lambda i: _gap(bounds, i))]
    return tuple(bounds[:MOST_BOUNDS])


def _gap(bounds: Sequence[float], index: int) -> float:
    below, here, above = bounds[index - 1 : index + 2]
    return (above - below) / (abs(here) or 1.0)
