"""Weeks of what an exporter of a simulated project would have served, as OpenMetrics.

Computed from the world's own points, without API and polls: a poll a minute would take hours.
Each step has the values that the exporter exposes once all points of that time have arrived.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from exporter.catalog import own, redis
from exporter.catalog.model import Family, MetricKind
from exporter.catalog.walk import counts_source_time
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.bucket_totals import Layout
from exporter.cloud_monitoring.gauge_reader import GaugeSample, join
from exporter.cloud_monitoring.ledger import Ledger
from exporter.cloud_monitoring.points import exported
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount
from exporter.cloud_monitoring.zero_series import prime
from exporter.exposition.encoding import Stems, lines
from exporter.exposition.samples import Part, Sample
from exporter.simulator.truth import Dist, Labels, TruthReading, Value, upper_bounds
from exporter.simulator.truth import Layout as SourceLayout
from exporter.simulator.world import MINUTE, Metric, World

REDIS = ("ion-cache", "127.0.0.1:6379")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, Unix seconds, a sample every `step` seconds; all whole minutes."""

    start: int
    end: int
    step: int

    def minutes(self) -> range:
        """Return the numbers of the minutes; minute m ends at 60 m seconds."""
        return range(self.start // MINUTE + 1, self.end // MINUTE + 1)


class FamilyHistory:
    """One family of the catalog, added up minute by minute."""

    def __init__(self, metric: Metric, start: int, project: str) -> None:
        self.family = metric.family
        self._metric, self._project = metric, project
        self._ledger = Ledger.begin(MINUTE * SECOND, start * SECOND)
        self._labels: dict[tuple[Labels, Labels], tuple[str, ...]] = {}
        self._layouts: dict[SourceLayout, Layout] = {}
        self._cumulative: dict[tuple[Labels, Labels], Value] = {}
        self._gauges: list[GaugeSample] = []
        self._start = start

    def add(self, world: World, minute: int) -> None:
        """Add a minute."""
        end, source = minute * MINUTE * SECOND, self._metric.source
        readings = self._metric.model(world.traffic, minute)
        if source.kind is MetricKind.GAUGE:
            self._gauges = [
                GaugeSample(self._exported(r), end, self._number(r.value)) for r in readings
            ]
            return
        for reading in readings:
            self._count(reading, end)
        prime(self.family, self._ledger)

    def part(self) -> Part:
        """Return the family as it is now."""
        if self._metric.source.kind is MetricKind.GAUGE:
            return Part(self.family, join(self._metric.source, self._gauges))
        totals = self._ledger.totals.values()
        return Part(
            self.family, tuple(Sample(t.labels, t.exposed_value(), self._start) for t in totals)
        )

    def _exported(self, reading: TruthReading) -> tuple[str, ...]:
        key = (reading.metric, reading.resource)
        values = self._labels.get(key)
        if values is None:
            found = {f"metric.{name}": text for name, text in reading.metric}
            found.update({f"resource.{name}": text for name, text in reading.resource})
            values = exported(self.family, self._metric.source, found, self._project)
            self._labels[key] = values
        return values

    def _number(self, value: Value) -> float:
        number = value.mean if isinstance(value, Dist) else float(value)
        return number * self._metric.source.scale

    def _count(self, reading: TruthReading, end: int) -> None:
        total, value = self._ledger.total(self._exported(reading)), self._rise(reading)
        scale = self._metric.source.scale
        if isinstance(value, Dist):
            total_value, kept = value.mean * value.count, self._layout(value.layout)
            total.add_amount(
                Amount(value=total_value, counts=value.counts, layout=kept, scale=scale), end
            )
        elif isinstance(value, int | float):
            total.add_amount(Amount(value=value, scale=scale), end)

    def _rise(self, reading: TruthReading) -> Value:
        """Return what the minute adds; for cumulative values, their rise."""
        if self._metric.source.kind is MetricKind.DELTA:
            return reading.value
        key = (reading.metric, reading.resource)
        before, self._cumulative[key] = self._cumulative.get(key), reading.value
        return _risen(before, reading.value)

    def _layout(self, source: SourceLayout) -> Layout:
        found = self._layouts.get(source)
        if found is None:
            bounds, scale = upper_bounds(source), self._metric.source.scale
            found = self._layouts[source] = layout(bounds, scale, self.family)
        return found


def _risen(before: Value | None, now: Value) -> Value:
    """Return the difference of cumulative values; the whole value after a reset, 0 at first."""
    if isinstance(now, Dist):
        earlier = before if isinstance(before, Dist) else now
        if earlier.count > now.count:
            return now
        counts = [*earlier.counts, *(0,) * (len(now.counts) - len(earlier.counts))]
        count = now.count - earlier.count
        weight = now.mean * now.count - earlier.mean * earlier.count
        rises = tuple(a - b for a, b in zip(now.counts, counts, strict=True))
        return Dist(
            count=count,
            mean=weight / count if count else 0.0,
            deviation=0.0,
            counts=rises,
            layout=now.layout,
        )
    if isinstance(now, str) or isinstance(before, Dist | str | None):
        return 0
    return now if before > now else now - before


class CacheHistory:
    """The cache's families, added up minute by minute."""

    families = (redis.UP, redis.KEYSPACE_HITS, redis.KEYSPACE_MISSES, redis.EVICTED_KEYS)

    def __init__(self) -> None:
        self._hits = self._misses = self._evicted = 0

    def add(self, world: World, minute: int) -> None:
        """Add a minute."""
        figures = world.redis_fields(minute)
        self._hits += figures.hits
        self._misses += figures.misses
        self._evicted += figures.evicted

    def parts(self) -> Iterator[Part]:
        """Yield the families as they are now."""
        values = (1, self._hits, self._misses, self._evicted)
        for family, value in zip(self.families, values, strict=True):
            yield Part(family, (Sample(REDIS, value),))


def write(
    world: World,
    families: Iterable[Family],
    span: Span,
    out: IO[bytes],
    progress: Callable[[float], None] = lambda _: None,
) -> int:
    """Write the samples of every step, in order of time. Returns how many were written."""
    chosen = {family.name for family in families}
    metrics = [m for found in world.metrics.values() for m in found if m.family.name in chosen]
    histories = [FamilyHistory(metric, span.start, world.project) for metric in metrics]
    cache, written = CacheHistory(), 0
    stems: dict[str, Stems] = {}
    redis_families = [family for family in cache.families if family.name in chosen]
    for minute in span.minutes():
        for history in histories:
            history.add(world, minute)
        cache.add(world, minute)
        if minute * MINUTE % span.step == 0:
            parts = [history.part() for history in histories]
            parts += [part for part in cache.parts() if part.family in redis_families]
            parts.append(_covered(histories, world, minute * MINUTE - span.start))
            written += _write_step(parts, stems, minute * MINUTE, out)
            progress((minute * MINUTE - span.start) / (span.end - span.start))
    out.write(b"# EOF\n")
    return written


def _covered(histories: Iterable[FamilyHistory], world: World, seconds: int) -> Part:
    """Return the source time that counters cover: here, all of it."""
    names = sorted(h.family.name for h in histories if counts_source_time(h.family))
    return Part(own.DATA_SECONDS, tuple(Sample((world.project, name), seconds) for name in names))


def _write_step(parts: Iterable[Part], stems: dict[str, Stems], at: int, out: IO[bytes]) -> int:
    end, written = f" {at}\n".encode(), 0
    for part in parts:
        stem = stems.setdefault(part.family.name, Stems(part.family))
        text = lines(part, stem, openmetrics=False)
        out.write(text.replace(b"\n", end))
        written += text.count(b"\n")
    return written
