"""By how much a series rose from one snapshot to the next, and what such rises add up to."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf
from operator import add, sub

from exporter.exposition.samples import Buckets
from exporter.summary.evaluation import BucketRise

Bounds = tuple[float, ...]
Value = float | Buckets


def rise(before: Value, after: Value) -> Value:
    """Return what a series rose by; one that fell began again at zero, as Prometheus takes it."""
    if isinstance(before, Buckets) and isinstance(after, Buckets):
        return _of_buckets(before, after)
    if isinstance(before, Buckets) or isinstance(after, Buckets):
        return after  # of another type: another series
    return after - before if after >= before else after


def _of_buckets(before: Buckets, after: Buckets) -> Buckets:
    if before.bounds != after.bounds:
        shared = tuple(sorted(set(before.bounds) & set(after.bounds)))
        before, after = _joined(shared, before), _joined(shared, after)
    counts = tuple(map(sub, after.counts, before.counts))
    return after if min(counts) < 0 else Buckets(after.bounds, counts, after.sum - before.sum)


def _joined(bounds: Bounds, value: Buckets) -> Buckets:
    """Return a histogram with some of its bounds: the buckets between two of them are joined."""
    counts = [0] * (len(bounds) + 1)
    for upper, count in zip((*value.bounds, inf), value.counts, strict=True):
        counts[bisect_left(bounds, upper)] += count
    return Buckets(bounds, tuple(counts), value.sum)


@dataclass(slots=True)
class SummedBuckets:
    """What histograms have risen by: the sum of their values, and buckets by their bounds."""

    sum: float = 0.0
    counts: dict[Bounds, tuple[int, ...]] = field(default_factory=dict)

    def add(self, more: Buckets) -> None:
        """Add what a series rose by."""
        known = self.counts.get(more.bounds)
        summed = more.counts if known is None else tuple(map(add, known, more.counts))
        self.counts[more.bounds] = summed
        self.sum += more.sum

    def copy(self) -> "SummedBuckets":
        """Return what later rises do not change."""
        return SummedBuckets(self.sum, dict(self.counts))

    def since(self, older: "SummedBuckets") -> BucketRise:
        """Return what was added since an older copy."""
        below: dict[float, float] = {}
        events = 0
        for bounds, counts in self.counts.items():
            earlier = older.counts.get(bounds)
            risen = counts if earlier is None else tuple(map(sub, counts, earlier))
            events += sum(risen)
            for bound, count in zip(bounds, accumulate(risen), strict=False):
                below[bound] = below.get(bound, 0) + count
        return BucketRise(events, self.sum - older.sum, below)
