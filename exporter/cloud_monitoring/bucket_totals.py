"""The counts of all points of one exported histogram, whatever bucket layouts the points have."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from exporter.cloud_monitoring.joint_bounds import LayoutUse, Near, extended, joint, slots
from exporter.exposition.samples import Buckets, Exemplar

LAYOUT_LIFE = 86_400_000_000_000  # a layout without points for a day no longer decides on bounds
MOST_LAYOUTS = 64


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


@dataclass(slots=True)
class _Living:
    """A layout in use: where it has events, and the end of its newest point."""

    use: LayoutUse
    last: int


@dataclass(slots=True)
class BucketTotal:
    """The counts of one exported histogram, as many as bounds and one above them.

    Of `layouts` each had a point within a day, `latest` the last. Bounds that came from the state
    file are only extended until `restored`: other layouts that have them may still be in use.
    `barred` are bounds that were dropped within a day, and when.
    """

    bounds: tuple[float, ...] = ()
    counts: "array[int]" = field(default_factory=lambda: _zeros(()))
    exemplars: dict[int, Exemplar] = field(default_factory=dict)
    layouts: dict[tuple[float, ...], _Living] = field(default_factory=dict, compare=False)
    latest: _Living | None = field(default=None, compare=False)
    restored: int = field(default=0, compare=False)
    barred: dict[float, int] = field(default_factory=dict, compare=False)

    @classmethod
    def empty(cls, bounds: tuple[float, ...]) -> "BucketTotal":
        """Return one without events."""
        return cls(bounds, _zeros(bounds))

    def add(self, layout: Layout, counts: Sequence[int], end: int, last: int) -> None:
        """Add the counts of a point; `last` is the end of the newest one before it."""
        if layout.source:
            self._use(layout, counts, end, last)
        bounds, held = self.bounds, self.counts
        own = layout.slots if bounds == layout.bounds else slots(layout.source, bounds)
        for slot, count in zip(own, counts, strict=False):
            if count:
                held[slot] += count

    def keep(self, exemplar: Exemplar) -> None:
        """Keep an exemplar, the newest of each bucket."""
        bucket = bisect_left(self.bounds, exemplar.value)
        known = self.exemplars.get(bucket)
        if known is None or known.time <= exemplar.time:
            self.exemplars[bucket] = exemplar

    def exposed(self, value: float) -> Buckets:
        """Return what /metrics exposes, `value` being the sum of all events."""
        exemplars = tuple(sorted(self.exemplars.items()))
        return Buckets(self.bounds, tuple(self.counts), float(value), exemplars)

    def _use(self, layout: Layout, counts: Sequence[int], end: int, last: int) -> None:
        """Note that a layout is in use; where that is news, the bounds may change."""
        living = self.latest
        if living is None or living.use.bounds is not layout.source:
            living = self.latest = self._living(layout, last)
        below = bool(counts) and counts[0] > 0
        above = len(counts) > len(layout.source) and counts[-1] > 0
        news = not living.last or below > living.use.below or above > living.use.above
        living.last = max(living.last, end)
        if news:
            below, above = below or living.use.below, above or living.use.above
            living.use = LayoutUse(layout.source, below=below, above=above)
        if self._expire(end) or news:
            self._join(layout)

    def _living(self, layout: Layout, last: int) -> _Living:
        if self.bounds and not self.layouts:
            self.restored = last + LAYOUT_LIFE
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
        self.barred.update((b, at) for b in before if b not in self.bounds)

    def _rebound(self, bounds: tuple[float, ...]) -> None:
        """Count in other bounds; what no longer has its bound counts at the next one above."""
        old = self.bounds
        if bounds == old:
            return
        counts = _zeros(bounds)
        for slot, count in zip(slots(old, bounds), self.counts, strict=False):
            counts[slot] += count
        self.bounds, self.counts, self.exemplars = bounds, counts, {}


def _zeros(bounds: Sequence[float]) -> "array[int]":
    return array("q", bytes(8 * (len(bounds) + 1)))
