"""The value of a point, and the sum of all points of one exported series."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from exporter.exposition.snapshot import Buckets, Exemplar

MIN_SHARED_BOUNDS = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """A bucket layout: exported upper bounds, exported bucket of each source bucket, all bounds."""

    bounds: tuple[float, ...]
    slots: tuple[int, ...]
    full: frozenset[float]


UNPLACED = Layout((), (0,), frozenset())


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


@dataclass(slots=True, kw_only=True)
class Total:
    """The sum of one exported series; `shown` once its true value may be exposed."""

    labels: tuple[str, ...]
    shown: bool
    value: float = 0
    bounds: tuple[float, ...] | None = None
    counts: "array[int]" = field(default_factory=lambda: array("q"))
    exemplars: dict[int, Exemplar] = field(default_factory=dict)
    last: int = 0
    row: int | None = None
    dirty: bool = True

    def add_amount(self, amount: Amount, end: int) -> bool:
        """Add a point's value, in the base unit.

        Returns False where the layout changed so much that the total had to start anew.
        """
        kept, layout = True, amount.layout
        if layout is not None:
            kept = self._add_buckets(layout, amount.counts)
        # Whole numbers stay whole: as floats they would be exact up to 2**53 only.
        self.value += amount.value if amount.scale == 1.0 else amount.value * amount.scale
        self.last = max(self.last, end)
        self.dirty = True
        for exemplar in amount.exemplars:
            self.keep(exemplar)
        return kept

    def _add_buckets(self, layout: Layout, counts: Sequence[int]) -> bool:
        kept = True
        if layout.full or self.bounds is None:
            kept = self.take_layout(layout)
        same = self.bounds == layout.bounds
        slots = layout.slots if same else _slots(layout, self.bounds or ())
        for slot, count in zip(slots, counts, strict=False):
            if count:
                self.counts[slot] += count
        return kept

    def keep(self, exemplar: Exemplar) -> None:
        """Keep an exemplar, the newest of each bucket."""
        bucket = bisect_left(self.bounds or (), exemplar.value)
        known = self.exemplars.get(bucket)
        if known is None or known.time <= exemplar.time:
            self.exemplars[bucket] = exemplar

    def take_layout(self, layout: Layout) -> bool:
        """Adopt the buckets of a layout. Returns False where counting had to start anew."""
        if self.bounds == layout.bounds or self._nests(layout):
            return True
        shared = tuple(b for b in self.bounds or () if b in layout.full)
        if self.bounds and len(shared) >= max(MIN_SHARED_BOUNDS, len(self.bounds) // 2):
            self._shrink(shared)
            return True
        # Events of distributions without buckets stay in the last bucket, above all bounds.
        unplaced = self.counts[0] if self.bounds == () else 0
        fresh = not self.bounds
        self.bounds, self.counts = layout.bounds, array("q", bytes(8 * (len(layout.bounds) + 1)))
        self.counts[-1] = unplaced
        self.value, self.exemplars = (self.value, {}) if fresh else (0, {})
        return fresh

    def _nests(self, layout: Layout) -> bool:
        return bool(self.bounds) and all(b in layout.full for b in self.bounds or ())

    def _shrink(self, bounds: tuple[float, ...]) -> None:
        """Merge buckets down to `bounds`, a subset of the current ones."""
        old = self.bounds or ()
        counts = array("q", bytes(8 * (len(bounds) + 1)))
        slot = 0
        for index, count in enumerate(self.counts):
            counts[slot] += count
            if slot < len(bounds) and index < len(old) and old[index] == bounds[slot]:
                slot += 1
        self.bounds, self.counts, self.exemplars = bounds, counts, {}

    def exposed_value(self) -> float | Buckets:
        """Return what /metrics exposes: zero until every scraper has seen the series at zero."""
        if self.bounds is None:
            return self.value if self.shown else 0
        if not self.shown:
            return Buckets(self.bounds, (0,) * len(self.counts), 0.0)
        exemplars = tuple(sorted(self.exemplars.items()))
        return Buckets(self.bounds, tuple(self.counts), float(self.value), exemplars)


def _slots(layout: Layout, bounds: tuple[float, ...]) -> tuple[int, ...]:
    """Return for each source bucket of a finer layout the bucket of `bounds` that contains it."""
    slots, slot = [], 0
    for bound in sorted(layout.full):
        while slot < len(bounds) and bounds[slot] < bound:
            slot += 1
        slots.append(slot)
    return (*slots, len(bounds))
