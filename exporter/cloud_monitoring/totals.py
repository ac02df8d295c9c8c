"""The value of a point, and the sum of all points of one exported series."""

from dataclasses import dataclass, field
from math import isfinite

from exporter.cloud_monitoring.bucket_totals import BucketTotal, Layout
from exporter.exposition.samples import Buckets, Exemplar

MANY_EVENTS = 2**40  # in one point; below, no sum of counts comes near the end of 64 bits
MOST_EVENTS = 2**62


class Unsound(Exception):
    """A value that cannot be counted, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """The value of a point: a number, or the sum, bucket counts and layout of a distribution.

    `value` is in the source's unit; times `scale`, in the base unit, it is finite, too.
    """

    value: float
    counts: tuple[int, ...] = ()
    layout: Layout | None = None
    scale: float = 1.0
    exemplars: tuple[Exemplar, ...] = ()

    @property
    def empty(self) -> bool:
        """Return whether there is nothing to count: a distribution without events."""
        return self.layout is not None and not any(self.counts)

    @property
    def numbers(self) -> tuple[float, ...]:
        """Return the value and the counts; in a cumulative series all of them only rise."""
        return (self.value, *self.counts)

    @property
    def based(self) -> float:
        """Return the value in the base unit; whole numbers stay whole.

        As floats they would be exact up to 2**53 only.
        """
        return self.value if self.scale == 1.0 else self.value * self.scale


@dataclass(slots=True, kw_only=True)
class Total:
    """The sum of one exported series; `shown` once its true value may be exposed.

    Count and sum are those of all points, whatever their layouts are. Only a histogram has
    `buckets`: there are very many totals. `text` has the labels as they are stored.
    """

    labels: tuple[str, ...]
    shown: bool
    value: float = 0
    buckets: BucketTotal | None = None
    last: int = 0
    row: int | None = None
    dirty: bool = True
    text: str = field(default="", compare=False)

    @property
    def bounds(self) -> tuple[float, ...] | None:
        """The bounds of a histogram; None for a number."""
        return None if self.buckets is None else self.buckets.bounds

    def begin(self, bounds: tuple[float, ...]) -> None:
        """Make a histogram without events of it, if it is none yet."""
        if self.buckets is None:
            self.buckets, self.dirty = BucketTotal.empty(bounds), True

    def has_room(self, amount: Amount) -> bool:
        """Return whether the sum stays a finite number, and the counts in 64 bits."""
        if not isfinite(self.value + amount.based):
            return False
        events = sum(amount.counts)
        if events < MANY_EVENTS:
            return True
        return events + sum(self.buckets.counts if self.buckets else ()) < MOST_EVENTS

    def add_amount(self, amount: Amount, end: int) -> None:
        """Add a point's value, in the base unit."""
        if amount.layout is not None:
            self._add_buckets(amount, amount.layout, end)
        self.value += amount.based
        self.last = max(self.last, end)
        self.dirty = True

    def _add_buckets(self, amount: Amount, layout: Layout, end: int) -> None:
        if self.buckets is None:
            self.buckets = BucketTotal()
        self.buckets.add(layout, amount.counts, end, self.last)
        for exemplar in amount.exemplars:
            self.buckets.keep(exemplar)

    def exposed_value(self) -> float | Buckets:
        """Return what /metrics exposes: zero until every scraper has seen the series at zero."""
        if self.buckets is None:
            return self.value if self.shown else 0
        if not self.shown:
            return BucketTotal.empty(self.buckets.bounds).exposed(0.0)
        return self.buckets.exposed(self.value)
