"""The 25 signals: what people watch, stated once.

Redis families are referred to by the names that redis_exporter made common.
"""

from exporter.catalog import application, cloud_run, cloud_sql, cloud_sql_engines, redis
from exporter.catalog.model import (
    Bad,
    Changes,
    Complement,
    Enough,
    Events,
    Expression,
    Family,
    Kind,
    Level,
    Matcher,
    Mean,
    Quantile,
    Rate,
    Ratio,
    Reduce,
    Share,
    Signal,
    Unit,
)
from exporter.catalog.walk import families_in

_BY_SERVICE = ("region", "service_name")
_BY_DATABASE = ("region", "database_id")
_REQUESTS = Events(cloud_run.REQUESTS)
_ENOUGH = Enough((_REQUESTS,), 100)
_ERRORS = ("4xx", "5xx")
_L2_READS = (Events(redis.KEYSPACE_HITS), Events(redis.KEYSPACE_MISSES))


def _of_class(family: Family, *classes: str) -> Events:
    return Events(family, (Matcher("response_code_class", classes),))


def _response_time(name: str, expression: Expression, text: str) -> Signal:
    return Signal(
        name, Kind.RESPONSE_TIME, Unit.SECONDS, Bad.UP, text, expression, _BY_SERVICE, _ENOUGH
    )


SERVICE = (
    Signal(
        "availability",
        Kind.AVAILABILITY,
        Unit.RATIO,
        Bad.DOWN,
        "Requests that did not end in a server error, of all.",
        Complement(Ratio((_of_class(cloud_run.REQUESTS, "5xx"),), (_REQUESTS,))),
        _BY_SERVICE,
        _ENOUGH,
    ),
    Signal(
        "error_rate",
        Kind.ERROR_RATE,
        Unit.RATIO,
        Bad.UP,
        "Requests that ended in a client or server error, of all.",
        Ratio((_of_class(cloud_run.REQUESTS, *_ERRORS),), (_REQUESTS,)),
        _BY_SERVICE,
        _ENOUGH,
    ),
    Signal(
        "error_rate_by_endpoint",
        Kind.ERROR_RATE,
        Unit.RATIO,
        Bad.UP,
        "Requests of an endpoint that ended in an error, of all of that endpoint.",
        Ratio((_of_class(application.REQUESTS, *_ERRORS),), (Events(application.REQUESTS),)),
        ("region", "endpoint"),
        Enough((Events(application.REQUESTS),), 100),
    ),
    _response_time(
        "response_time_average", Mean(cloud_run.REQUEST_DURATION), "Mean time of requests."
    ),
    _response_time(
        "response_time_p50",
        Quantile(0.5, cloud_run.REQUEST_DURATION),
        "Time that half of the requests stay below.",
    ),
    _response_time(
        "response_time_p95",
        Quantile(0.95, cloud_run.REQUEST_DURATION),
        "Time that 95 of 100 requests stay below.",
    ),
    _response_time(
        "response_time_p99",
        Quantile(0.99, cloud_run.REQUEST_DURATION),
        "Time that 99 of 100 requests stay below.",
    ),
    Signal(
        "throughput",
        Kind.THROUGHPUT,
        Unit.PER_SECOND,
        Bad.DOWN,
        "Requests a second of the time that the data covers.",
        Rate(_REQUESTS),
        _BY_SERVICE,
    ),
)

CACHE = (
    Signal(
        "cache_hit_rate_l1",
        Kind.CACHE_HIT_RATE,
        Unit.RATIO,
        Bad.DOWN,
        "Reads that the local cache answered, of all.",
        Ratio(
            (Events(application.L1_HITS),),
            (Events(application.L1_HITS), Events(application.L1_MISSES)),
        ),
        ("region",),
    ),
    Signal(
        "cache_hit_rate_l2",
        Kind.CACHE_HIT_RATE,
        Unit.RATIO,
        Bad.DOWN,
        "Reads that Redis answered, of all.",
        Ratio((Events(redis.KEYSPACE_HITS),), _L2_READS),
        ("redis_id",),
        Enough(_L2_READS, 100),
    ),
    Signal(
        "cache_evictions",
        None,
        Unit.PER_SECOND,
        Bad.UP,
        "Keys that Redis evicted a second, for want of memory.",
        Rate(Events(redis.EVICTED_KEYS)),
        ("redis_id",),
    ),
    Signal(
        "cache_misses",
        None,
        Unit.PER_SECOND,
        Bad.UP,
        "Reads a second that Redis did not answer.",
        Rate(Events(redis.KEYSPACE_MISSES)),
        ("redis_id",),
    ),
)

