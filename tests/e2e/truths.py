"""What the simulated world holds for each signal, worked out from its points, without PromQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isclose

from exporter.simulator.business import FEATURES, PERSONAS, Business, business
from exporter.simulator.deployment import REGIONS
from exporter.simulator.truth import Dist, TruthPoint, TruthSeries, merged, upper_bounds
from exporter.simulator.world import MINUTE, World
from tests.e2e.history import REDIS, Recording

RUN, SQL = "run.googleapis.com/", "cloudsql.googleapis.com/database/"
REQUESTS = f"{RUN}request_count"
WINDOW = 300.0


@dataclass(frozen=True)
class Moment:
    """A world, what was recorded of it, a moment of that, and a region or all of them."""

    world: World
    recording: Recording
    at: float
    region: str | None = None

    def span(self, poll: str) -> tuple[float, float]:
        """Return the (start, end] of source time that the window saw of a poll's data."""
        return self.recording.span(poll, self.at, WINDOW)

    def newest(self, poll: str) -> float:
        """Return the end of the newest data of a poll."""
        return self.recording.newest[self.at][poll]

    def series(
        self, metric: str, resource: str, start: float, end: float, **labels: str
    ) -> Iterator[TruthSeries]:
        """Yield series of a metric whose labels fit."""
        for one in self.world.series(metric, resource, start, end):
            place = one.resource.get("location") or one.resource.get("region")
            fits = all(one.metric.get(key) == value for key, value in labels.items())
            if fits and self.region in (None, place):
                yield one


def requests(moment: Moment, *classes: str) -> float:
    """Return the requests of some classes, or of all."""
    span = moment.span("cloudrun_requests_total")
    found = moment.series(REQUESTS, "cloud_run_revision", *span)
    return sum(
        _number(point)
        for one in found
        if not classes or one.metric["response_code_class"] in classes
        for point in one.points
    )


def _number(point: TruthPoint) -> float:
    assert not isinstance(point.value, Dist | str)
    return float(point.value)


def distribution(moment: Moment, poll: str, metric: str) -> Dist:
    """Return the merged distribution of a Cloud Run metric in the window."""
    found = moment.series(RUN + metric, "cloud_run_revision", *moment.span(poll))
    return merged([p.value for one in found for p in one.points if isinstance(p.value, Dist)])


def latencies(moment: Moment) -> Dist:
    """Return the merged distribution of request latencies, in milliseconds."""
    return distribution(moment, "cloudrun_request_duration_seconds", "request_latencies")


def enough(truth: Callable[[Moment], float]) -> Callable[[Moment], float | None]:
    """Return a truth that is silent below a hundred requests."""
    return lambda moment: truth(moment) if requests(moment) >= 100 else None


def query_time(moment: Moment) -> float | None:
    """Return the mean time of queries: what cumulative distributions rose by, per query."""
    metric = f"{SQL}postgresql/insights/aggregate/latencies"
    start, end = moment.span("cloudsql_query_duration_seconds")
    total = count = 0.0
    found = moment.series(metric, "cloudsql_instance_database", start - MINUTE, end)
    for one in found:
        for before, after in pairwise(one.points):
            a, b = before.value, after.value
            assert isinstance(a, Dist)
            assert isinstance(b, Dist)
            again = after.start > before.start
            count += b.count - (0 if again else a.count)
            total += b.mean * b.count - (0 if again else a.mean * a.count)
    return total / count / 1e6 if count else None


def levels(moment: Moment, metric: str, resource: str, at: float) -> list[float]:
    """Return the values of a gauge at a minute."""
    found = moment.series(metric, resource, at - MINUTE, at)
    return [_number(one.points[-1]) for one in found]


def instances(moment: Moment, at: float | None = None) -> float:
    """Return the container instances at a moment's newest minute."""
    end = moment.newest("cloudrun_instances") if at is None else at
    metric = f"{RUN}container/instance_count"
    return sum(levels(moment, metric, "cloud_run_revision", end))


def scalings(moment: Moment) -> float:
    """Return how often the number of instances changed from scrape to scrape of the window."""
    times = [t for t in moment.recording.times if moment.at - WINDOW <= t <= moment.at]
    newest = [moment.recording.newest[t]["cloudrun_instances"] for t in times]
    seen = [instances(moment, at) for at in newest]
    return float(sum(1 for a, b in pairwise(seen) if a != b))


def replication_lag(moment: Moment) -> float | None:
    """Return the lag of the slowest replica."""
    at = moment.newest("cloudsql_replica_lag_seconds")
    found = levels(moment, f"{SQL}replication/replica_lag", "cloudsql_database", at)
    return max(found, default=None)


def backends(moment: Moment) -> float | None:
    """Return the connections to PostgreSQL."""
    at = moment.newest("cloudsql_postgresql_backends")
    found = levels(moment, f"{SQL}postgresql/num_backends", "cloudsql_database", at)
    return sum(found) if found else None


