"""Runbooks of a cache or a database that is unlike the weeks before."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.anomalies import CALENDAR, HOLIDAY, NEVER, SERVICE, SHIFT, WHY, around
from generators.runbooks.cache import HIT_ASKS, HIT_CAUSES
from generators.runbooks.database import DATABASE
from generators.runbooks.model import Cause, Language, Statement, Step

CACHE_HIT_RATE = Statement(
    alert="CacheHitRateL2Anomaly",
    means=(
        "Redis answers a smaller share of reads than at this time of the last three weeks. The "
        "database does more work; users notice nothing yet."
    ),
    why=WHY,
    first=(
        Step(
            (
                "Was Redis restarted or emptied? Short uptime, few keys. HOST and PORT are in "
                "redis.targets of monitoring.yaml."
            ),
            f"{run.info('server', 'uptime_in_seconds')}\n{run.REDIS} DBSIZE",
        ),
        Step("Are keys evicted?", run.info("stats", "evicted_keys|expired_keys|keyspace")),
        Step("Did a deploy change keys?", run.REVISIONS),
    ),
    then=(Step("See CacheHitRateLow for what to do where it goes on falling."),),
    causes=HIT_CAUSES,
    never=(*NEVER, "Do not empty or restart the cache."),
    false=(SHIFT, HOLIDAY),
    asks=(*around("CacheHitRateL2Anomaly"), *HIT_ASKS[1:6]),
)

DB_CONNECTIONS = Statement(
    alert="DbConnectionsAnomaly",
    means=(
        "More connections to PostgreSQL are open than at this time of the last three weeks. Users "
        "notice nothing until max_connections is met; then requests fail at once."
    ),
    why=WHY,
    first=(
        Step("Who holds them, in which state?", run.BACKENDS, Language.SQL),
        Step("How many may there be?", "show max_connections;", Language.SQL),
        Step("Did instances of the service grow with it? See the queries below."),
    ),
    then=(
        Step(
            "Idle in transaction: find the code; until then let PostgreSQL end them.",
            "alter role USER set idle_in_transaction_session_timeout = '60s';",
            Language.SQL,
        ),
        Step("More instances: lower the pool of each, or put a pooler between."),
    ),
    causes=(
        Cause("More instances of the service.", "Connections follow their number."),
        Cause(
            "A leak since a deploy.",
            "Connections rise in a line, and fall when instances are replaced.",
        ),
        Cause(
            "Slow or blocked queries, so that pools grow.",
            "`query_time` rose first; many sessions are active or wait for a lock.",
        ),
        Cause(
            "A new client: a job, a report, somebody's laptop.",
            "A user or an application_name that was not there before.",
        ),
        CALENDAR,
    ),
    never=(
        *NEVER,
        "Do not raise max_connections in a hurry: it restarts the instance, and each costs memory.",
    ),
    false=(SHIFT, "A deploy: old and new instances are connected at the same time."),
    asks=(
        *around("DbConnectionsAnomaly"),
        asks.level(
            "By state", "cloudsql_postgresql_backends_by_state", Reduce.SUM, *DATABASE, "state"
        ),
        asks.rate(
            "Connections made a second; many: no pool",
            "cloudsql_postgresql_connections_total",
            *DATABASE,
        ),
        asks.level("Instances of the service", "cloudrun_instances", Reduce.SUM, *SERVICE, "state"),
        asks.signal("Mean time of queries", "query_time", *DATABASE),
    ),
)

QUERY_TIME = Statement(
    alert="QueryTimeAnomaly",
    means=(
        "Queries take longer than at this time of the last three weeks. Response times follow, if "
        "they have not yet."
    ),
    why=WHY,
    first=(
        Step(
            (
                "Which queries take most time in sum? It needs the extension pg_stat_statements; "
                "Query Insights shows the same."
            ),
            run.SLOWEST,
            Language.SQL,
        ),
        Step("Does something block?", run.BLOCKED, Language.SQL),
        Step(
            "Is a batch running, or a transaction open for hours?",
            run.LONG_TRANSACTIONS,
            Language.SQL,
        ),
    ),
    then=(
        Step(
            "A plan that changed: look at it, and renew statistics.",
            "explain (analyze, buffers) QUERY;\nanalyze TABLE;",
            Language.SQL,
        ),
        Step("What was done to the instance lately?", run.OPERATIONS),
    ),
    causes=(
        Cause(
            "A new query, or one without an index, since a deploy.",
            "One query leads, and was not there before.",
        ),
        Cause(
            "A plan changed: data grew, statistics are old.",
            "The same query takes longer, with as many calls.",
        ),
        Cause("Locks.", "Time waiting for locks rose; sessions are blocked."),
        Cause("The cache misses, so that harder queries come.", "Calls rose, and a hit rate fell."),
        Cause("Disk or CPU of the instance at its limit.", "All queries are slower alike."),
        CALENDAR,
    ),
    never=(
        *NEVER,
        "Do not run `explain (analyze)` on a statement that writes: it writes.",
        "Do not build an index without `concurrently` by day: it locks out writes.",
    ),
    false=(SHIFT, "Reports at the end of a month."),
    asks=(
        *around("QueryTimeAnomaly"),
        asks.signal("By database inside the instance", "query_time", *DATABASE, "database"),
        asks.rate(
            "Seconds a second spent waiting for locks",
            "cloudsql_query_lock_seconds_total",
            *DATABASE,
            "lock_type",
        ),
        asks.rate(
            "Blocks a second from disk and from memory",
            "cloudsql_postgresql_blocks_read_total",
            *DATABASE,
            "source",
        ),
        asks.level("CPU of the instance", "cloudsql_cpu_utilization_ratio", Reduce.MAX, *DATABASE),
        asks.rate(
            "Deadlocks a second", "cloudsql_postgresql_deadlocks_total", *DATABASE, "database"
        ),
    ),
)

STATEMENTS = (
    CACHE_HIT_RATE,
    DB_CONNECTIONS,
    QUERY_TIME,
)
