"""The simulated project: every metric of the catalog at any minute, from seed and minute alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring, Family, MetricKind
from exporter.simulator import deployment, requests, storage
from exporter.simulator.incidents import (
    CALM,
    Aspect,
    IncidentSpan,
    Scenario,
    SimulatedIncident,
    Timeline,
)
from exporter.simulator.levels import age, level_model
from exporter.simulator.requests import Model
from exporter.simulator.traffic import Mix, Traffic
from exporter.simulator.truth import Labels, TruthPoint, TruthSeries

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric on one monitored resource: its family in the catalog, and its model."""

    family: Family
    source: CloudMonitoring
    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheFigures:
    """The L2 cache at a minute: events in the minute, bytes, connections, operations a second."""

    hits: int
    misses: int
    evicted: int
    used_memory: int
    maxmemory: int
    clients: int
    operations: float

    @property
    def hit_rate(self) -> float:
        """The share of reads that hit."""
        reads = self.hits + self.misses
        return self.hits / reads if reads else 0.0


def _metric(family: Family, source: CloudMonitoring) -> Metric:
    key = (source.metric, source.resource)
    model = requests.MODELS.get(key) or storage.MODELS.get(key) or level_model(family, source)
    return Metric(family, source, model)


def metrics_of(families: Iterable[Family]) -> dict[str, tuple[Metric, ...]]:
    """Return the metrics behind families, by metric type; one type may be on several resources."""
    found: dict[str, tuple[Metric, ...]] = {}
    for family in families:
        if isinstance(family.source, CloudMonitoring):
            metric = _metric(family, family.source)
            found[family.source.metric] = (*found.get(family.source.metric, ()), metric)
    return found


class World:
    """A simulated project.

    start     Unix time from which the scenario's minutes are counted; there is data before it
    scale     factor on all requests, for tests that need few
    """

    project = deployment.PROJECT

    def __init__(
        self,
        seed: int = 1,
        start: float = 0.0,
        scenario: Scenario = CALM,
        scale: float = 1.0,
    ) -> None:
        self.seed, self.start, self.scenario = seed, start, scenario
        self.timeline = Timeline(scenario, start)
        self.traffic = Traffic(Mix(seed, scale), self.timeline)
        self.metrics = metrics_of(CATALOG.values())

    def series(
        self, metric_type: str, resource_type: str, start: float, end: float
    ) -> list[TruthSeries]:
        """Return every series with a point that ends in (start, end], Unix seconds."""
        found: list[TruthSeries] = []
        for metric in self.metrics.get(metric_type, ()):
            if metric.source.resource == resource_type:
                found += self._series(metric, start, end)
        return found

    def _series(self, metric: Metric, start: float, end: float) -> list[TruthSeries]:
        points: dict[tuple[Labels, Labels], list[TruthPoint]] = {}
        for minute in range(floor(start / MINUTE) + 1, floor(end / MINUTE) + 1):
            point_start = float(self._point_start(metric.source.kind, minute))
            point_end = float(minute * MINUTE)
            for labels, resource, value in metric.model(self.traffic, minute):
                series = points.setdefault((labels, resource), [])
                series.append(TruthPoint(point_start, point_end, value))
        return [TruthSeries(dict(m), dict(r), tuple(p)) for (m, r), p in points.items()]

    def _point_start(self, kind: MetricKind, minute: int) -> int:
        """Return the start of a point's interval, in Unix seconds."""
        if kind is MetricKind.GAUGE:
            return minute * MINUTE
        back = age(minute) if kind is MetricKind.CUMULATIVE else 1
        return (minute - back) * MINUTE

    def begin(self, incident: SimulatedIncident, now: float, minutes: int) -> IncidentSpan:
        """Let an incident begin with the minute that a Unix time lies in: none of it was read."""
        span = self.timeline.add(incident, floor(now / MINUTE), minutes)
        self.traffic.forget()
        return span

    def end_incidents(self, now: float) -> None:
        """Let every incident end with the minute before: the one that a time lies in is calm."""
        self.timeline.end(floor(now / MINUTE))
        self.traffic.forget()

    def redis_fields(self, minute: int) -> CacheFigures:
        """Return the L2 cache at a minute."""
        hits, misses = self.traffic.hits(minute)
        cold = self.timeline.level(Aspect.HIT_RATE, "", minute) is not None
        limit = 64 * 2**20
        used = int(limit * (0.35 if cold else 0.72))
        return CacheFigures(
            hits=hits,
            misses=misses,
            evicted=misses // 50,
            used_memory=used,
            maxmemory=limit,
            clients=28,
            operations=(hits + misses) / MINUTE,
        )