def cache(moment: Moment, field: str) -> float:
    """Return events of the cache in the window, as far as Redis was read."""
    start, end = (int(t // MINUTE) for t in moment.span(REDIS))
    figures = [moment.world.redis_fields(minute) for minute in range(start + 1, end + 1)]
    return float(sum(getattr(f, field) for f in figures))


def hit_rate(moment: Moment) -> float | None:
    """Return the share of reads that hit."""
    hits, misses = cache(moment, "hits"), cache(moment, "misses")
    return hits / (hits + misses) if hits >= 100 else None


def utilization(poll: str, metric: str) -> Callable[[Moment], float]:
    """Return the truth of a mean utilisation."""
    return lambda moment: distribution(moment, poll, f"container/{metric}/utilizations").mean


def throughput(moment: Moment) -> float:
    """Return requests by the source time that the window saw."""
    start, end = moment.span("cloudrun_requests_total")
    return requests(moment) / (end - start) if end > start else 0.0


def seen(moment: Moment) -> list[Business]:
    """Return the minutes that the service's own code lived through in the window."""
    last = int(moment.at // MINUTE)
    minutes = range(last - int(WINDOW // MINUTE) + 1, last + 1)
    places = [r for r in REGIONS if moment.region in (None, r.name)]
    return [business(moment.world.traffic, region, m) for region in places for m in minutes]


def own_requests(moment: Moment, *classes: int) -> float:
    """Return the requests that the service's own code counted, of some classes or of all."""
    visits = [visit for minute in seen(moment) for visit in minute.visits]
    return float(sum(v.number for v in visits if not classes or v.status // 100 in classes))


def own_errors(moment: Moment) -> float | None:
    """Return the share of errors as the service's own code sees it; None of too few requests."""
    every = own_requests(moment)
    return own_requests(moment, 4, 5) / every if every >= 100 else None


def share(part: float, whole: float) -> float | None:
    """Return a part of a whole, None of nothing."""
    return part / whole if whole else None


def l1_hit_rate(moment: Moment) -> float | None:
    """Return the share of reads that the local cache answered."""
    hits = sum(m.l1_hits for m in seen(moment))
    return share(hits, hits + sum(m.l1_misses for m in seen(moment)))


def routing_quality(moment: Moment) -> float | None:
    """Return the mean confidence of routing decisions."""
    found = [confidence for m in seen(moment) for _, confidence in m.decisions]
    return share(sum(found), len(found))


def persona_share(name: str) -> Callable[[Moment], float | None]:
    """Return the truth of a persona's share."""

    def truth(moment: Moment) -> float | None:
        found = [persona for m in seen(moment) for persona, _ in m.decisions]
        return share(found.count(name), len(found))

    return truth


def feature_share(name: str) -> Callable[[Moment], float | None]:
    """Return the truth of a feature's share."""

    def truth(moment: Moment) -> float | None:
        found = [(feature, n) for m in seen(moment) for feature, n in m.features]
        return share(sum(n for f, n in found if f == name), sum(n for _, n in found))

    return truth


Truth = Callable[[Moment], float | None]
TRUTHS: dict[str, Truth] = {
    "availability": enough(lambda m: 1 - requests(m, "5xx") / requests(m)),
    "error_rate": enough(lambda m: requests(m, "4xx", "5xx") / requests(m)),
    "response_time_average": enough(lambda m: latencies(m).mean / 1e3),
    "throughput": throughput,
    "cache_hit_rate_l2": hit_rate,
    "cache_evictions": lambda m: cache(m, "evicted") / WINDOW,
    "cache_misses": lambda m: cache(m, "misses") / WINDOW,
    "redis_health": lambda _: 1.0,
    "replication_lag": replication_lag,
    "query_time": query_time,
    "db_connections": backends,
    "cpu_utilization": utilization("cloudrun_cpu_utilization_ratio", "cpu"),
    "memory_utilization": utilization("cloudrun_memory_utilization_ratio", "memory"),
    "instances": instances,
    "scaling_events": scalings,
}
OWN_TRUTHS: dict[str, Truth] = {
    "error_rate_by_endpoint": own_errors,
    "cache_hit_rate_l1": l1_hit_rate,
    "routing_quality": routing_quality,
    "requests_total": own_requests,
}
SHARES: dict[str, dict[str, Truth]] = {
    "persona_share": {name: persona_share(name) for name, _, _ in PERSONAS},
    "feature_usage": {name: feature_share(name) for name, _ in FEATURES},
}
QUANTILES = {"response_time_p50": 0.5, "response_time_p95": 0.95, "response_time_p99": 0.99}


def bucket(q: float, value: Dist, bounds: list[float]) -> tuple[float, float]:
    """Return the bounds, in seconds, of the exported bucket that holds a quantile."""
    source, below = upper_bounds(value.layout), 0.0
    for bound in bounds:
        inside = [n for edge, n in zip(source, value.counts, strict=False) if _within(edge, bound)]
        if sum(inside) >= q * value.count:
            return below, bound
        below = bound
    return below, float("inf")


def _within(edge: float, bound: float) -> bool:
    seconds = edge / 1e3
    return seconds < bound or isclose(seconds, bound, rel_tol=1e-9)
