"""Bucket layouts: Google's bounds in base units, and the at most 40 of them that are exported.

Google's finite buckets hold [lower, upper), Prometheus' hold (lower, upper]: a value that equals a
bound lies one bucket higher here. Merging whole buckets is exact; nothing is interpolated.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from google.api.distribution_pb2 import Distribution

from exporter.catalog.model import Family
from exporter.cloud_monitoring.points import Unfit

MOST_BOUNDS = 40
MOST_SOURCE_BOUNDS = 10_000  # Google allows 200 buckets; a number out of the air fills the memory


@dataclass(frozen=True, slots=True)
class Layout:
    """bounds: exported upper bounds; slots: exported bucket of each source bucket, by index."""

    bounds: tuple[float, ...]
    slots: tuple[int, ...]
    full: frozenset[float]


UNPLACED = Layout((), (0,), frozenset())


def source_bounds(options: Distribution.BucketOptions) -> tuple[float, ...]:
    """Return the upper bounds of all source buckets but the last, in the source's unit.

    Raises Unfit where they cannot be worked out.
    """
    exponential, linear = options.exponential_buckets, options.linear_buckets
    named = exponential.num_finite_buckets or linear.num_finite_buckets
    if not 0 <= named <= MOST_SOURCE_BOUNDS:
        raise Unfit(f"{named} buckets, not between 0 and {MOST_SOURCE_BOUNDS}")
    try:
        return _bounds(options)
    except OverflowError as error:
        raise Unfit("its bucket bounds grow beyond all numbers") from error


def _bounds(options: Distribution.BucketOptions) -> tuple[float, ...]:
    kind = options.WhichOneof("options")
    if kind == "explicit_buckets":
        return tuple(options.explicit_buckets.bounds)
    if kind == "exponential_buckets":
        e = options.exponential_buckets
        return tuple(e.scale * e.growth_factor**i for i in range(e.num_finite_buckets + 1))
    if kind == "linear_buckets":
        n = options.linear_buckets
        return tuple(n.offset + n.width * i for i in range(n.num_finite_buckets + 1))
    return ()


def layout(source: tuple[float, ...], scale: float, family: Family) -> Layout:
    """Choose which of the source's bounds are exported for `family`.

    Raises Unfit where they do not rise, or are not finite.
    """
    scaled = tuple(float(f"{bound * scale:.12g}") for bound in source)
    if not all(map(isfinite, scaled)) or not all(a < b for a, b in pairwise(scaled)):
        raise Unfit("its bucket bounds do not rise, or are not finite")
    bounds = thin(scaled, family.near, family.span)
    slots = tuple(bisect_left(bounds, bound) for bound in scaled)
    return Layout(bounds, (*slots, len(bounds)), frozenset(scaled))


def thin(
    bounds: tuple[float, ...],
    near: tuple[float, ...],
    span: tuple[float, float],
    most: int = MOST_BOUNDS,
) -> tuple[float, ...]:
    """Return at most `most` of `bounds`: those beside `near` first, then evenly within `span`."""
    if len(bounds) <= most:
        return bounds
    kept = {bound for value in near for bound in _beside(bounds, value)}
    inside = [b for b in bounds if span[0] <= b <= span[1] and b not in kept]
    outside = [b for b in bounds if not span[0] <= b <= span[1] and b not in kept]
    room = most - len(kept)
    if len(inside) >= room:
        return tuple(sorted(kept.union(_evenly(inside, room))))
    kept.update(inside)
    return tuple(sorted(kept.union(_evenly(outside, most - len(kept)))))


def _beside(bounds: tuple[float, ...], value: float) -> tuple[float, ...]:
    """Return the bound at or below `value` and the one at or above it."""
    below, above = bisect_right(bounds, value) - 1, bisect_left(bounds, value)
    return tuple(bounds[i] for i in {below, above} if 0 <= i < len(bounds))


def _evenly(values: list[float], count: int) -> list[float]:
    """Return `count` of `values`, first and last among them, spread by rank."""
    if count <= 0 or not values:
        return []
    if count >= len(values):
        return values
    if count == 1:
        return [values[-1]]
    step = (len(values) - 1) / (count - 1)
    return [values[round(i * step)] for i in range(count)]
