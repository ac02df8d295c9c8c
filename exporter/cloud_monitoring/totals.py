"""The value of a point, and the sum of all points of one exported series."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

from exporter.cloud_monitoring.joint_bounds import LayoutUse, Near, extended, joint, slots
from exporter.exposition.snapshot import Buckets, Exemplar

LAYOUT_LIFE = 86_400_000_000_000  # a layout without points for a day no longer decides on bounds
MOST_LAYOUTS = 64
MANY_EVENTS = 2**40  # in one point; below, no sum of counts comes near the end of 64 bits
MOST_EVENTS = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A bucket layout: all bounds of the source, those of them that are exported at first.

    `slots` has the exported bucket of each source bucket; `near` is the family's.
    """

    source: tuple[float, ...]
    bounds: tuple[float, ...]
    slots: tuple[int, ...]
    near: Near = field(default_factory=Near)


UNPLACED = Layout(source=(), bounds=(), slots=(0,))


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


@dataclass(slots=True)
class _Living:
    """A layout in use: where it has events, and the end of its newest point."""

    use: LayoutUse
    last: int


@dataclass(slots=True, kw_only=True)
class Total:
    """The sum of one exported series; `shown` once its true value may be exposed.

    Count and sum are those of all points, whatever their layouts are. Of `layouts` each had a point
    within a day, `latest` the last. Bounds that came from the state file are only extended until
    `restored`: other layouts that have them may still be in use. `barred` are bounds that were
    dropped within a day, and when. `text` has the labels as they are stored.
    """

    labels: tuple[str, ...]
    shown: bool
    value: float = 0
    bounds: tuple[float, ...] | None = None
    counts: "array[int]" = field(default_factory=lambda: array("q"))
    exemplars: dict[int, Exemplar] = field(default_factory=dict)
    last: int = 0
    row: int | None = None
    dirty: bool = True
    layouts: dict[tuple[float, ...], _Living] = field(default_factory=dict, compare=False)
    text: str = field(default="", compare=False)
    latest: _Living | None = field(default=None, compare=False)
    restored: int = field(default=0, compare=False)
    barred: dict[float, int] = field(default_factory=dict, compare=False)

    def has_room(self, amount: Amount) -> bool:
        """Return whether the sum stays a finite number, and the counts in 64 bits."""
        if not isfinite(self.value + amount.based):
            return False
        events = sum(amount.counts)
        return events < MANY_EVENTS or events + sum(self.counts) < MOST_EVENTS

    def add_amount(self, amount: Amount, end: int) -> None:
        """Add a point's value, in the base unit."""
        if amount.layout is not None:
            self._add_buckets(amount.layout, amount.counts, end)
        self.value += amount.based
        self.last = max(self.last, end)
        self.dirty = True
        for exemplar in amount.exemplars:
            self.keep(exemplar)

    def _add_buckets(self, layout: Layout, counts: Sequence[int], end: int) -> None:
        if layout.source:
            self._use(layout, counts, end)
        elif self.bounds is None:
            self._rebound(())
        bounds = self.bounds or ()
        own = layout.slots if bounds == layout.bounds else slots(layout.source, bounds)
        held = self.counts
        for slot, count in zip(own, counts, strict=False):
            if count:
                held[slot] += count

    def keep(self, exemplar: Exemplar) -> None:
        """Keep an exemplar, the newest of each bucket."""
        bucket = bisect_left(self.bounds or (), exemplar.value)
        known = self.exemplars.get(bucket)
        if known is None or known.time <= exemplar.time:
            self.exemplars[bucket] = exemplar

    def _use(self, layout: Layout, counts: Sequence[int], end: int) -> None:
        """Note that a layout is in use; where that is news, the bounds may change."""
        living = self.latest
        if living is None or living.use.bounds is not layout.source:
            living = self.latest = self._living(layout)
        below = bool(counts) and counts[0] > 0
        above = len(counts) > len(layout.source) and counts[-1] > 0
        news = not living.last or below > living.use.below or above > living.use.above
        living.last = max(living.last, end)
        if news:
            below, above = below or living.use.below, above or living.use.above
            living.use = LayoutUse(layout.source, below=below, above=above)
        if self._expire(end) or news:
            self._join(layout)

    def _living(self, layout: Layout) -> _Living:
        if self.bounds and not self.layouts:
            self.restored = self.last + LAYOUT_LIFE
        found = self.layouts.get(layout.source)
        if found is None:
            found = self.layouts[layout.source] = _Living(LayoutUse(layout.source), 0)
        return found

    def _expire(self, end: int) -> bool:
        """Forget what is older than a day, and the oldest of too many. Says if anything was."""
        if len(self.layouts) == 1 and not self.restored:
            return False
        found = 0 < self.restored < end
        self.restored = 0 if found else self.restored
        gone = [s for s, living in self.layouts.items() if living.last < end - LAYOUT_LIFE]
        if not gone and len(self.layouts) > MOST_LAYOUTS:
            gone = [min(self.layouts, key=lambda source: self.layouts[source].last)]
        for source in gone:
            del self.layouts[source]
            self.latest = None
        return found or bool(gone)

    def _join(self, layout: Layout) -> None:
        uses = [living.use for living in self.layouts.values()]
        at = max(living.last for living in self.layouts.values())
        self.barred = {b: end for b, end in self.barred.items() if end > at - LAYOUT_LIFE}
        near = replace(layout.near, barred=tuple(sorted(self.barred)))
        before = self.bounds
        if not before:
            self._rebound(layout.bounds)
        elif self.restored:
            self._rebound(extended(before, uses, near))
        elif before != layout.bounds or len(uses) > 1:
            self._rebound(joint(before, uses, near))
        self.barred.update((b, at) for b in before or () if b not in (self.bounds or ()))

    def _rebound(self, bounds: tuple[float, ...]) -> None:
        """Count in other bounds; what no longer has its bound counts at the next one above."""
        old = self.bounds
        if bounds == old:
            return
        counts = array("q", bytes(8 * (len(bounds) + 1)))
        for slot, count in zip(slots(old or (), bounds), self.counts, strict=False):
            counts[slot] += count
        self.bounds, self.counts, self.exemplars = bounds, counts, {}

    def exposed_value(self) -> float | Buckets:
        """Return what /metrics exposes: zero until every scraper has seen the series at zero."""
        if self.bounds is None:
            return self.value if self.shown else 0
        if not self.shown:
            return Buckets(self.bounds, (0,) * len(self.counts), 0.0)
        exemplars = tuple(sorted(self.exemplars.items()))
        return Buckets(self.bounds, tuple(self.counts), float(self.value), exemplars)
