"""Signals of caches and databases.

Redis families are referred to by the names that redis_exporter made common.
"""

from exporter.catalog import application, cloud_sql, cloud_sql_engines, redis
from exporter.catalog.expression import (
    Direction,
    Events,
    Kind,
    Level,
    Mean,
    MinimumEvents,
    Rate,
    Ratio,
    Signal,
)
from exporter.catalog.model import Reduce, Unit

_BY_DATABASE = ("region", "database_id")
_L2_READS = (Events(redis.KEYSPACE_HITS), Events(redis.KEYSPACE_MISSES))

CACHE = (
    Signal(
        name="cache_hit_rate_l1",
        noun="hit rate of the local cache",
        kind=Kind.CACHE_HIT_RATE,
        unit=Unit.RATIO,
        direction=Direction.DOWN,
        help="Share of reads that the local cache answered.",
        expression=Ratio(
            (Events(application.L1_HITS),),
            (Events(application.L1_HITS), Events(application.L1_MISSES)),
        ),
        by=("region",),
    ),
    Signal(
        name="cache_hit_rate_l2",
        noun="Redis hit rate",
        kind=Kind.CACHE_HIT_RATE,
        unit=Unit.RATIO,
        direction=Direction.DOWN,
        help="Share of reads that Redis answered.",
        expression=Ratio((Events(redis.KEYSPACE_HITS),), _L2_READS),
        by=("redis_id",),
        minimum_events=MinimumEvents(_L2_READS, 100),
    ),
    Signal(
        name="cache_evictions",
        noun="rate of evicted keys",
        kind=None,
        unit=Unit.PER_SECOND,
        direction=Direction.UP,
        help="Keys that Redis evicted per second because memory was full.",
        expression=Rate(Events(redis.EVICTED_KEYS)),
        by=("redis_id",),
    ),
    Signal(
        name="cache_misses",
        noun="rate of Redis misses",
        kind=None,
        unit=Unit.PER_SECOND,
        direction=Direction.UP,
        help="Reads per second that Redis did not answer.",
        expression=Rate(Events(redis.KEYSPACE_MISSES)),
        by=("redis_id",),
    ),
)

DATABASE = (
    Signal(
        name="replication_lag",
        noun="replication lag",
        kind=Kind.DB_LAG,
        unit=Unit.SECONDS,
        direction=Direction.UP,
        help="Time that the slowest replica is behind its primary.",
        expression=Level(cloud_sql.REPLICA_LAG, Reduce.MAX),
        by=_BY_DATABASE,
    ),
    Signal(
        name="query_time",
        noun="mean query time",
        kind=None,
        unit=Unit.SECONDS,
        direction=Direction.UP,
        help="Mean time of database queries.",
        expression=Mean(cloud_sql_engines.QUERY_DURATION),
        by=_BY_DATABASE,
    ),
    Signal(
        name="db_connections",
        noun="number of database connections",
        kind=None,
        unit=Unit.NONE,
        direction=Direction.UP,
        help="Connections to PostgreSQL.",
        expression=Level(cloud_sql_engines.BACKENDS, Reduce.SUM),
        by=_BY_DATABASE,
    ),
)
