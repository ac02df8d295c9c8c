"""What the counters that signals need have risen by since the start.

Fed with each snapshot, and cheap: only parts that a poll has replaced are looked at. As in
Prometheus, a series that is new has not risen yet. It is bounded: a counter of too many places
is not watched until the next start, a gauge of too many series not while it has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from exporter.catalog.labels import PROJECT
from exporter.exposition.samples import Buckets, Part
from exporter.exposition.snapshot import Snapshot
from exporter.summary.evaluation import (
    BucketRise,
    FamilyRise,
    Found,
    Key,
    Window,
    levels,
    picked,
    positions,
)
from exporter.summary.rises import SummedBuckets, Value, rise
from exporter.summary.watched import CountedGauge, LabelNames, WatchedFamilies

Total = float | SummedBuckets
SourceTime = Callable[[str, str], float]
MOST = 2_000  # places of a counter, or series of a gauge


@dataclass(frozen=True, slots=True)
class LabelledTotals:
    """Totals of one family by the values of `labels`."""

    labels: LabelNames
    values: Mapping[Key, Total]

    def since(self, older: "LabelledTotals | None") -> FamilyRise:
        """Return what was added since an earlier reading."""
        known = older.values if older else {}
        return FamilyRise(self.labels, {k: _risen(known.get(k), v) for k, v in self.values.items()})


def _risen(older: Total | None, newer: Total) -> float | BucketRise:
    if isinstance(newer, SummedBuckets):
        return newer.since(older if isinstance(older, SummedBuckets) else SummedBuckets())
    return newer - older if isinstance(older, float | int) and older <= newer else newer


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsReading:
    """All totals at one time, in seconds: counters, source time by project and family, changes."""

    at: float
    counters: Mapping[str, LabelledTotals]
    covered: Mapping[tuple[str, str], float]
    changes: Mapping[str, LabelledTotals]
    gauges: Mapping[str, tuple[Part, ...]]

    def since(self, older: "TotalsReading") -> Window:
        """Return what rose since an earlier reading."""
        return Window(
            seconds=self.at - older.at,
            rises={n: each.since(older.counters.get(n)) for n, each in self.counters.items()},
            covered={k: seconds - older.covered.get(k, 0) for k, seconds in self.covered.items()},
            gauges=self.gauges,
            changes={n: each.since(older.changes.get(n)) for n, each in self.changes.items()},
        )


@dataclass(slots=True)
class _FamilyTotals:
    """Totals of a family by labels, how many series are behind each, and the parts they are of."""

    labels: LabelNames
    totals: dict[Key, Total] = field(default_factory=dict)
    series: dict[Key, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    given_up: bool = False

    def feed(self, parts: tuple[Part, ...]) -> None:
        """Add what rose between the last parts and these; a part that both have has not."""
        if self.given_up:
            return
        kept = {id(part) for part in parts} & {id(part) for part in self.parts}
        before: dict[LabelNames, dict[Key, Value]] = {}
        for part in self.parts:
            if id(part) not in kept:
                known = before.setdefault(part.family.label_names, {})
                known.update((sample.labels, sample.value) for sample in part.samples)
                self._count_series(part, -1)
        for part in parts:
            if id(part) not in kept:
                self._count_series(part, 1)
                self._add(part, before.get(part.family.label_names, {}))
        self._drop_ended()
        self.parts = parts
        if len(self.series) > MOST:
            self._give_up()

    def _give_up(self) -> None:
        self.given_up, self.parts = True, ()
        self.totals.clear()
        self.series.clear()

    def _count_series(self, part: Part, by: int) -> None:
        kept = positions(part.family.label_names, self.labels)
        for sample in part.samples:
            key = picked(sample.labels, kept)
            self.series[key] = self.series.get(key, 0) + by

    def _drop_ended(self) -> None:
        for key in [key for key, number in self.series.items() if number <= 0]:
            del self.series[key]
            self.totals.pop(key, None)

    def _add(self, part: Part, before: Mapping[Key, Value]) -> None:
        kept = positions(part.family.label_names, self.labels)
        for sample in part.samples:
            earlier, value = before.get(sample.labels), sample.value
            self._add_rise(picked(sample.labels, kept), earlier, value)

    def _add_rise(self, key: Key, earlier: Value | None, value: Value) -> None:
        risen = None if earlier is None or earlier is value else rise(earlier, value)
        known = self.totals.get(key)
        if isinstance(value, Buckets):
            if not isinstance(known, SummedBuckets):
                known = self.totals[key] = SummedBuckets()
            if isinstance(risen, Buckets):
                known.add(risen)
        elif not isinstance(known, SummedBuckets) and not isinstance(risen, Buckets):
            self.totals[key] = (known or 0.0) + (risen or 0.0)

    def reading(self) -> LabelledTotals:
        """Return the totals of now."""
        items = self.totals.items()
        values = {k: v.copy() if isinstance(v, SummedBuckets) else v for k, v in items}
        return LabelledTotals(self.labels, values)


@dataclass(slots=True)
class _GaugeChanges:
    """How often a gauge has changed, and what it was last, by labels."""

    gauge: CountedGauge
    last: Found = field(default_factory=dict)
    counts: Found = field(default_factory=dict)

    def feed(self, parts: tuple[Part, ...]) -> None:
        """Count what has changed."""
        now = levels(self.gauge.level, parts, self.gauge.labels)
        for key, value in now.items():
            changed = self.last.get(key, value) != value
            self.counts[key] = self.counts.get(key, 0.0) + changed
        self.last = now


@dataclass(slots=True)
class _CoveredTime:
    """The source time of a family of a project: what was last known, and what was added since."""

    last: float
    total: float = 0.0

    def reach(self, seconds: float) -> None:
        self.total += max(0.0, seconds - self.last)
        self.last = seconds


class RisingTotals:
    """Adds up what counters rise by, from snapshot to snapshot; one thread feeds it."""

    def __init__(self, families: WatchedFamilies, source_time: SourceTime) -> None:
        """Watch these families; `source_time` returns the seconds of a project's family."""
        self._families, self._source_time = families, source_time
        self._counters = {name: _FamilyTotals(by) for name, by in families.counters.items()}
        self._changes = {name: _GaugeChanges(one) for name, one in families.changing.items()}
        self._covered: dict[tuple[str, str], _CoveredTime] = {}
        self._gauges: dict[str, tuple[Part, ...]] = {}
        self._large_gauges: set[str] = set()

    def feed(self, snapshot: Snapshot) -> None:
        """Add what rose since the last snapshot."""
        exposed = {family.name: parts for family, parts in snapshot.families}
        for name, counter in self._counters.items():
            if not _same(exposed.get(name, ()), counter.parts):
                counter.feed(exposed.get(name, ()))
                self._cover(name, counter)
        for name in self._families.gauges:
            parts = self._bounded(name, exposed.get(name, ()))
            if not _same(parts, self._gauges.get(name, ())):
                self._gauges[name] = parts
                if name in self._changes:
                    self._changes[name].feed(parts)

    def _bounded(self, name: str, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """Return the parts of a gauge; none while it has too many series."""
        if sum(len(part.samples) for part in parts) <= MOST:
            self._large_gauges.discard(name)
            return parts
        self._large_gauges.add(name)
        return ()

    def given_up(self) -> frozenset[str]:
        """Return the names of the families that are not watched: they have too many places."""
        counters = (name for name, counter in self._counters.items() if counter.given_up)
        return frozenset((*counters, *self._large_gauges))

    def _cover(self, name: str, counter: _FamilyTotals) -> None:
        """Note the source time that is covered: it is counted before its events are exposed."""
        if name in self._families.timed and PROJECT.name in counter.labels:
            at = counter.labels.index(PROJECT.name)
            for project in {key[at] for key in counter.totals}:
                seconds = self._source_time(project, name)
                self._covered.setdefault((project, name), _CoveredTime(seconds)).reach(seconds)

    def reading(self, at: float) -> TotalsReading:
        """Return all totals of now."""
        return TotalsReading(
            at=at,
            counters={name: counter.reading() for name, counter in self._counters.items()},
            covered={key: one.total for key, one in self._covered.items()},
            changes={
                name: LabelledTotals(one.gauge.labels, dict(one.counts))
                for name, one in self._changes.items()
            },
            gauges=dict(self._gauges),
        )


def _same(parts: tuple[Part, ...], before: tuple[Part, ...]) -> bool:
    """Say whether parts are the very same objects."""
    return len(parts) == len(before) and all(a is b for a, b in zip(parts, before, strict=True))
