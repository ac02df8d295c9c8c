"""Signals of the service and of what it runs on."""

from exporter.catalog import cloud_run, redis
from exporter.catalog.error_signals import error_signals, matcher
from exporter.catalog.expression import (
    Changes,
    Complement,
    Direction,
    Events,
    Expression,
    Kind,
    Level,
    Mean,
    MinimumEvents,
    Quantile,
    Rate,
    Ratio,
    Signal,
)
from exporter.catalog.model import Reduce, Unit

_BY_SERVICE = ("region", "service_name")
_REQUESTS = Events(cloud_run.REQUESTS)
_SERVER_ERRORS = Events(cloud_run.REQUESTS, (matcher(("5xx",)),))
_HUNDRED = MinimumEvents((_REQUESTS,), 100)


def _response_time(
    name: str, noun: str, expression: Expression, text: str, short: str = ""
) -> Signal:
    return Signal(
        name=name,
        noun=noun,
        kind=Kind.RESPONSE_TIME,
        unit=Unit.SECONDS,
        direction=Direction.UP,
        help=text,
        expression=expression,
        by=_BY_SERVICE,
        minimum_events=_HUNDRED,
        short=short,
    )


SERVICE = (
    Signal(
        name="availability",
        noun="availability",
        kind=Kind.AVAILABILITY,
        unit=Unit.RATIO,
        direction=Direction.DOWN,
        help="Share of requests that did not end in a server error.",
        expression=Complement(Ratio((_SERVER_ERRORS,), (_REQUESTS,))),
        by=_BY_SERVICE,
        minimum_events=_HUNDRED,
    ),
    *error_signals(),
    _response_time(
        "response_time_average",
        "mean response time",
        Mean(cloud_run.REQUEST_DURATION),
        "Mean time of requests.",
    ),
    _response_time(
        "response_time_p50",
        "median response time",
        Quantile(0.5, cloud_run.REQUEST_DURATION),
        "Time that half of the requests stay below.",
    ),
    _response_time(
        "response_time_p95",
        "95th percentile of the response time",
        Quantile(0.95, cloud_run.REQUEST_DURATION),
        "Time that 95 of 100 requests stay below.",
        short="p95 response time",
    ),
    _response_time(
        "response_time_p99",
        "99th percentile of the response time",
        Quantile(0.99, cloud_run.REQUEST_DURATION),
        "Time that 99 of 100 requests stay below.",
    ),
    Signal(
        name="throughput",
        noun="throughput",
        kind=Kind.THROUGHPUT,
        unit=Unit.PER_SECOND,
        direction=Direction.DOWN,
        help="Requests per second of the time that the data covers.",
        expression=Rate(_REQUESTS),
        by=_BY_SERVICE,
    ),
)

INFRASTRUCTURE = (
    Signal(
        name="cpu_utilization",
        noun="mean CPU utilization",
        kind=Kind.CPU,
        unit=Unit.RATIO,
        direction=Direction.UP,
        help="Used CPU divided by allocated CPU, mean of the Cloud Run instances.",
        expression=Mean(cloud_run.CPU_UTILIZATION),
        by=_BY_SERVICE,
        short="CPU",
    ),
    Signal(
        name="memory_utilization",
        noun="mean memory utilization",
        kind=Kind.MEMORY,
        unit=Unit.RATIO,
        direction=Direction.UP,
        help="Used memory divided by allocated memory, mean of the Cloud Run instances.",
        expression=Mean(cloud_run.MEMORY_UTILIZATION),
        by=_BY_SERVICE,
        short="memory",
    ),
    Signal(
        name="instances",
        noun="number of instances",
        kind=None,
        unit=Unit.NONE,
        direction=Direction.NONE,
        help="Cloud Run instances.",
        expression=Level(cloud_run.INSTANCES, Reduce.SUM),
        by=_BY_SERVICE,
    ),
    Signal(
        name="scaling_events",
        noun="number of scaling events",
        kind=None,
        unit=Unit.NONE,
        direction=Direction.NONE,
        help="How often the number of Cloud Run instances changed.",
        expression=Changes(Level(cloud_run.INSTANCES, Reduce.SUM)),
        by=_BY_SERVICE,
    ),
    Signal(
        name="redis_health",
        noun="health of Redis",
        kind=None,
        unit=Unit.NONE,
        direction=Direction.DOWN,
        help="1 where all Redis nodes answer, 0 where one does not.",
        expression=Level(redis.UP, Reduce.MIN),
        by=("redis_id",),
    ),
)
