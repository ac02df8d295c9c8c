"""Runbooks of what fills up: nothing is broken yet, and there is time to keep it so."""

from exporter.catalog.model import Matcher, Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.containers import MEMORY_ASKS, MEMORY_CAUSES
from generators.runbooks.database import DATABASE, LAG_ASKS, LAG_CAUSES, REPLAY
from generators.runbooks.model import Cause, Language, Statement, Step

SLOPES = (
    "It takes the slower of the slopes of {slopes}, so that neither a step nor noise looks like "
    "growth, and tells it only above {worth}, where it matters. {yesterday}"
)
STEP_UP = (
    "A step up within the last hours (an import, a deploy, a warm-up) that is over: the "
    "slope of an hour falls back, and the alert ends."
)
_SILENT_LIMIT = "Do not wait until it is reached because the alert is of low severity."

REPLICATION_LAG_TREND = Statement(
    alert="ReplicationLagTrend",
    means=(
        "A replica falls back steadily, and is {limit} behind within {within} if it goes on. Users "
        "notice nothing yet."
    ),
    why=f"{{limit}} is where DatabaseLag fires. {SLOPES}",
    first=(
        Step(
            "On the primary: how far is each replica behind, and does it grow?",
            run.REPLICAS,
            Language.SQL,
        ),
        Step("On the replica: what has run longest?", REPLAY, Language.SQL),
        Step("On the primary: is a batch running?", run.LONG_TRANSACTIONS, Language.SQL),
    ),
    then=(
        Step("Slow the batch down, or cut it into smaller transactions with a pause between them."),
        Step(
            "Cancel a report that holds replay back.",
            "select pg_cancel_backend(PID);",
            Language.SQL,
        ),
    ),
    causes=LAG_CAUSES,
    never=("Do not promote or restart the replica.", _SILENT_LIMIT),
    false=(STEP_UP,),
    asks=LAG_ASKS,
)
MEMORY_TREND = Statement(
    alert="MemoryTrend",
    means=(
        "Instances of the service fill up, and reach their memory limit within {within} if it goes "
        "on. They are killed there, with all requests on them."
    ),
    why=SLOPES,
    first=(
        Step("Since when does it rise? Compare with the time of the revisions.", run.REVISIONS),
        Step("Does it rise with traffic? Put requests a second beside it. If not, it is a leak."),
        Step("Were instances killed already?", run.OUT_OF_MEMORY),
    ),
    then=(
        Step("A leak since a deploy: send traffic back.", run.ROLL_BACK),
        Step("It needs more by nature: give it more before the limit is met.", run.MORE_MEMORY),
    ),
    causes=MEMORY_CAUSES,
    never=("Do not count on new instances: Cloud Run does not add any for memory.", _SILENT_LIMIT),
    false=(
        STEP_UP,
        "A runtime that fills its heap up to a bound of its own and stays there.",
    ),
    asks=MEMORY_ASKS,
)

