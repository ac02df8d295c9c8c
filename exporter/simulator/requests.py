"""Models of what follows requests: Cloud Run's and the load balancer's counts and latencies."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from exporter.simulator import deployment
from exporter.simulator.deployment import Region
from exporter.simulator.incidents import Aspect
from exporter.simulator.traffic import Traffic
from exporter.simulator.truth import CONCURRENCY, UTILIZATION, Dist, Labels, TruthReading, normal

Model: TypeAlias = Callable[[Traffic, int], Iterator[TruthReading]]
RUN, BALANCER = "run.googleapis.com/", "loadbalancing.googleapis.com/https/"


@lru_cache(maxsize=256)
def _codes(code: str, *, route: bool) -> Labels:
    found = {"response_code": code, "response_code_class": f"{code[0]}xx"}
    return deployment.labels(**found, **({"route": ""} if route else {}))


def request_count(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
    """Count requests by revision and code; a code without requests has no point."""
    for region in deployment.REGIONS:
        for row in traffic.requests(region, minute):
            resource = deployment.revision(region.name, row.revision)
            yield TruthReading(_codes(row.code, route=True), resource, row.number)


def spread(traffic: Traffic, region: Region, minute: int, count: int, factor: float = 1.0) -> Dist:
    """Return the latencies of `count` requests of a region, `factor` times their whole time."""
    mean = traffic.level(Aspect.LATENCY, region.name, minute, region.mean)
    slow = traffic.timeline.level(Aspect.LATENCY, region.name, minute) is not None
    sigma = mean / 15 if slow else region.sigma
    return normal(count, mean * factor, sigma * factor)


def latencies(factor: float, *, route: bool = False) -> Model:
    """Return the model of a latency that is `factor` of the whole request's."""

    def model(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
        for region in deployment.REGIONS:
            for row in traffic.requests(region, minute):
                value = spread(traffic, region, minute, row.number, factor)
                resource = deployment.revision(region.name, row.revision)
                yield TruthReading(_codes(row.code, route=route), resource, value)

    return model


def _split(traffic: Traffic, region: Region, minute: int) -> list[tuple[str, int]]:
    """Return the instances of each live revision of a region."""
    total, rows = traffic.instances(region, minute), traffic.revisions(minute)
    late = [(name, round(total * share)) for name, share in rows[1:]]
    return [(rows[0][0], total - sum(count for _, count in late)), *late]


def instance_count(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
    """Count instances by state; one in eight is idle."""
    for region in deployment.REGIONS:
        for name, total in _split(traffic, region, minute):
            resource, idle = deployment.revision(region.name, name), total // 8
            yield TruthReading(deployment.labels(state="active"), resource, total - idle)
            yield TruthReading(deployment.labels(state="idle"), resource, idle)


def utilization(aspect: Aspect) -> Model:
    """Return the model of CPU or memory used by allocated: one value an instance and minute."""

    def model(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
        for region in deployment.REGIONS:
            calm = region.cpu if aspect is Aspect.CPU else region.memory
            mean = traffic.level(aspect, region.name, minute, calm)
            for name, total in _split(traffic, region, minute):
                if total:
                    value = normal(total, mean, 0.02, UTILIZATION)
                    yield TruthReading((), deployment.revision(region.name, name), value)

    return model


def concurrency(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
    """Yield the maximum number of requests that each instance served at once."""
    for region in deployment.REGIONS:
        for name, total in _split(traffic, region, minute):
            if total:
                value = normal(total, 14.0, 4.0, CONCURRENCY)
                resource = deployment.revision(region.name, name)
                yield TruthReading(deployment.labels(state="active"), resource, value)


@lru_cache(maxsize=1024)
def _edge(region: Region, code: str, leave_out: frozenset[str]) -> Labels:
    found = {
        "protocol": "HTTP/2.0",
        "response_code": code,
        "response_code_class": f"{code[0]}00",
        "load_balancing_scheme": "EXTERNAL_MANAGED",
        "proxy_continent": region.continent,
        "cache_result": "DISABLED",
        "client_country": region.country,
    }
    return tuple(sorted((k, v) for k, v in found.items() if k not in leave_out))


def _paths(traffic: Traffic, region: Region, minute: int) -> Iterator[tuple[str, str, int]]:
    """Yield path rule, code and number of requests, the revisions taken together."""
    codes: dict[str, int] = {}
    for row in traffic.requests(region, minute):
        codes[row.code] = codes.get(row.code, 0) + row.number
    for code, total in codes.items():
        left = total
        for path, share in deployment.PATHS[1:]:
            key = (region.name, code, path)
            count = min(left, traffic.rounded(total * share, minute, *key))
            left -= count
            yield path, code, count
        yield deployment.PATHS[0][0], code, left


BACKEND = frozenset({"protocol", "client_country"})


def balanced(
    value: Callable[[Traffic, Region, int, int], int | Dist],
    leave_out: frozenset[str] = frozenset(),
) -> Model:
    """Return a model of the load balancer; what had no requests has no points."""

    def model(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
        for region in deployment.REGIONS:
            for path, code, count in _paths(traffic, region, minute):
                if count:
                    metric, resource = (
                        _edge(region, code, leave_out),
                        deployment.rule(region.name, path),
                    )
                    yield TruthReading(metric, resource, value(traffic, region, minute, count))

    return model


def round_trips(traffic: Traffic, minute: int) -> Iterator[TruthReading]:
    """Yield the round trips of clients' connections, one connection for ten requests."""
    leave_out = frozenset({"protocol", "response_code", "response_code_class", "cache_result"})
    for region in deployment.REGIONS:
        count = sum(r.number for r in traffic.requests(region, minute)) // 10
        if count:
            metric, resource = (
                _edge(region, "200", leave_out),
                deployment.rule(region.name, "/process"),
            )
            yield TruthReading(metric, resource, normal(count, 18.0, 6.0))


def _bytes(size: int) -> Callable[[Traffic, Region, int, int], int]:
    return lambda _traffic, _region, _minute, count: count * size


def _time(factor: float) -> Callable[[Traffic, Region, int, int], Dist]:
    return lambda traffic, region, minute, count: spread(traffic, region, minute, count, factor)


_REVISION, _RULE = "cloud_run_revision", "https_lb_rule"
_PARTS = {
    "e2e_latencies": 1.4,
    "ingress_to_region": 0.2,
    "pending": 0.05,
    "response_egress": 0.1,
    "routing": 0.05,
    "user_execution": 0.9,
}
MODELS: dict[tuple[str, str], Model] = {
    (f"{RUN}request_count", _REVISION): request_count,
    (f"{RUN}request_latencies", _REVISION): latencies(1.0, route=True),
    (f"{RUN}container/instance_count", _REVISION): instance_count,
    (f"{RUN}container/cpu/utilizations", _REVISION): utilization(Aspect.CPU),
    (f"{RUN}container/memory/utilizations", _REVISION): utilization(Aspect.MEMORY),
    (f"{RUN}container/max_request_concurrencies", _REVISION): concurrency,
    **{(f"{RUN}request_latency/{k}", _REVISION): latencies(f) for k, f in _PARTS.items()},
    (f"{BALANCER}request_count", _RULE): balanced(_bytes(1)),
    (f"{BALANCER}request_bytes_count", _RULE): balanced(_bytes(900)),
    (f"{BALANCER}response_bytes_count", _RULE): balanced(_bytes(4200)),
    (f"{BALANCER}backend_request_count", _RULE): balanced(_bytes(1), BACKEND),
    (f"{BALANCER}total_latencies", _RULE): balanced(_time(1.4)),
    (f"{BALANCER}backend_latencies", _RULE): balanced(_time(1.1)),
    (f"{BALANCER}frontend_tcp_rtt", _RULE): round_trips,
}