DATABASE = (
    Signal(
        "replication_lag",
        Kind.DB_LAG,
        Unit.SECONDS,
        Bad.UP,
        "Time that the slowest replica is behind its primary.",
        Level(cloud_sql.REPLICA_LAG, Reduce.MAX),
        _BY_DATABASE,
    ),
    Signal(
        "query_time",
        None,
        Unit.SECONDS,
        Bad.UP,
        "Mean time of database queries.",
        Mean(cloud_sql_engines.QUERY_DURATION),
        _BY_DATABASE,
    ),
    Signal(
        "db_connections",
        None,
        Unit.NONE,
        Bad.UP,
        "Connections to PostgreSQL.",
        Level(cloud_sql_engines.BACKENDS, Reduce.SUM),
        _BY_DATABASE,
    ),
)

INFRASTRUCTURE = (
    Signal(
        "cpu_utilization",
        Kind.CPU,
        Unit.RATIO,
        Bad.UP,
        "Used CPU by allocated CPU, mean of the Cloud Run instances.",
        Mean(cloud_run.CPU_UTILIZATION),
        _BY_SERVICE,
    ),
    Signal(
        "memory_utilization",
        Kind.MEMORY,
        Unit.RATIO,
        Bad.UP,
        "Used memory by allocated memory, mean of the Cloud Run instances.",
        Mean(cloud_run.MEMORY_UTILIZATION),
        _BY_SERVICE,
    ),
    Signal(
        "instances",
        None,
        Unit.NONE,
        Bad.NONE,
        "Cloud Run instances.",
        Level(cloud_run.INSTANCES, Reduce.SUM),
        _BY_SERVICE,
    ),
    Signal(
        "scaling_events",
        None,
        Unit.NONE,
        Bad.NONE,
        "How often the number of Cloud Run instances changed.",
        Changes(Level(cloud_run.INSTANCES, Reduce.SUM)),
        _BY_SERVICE,
    ),
    Signal(
        "redis_health",
        None,
        Unit.NONE,
        Bad.DOWN,
        "1 where all Redis nodes answer, 0 where one does not.",
        Level(redis.UP, Reduce.MIN),
        ("redis_id",),
    ),
)

BUSINESS = (
    Signal(
        "routing_quality",
        None,
        Unit.RATIO,
        Bad.DOWN,
        "Mean confidence of routing decisions.",
        Mean(application.ROUTING_CONFIDENCE),
        ("region",),
    ),
    Signal(
        "persona_share",
        None,
        Unit.RATIO,
        Bad.NONE,
        "Requests of each persona, of all.",
        Share(Events(application.PERSONA_REQUESTS), "persona"),
        ("region",),
    ),
    Signal(
        "active_users",
        None,
        Unit.NONE,
        Bad.DOWN,
        "Users seen in the last five minutes.",
        Level(application.ACTIVE_USERS, Reduce.SUM, (Matcher("window", ("5m",)),)),
        ("region",),
    ),
    Signal(
        "requests_total",
        None,
        Unit.NONE,
        Bad.DOWN,
        "Requests that the application counted.",
        Events(application.REQUESTS),
        ("region",),
    ),
    Signal(
        "feature_usage",
        None,
        Unit.RATIO,
        Bad.NONE,
        "Uses of each feature, of all uses.",
        Share(Events(application.FEATURE_USES), "feature"),
        ("region",),
    ),
)

SIGNALS: tuple[Signal, ...] = (*SERVICE, *CACHE, *DATABASE, *INFRASTRUCTURE, *BUSINESS)

ALERTED: frozenset[str] = frozenset(
    family.name
    for signal in SIGNALS
    if signal.kind is not None
    for family in families_in(signal.expression)
)