BACKENDS = asks.level(
    "Connections by state", "cloudsql_postgresql_backends_by_state", Reduce.SUM, *DATABASE, "state"
)
CONNECTION_POOL_TREND = Statement(
    alert="ConnectionPoolTrend",
    means=(
        "The application's pools of database connections are used up within {within} if it "
        "goes on. Then requests wait for a connection, and fail."
    ),
    why=SLOPES,
    first=(
        Step(
            "Who holds connections, and in which state? `idle in transaction` is a leak.",
            run.BACKENDS,
            Language.SQL,
        ),
        Step(
            "Do queries take longer than an hour ago? Then connections are held for longer. See "
            "below."
        ),
        Step("Does something block?", run.BLOCKED, Language.SQL),
    ),
    then=(
        Step(
            "End a session that blocks the others, once you know what it is.",
            "select pg_terminate_backend(PID);",
            Language.SQL,
        ),
        Step(
            "Began with a deploy: send traffic back; a path that gives no connection back is a "
            "defect.",
            run.ROLL_BACK,
        ),
        Step(
            "Traffic grew: allow more connections in the pool, if instances times pool stays "
            "below max_connections.",
            "show max_connections;",
            Language.SQL,
        ),
    ),
    causes=(
        Cause(
            "Queries are slower, so that each holds its connection for longer.",
            "Query time rose first.",
        ),
        Cause(
            "A path of the code does not give its connection back.",
            "Connections in use never fall, not even at night; they began to rise with a deploy.",
        ),
        Cause("More traffic.", "Requests a second rose with it."),
        Cause(
            "A lock that others wait for.",
            "Blocked sessions wait for one that is idle in transaction.",
        ),
    ),
    never=(
        (
            "Do not make pools larger before you know why they fill: a slow database gets "
            "slower with more."
        ),
        "Do not terminate all connections: pools open them again at once.",
    ),
    false=(STEP_UP, "Pools that the application sizes by load: the limit moves, too."),
    asks=(
        asks.level(
            "Connections of the pools, in use and idle",
            "app_pool_connections",
            Reduce.SUM,
            "region",
            "state",
        ),
        asks.level("Connections that the pools may have", "app_pool_limit", Reduce.SUM, "region"),
        asks.mean(
            "Mean time of queries, as the application sees it",
            "app_query_duration_seconds",
            "region",
        ),
        asks.signal("Connections to PostgreSQL", "db_connections", *DATABASE),
        BACKENDS,
        asks.signal("Requests a second", "throughput", "region"),
    ),
)
REDIS_CLIENTS_TREND = Statement(
    alert="RedisClientsTrend",
    means=(
        "Redis has no room for further connections within {within} if it goes on. Then new "
        "instances of the service run without a cache, or do not start."
    ),
    why=SLOPES,
    first=(
        Step(
            "Who is connected, and since when? Many of one address that are idle are a leak. HOST "
            "and PORT are in redis.targets of monitoring.yaml; REDISCLI_AUTH holds a password.",
            f"{run.REDIS} CLIENT LIST | sed 's/.* addr=\\([^:]*\\):.*/\\1/' | sort | uniq -c | "
            "sort -rn | head",
        ),
        Step(
            "How many, how many may there be, and were any refused?",
            f"{run.info('clients', 'connected|maxclients|blocked')}\n"
            f"{run.info('stats', 'rejected_connections')}",
        ),
        Step("Did the number of instances grow?", run.LIMITS),
    ),
    then=(
        Step(
            "Began with a deploy: send traffic back. A client made for each request is a defect.",
            run.ROLL_BACK,
        ),
        Step(
            "On a Redis of your own, end idle connections after ten minutes.",
            f"{run.REDIS} CONFIG SET timeout 600",
        ),
        Step(
            "On Memorystore the same is a setting of the instance.",
            "gcloud redis instances update INSTANCE --update-redis-config=timeout=600 "
            "--region=REGION --project=PROJECT",
        ),
    ),
    causes=(
        Cause(
            "More instances of the service, each with its pool.",
            "Connections follow the number of instances.",
        ),
        Cause(
            "Connections that are never closed.",
            "Connections rise while instances do not; many are idle for hours.",
        ),
        Cause("Blocking calls that hold theirs.", "`redis_blocked_clients` rises with it."),
        Cause(
            "A slow server, so that pools grow.", "Commands a second fall, and the slow log grows."
        ),
    ),
    never=(
        (
            "Do not end all connections at once with CLIENT KILL: all pools connect again in "
            "the same second."
        ),
        "Do not restart Redis: it empties the cache.",
    ),
    false=(STEP_UP, "A deploy: old and new instances are connected at the same time."),
    asks=(
        asks.level("Connections", "redis_connected_clients", Reduce.SUM, "redis_id", "redis_node"),
        asks.level(
            "Connections that are allowed",
            "redis_config_maxclients",
            Reduce.SUM,
            "redis_id",
            "redis_node",
        ),
        asks.level(
            "Clients that wait in a blocking call", "redis_blocked_clients", Reduce.SUM, "redis_id"
        ),
        asks.rate("Connections refused a second", "redis_rejected_connections_total", "redis_id"),
        asks.rate(
            "Connections made a second; many: no pool",
            "redis_connections_received_total",
            "redis_id",
        ),
        asks.level(
            "Instances of the service",
            "cloudrun_instances",
            Reduce.SUM,
            "region",
            "service_name",
            only=Matcher("state", ("active",)),
        ),
    ),
)

STATEMENTS = (
    REPLICATION_LAG_TREND,
    MEMORY_TREND,
    CONNECTION_POOL_TREND,
    REDIS_CLIENTS_TREND,
)
