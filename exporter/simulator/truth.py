"""The simulated world's values, points and series, before any API changes them."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from math import erf, inf, sqrt
from typing import NamedTuple, TypeAlias

Labels: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exponential:
    """Bounds scale x growth ** i for i from 0 to `finite`; there are finite + 2 buckets."""

    finite: int
    growth: float
    scale: float

    def bounds(self) -> tuple[float, ...]:
        """Return the upper bounds of all buckets but the last."""
        return tuple(self.scale * self.growth**i for i in range(self.finite + 1))


@dataclass(frozen=True, slots=True)
class Linear:
    """Bounds offset + width x i for i from 0 to `finite`; there are finite + 2 buckets."""

    finite: int
    width: float
    offset: float

    def bounds(self) -> tuple[float, ...]:
        """Return the upper bounds of all buckets but the last."""
        return tuple(self.offset + self.width * i for i in range(self.finite + 1))


@dataclass(frozen=True, slots=True)
class Explicit:
    """Bounds as they are written; there is one bucket more."""

    edges: tuple[float, ...]

    def bounds(self) -> tuple[float, ...]:
        """Return the upper bounds of all buckets but the last."""
        return self.edges


Layout: TypeAlias = Exponential | Linear | Explicit
LATENCY = Exponential(64, 1.4, 1.0)
UTILIZATION = Linear(110, 0.01, 0.0)
CONCURRENCY = Explicit((1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 200.0, 500.0, 1000.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dist:
    """A distribution. `counts` by bucket, zeros at the end left out; bucket i is [lower, upper)."""

    count: int
    mean: float
    deviation: float
    counts: tuple[int, ...]
    layout: Layout = LATENCY


Value: TypeAlias = int | float | bool | str | Dist


class TruthPoint(NamedTuple):
    """A value and its seconds (start, end]; a gauge starts where it ends."""

    start: float
    end: float
    value: Value


class TruthSeries(NamedTuple):
    """A series: metric labels, resource labels, points from old to new."""

    metric: dict[str, str]
    resource: dict[str, str]
    points: tuple[TruthPoint, ...]


class TruthReading(NamedTuple):
    """The value of one series at one minute."""

    metric: Labels
    resource: Labels
    value: Value


@lru_cache(maxsize=64)
def upper_bounds(layout: Layout) -> tuple[float, ...]:
    """Return the bounds of a layout, worked out once."""
    return layout.bounds()


def normal(count: int, mean: float, sigma: float, layout: Layout = LATENCY) -> Dist:
    """Return `count` values spread as a normal distribution, whole in every bucket."""
    bounds = upper_bounds(layout)
    first, last = bisect_right(bounds, mean - 4 * sigma), bisect_right(bounds, mean + 4 * sigma)
    below = [0.5 * (1 + erf((b - mean) / (sigma * sqrt(2)))) for b in bounds[first:last]]
    shares = [b - a for a, b in zip([0.0, *below], [*below, 1.0], strict=True)]
    filled = _whole_shares(count, shares)
    while filled and not filled[-1]:
        filled.pop()
    counts = (*(0,) * first, *filled) if filled else ()
    return Dist(
        count=count,
        mean=_feasible(mean, count, counts, bounds),
        deviation=sigma**2 * count,
        counts=counts,
        layout=layout,
    )


def _whole_shares(count: int, shares: Sequence[float]) -> list[int]:
    """Split `count` by `shares`: floors first, what is left to the largest fractions."""
    exact = [count * share for share in shares]
    counts = [int(value) for value in exact]
    order = sorted(range(len(counts)), key=lambda i: counts[i] - exact[i])
    for i in order[: count - sum(counts)]:
        counts[i] += 1
    return counts


def _feasible(mean: float, count: int, counts: Sequence[int], bounds: Sequence[float]) -> float:
    """Move a mean no further than needed for values in these buckets to have it."""
    if not count:
        return 0.0
    used = [(i, n) for i, n in enumerate(counts) if n]
    low = sum(n * (bounds[i - 1] if i else 0.0) for i, n in used) / count
    high = sum(n * (bounds[i] if i < len(bounds) else inf) for i, n in used) / count
    return min(max(mean, low), high)


def merged(values: Sequence[Dist]) -> Dist:
    """Return the distribution of all values of several, which share one layout."""
    total = sum(v.count for v in values)
    mean = sum(v.mean * v.count for v in values) / total if total else 0.0
    deviation = sum(v.deviation + v.count * (v.mean - mean) ** 2 for v in values)
    columns = zip_longest(*(v.counts for v in values), fillvalue=0)
    return Dist(
        count=total,
        mean=mean,
        deviation=deviation,
        counts=tuple(sum(c) for c in columns),
        layout=values[0].layout,
    )


def quantile(q: float, value: Dist) -> float:
    """Return a quantile, interpolated within its bucket; the last bucket gives its lower bound."""
    bounds, rank, before = upper_bounds(value.layout), q * value.count, 0
    for i, n in enumerate(value.counts):
        if n and before + n >= rank:
            low = bounds[i - 1] if i else 0.0
            high = bounds[i] if i < len(bounds) else low
            return low + (high - low) * max(0.0, rank - before) / n
        before += n
    return 0.0
