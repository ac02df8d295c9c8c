"""Runbooks of requests that are slow."""

from exporter.catalog.model import Quantile, Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Language, Statement, Step

SERVICE = ("region", "service_name")
CLASSED = (*SERVICE, "response_code_class")
_DURATION = asks.family("cloudrun_request_duration_seconds")
_APP_DURATION = asks.family("app_request_duration_seconds")

_SLOW = run.entries(
    'httpRequest.latency>"{seconds}s"',
    "resource.labels.revision_name,httpRequest.latency,httpRequest.requestUrl",
    " | head -50",
)
ROLLED_BACK = (
    "If the newest revision went live shortly before the alert, send all traffic back to the one "
    "before it. It takes effect within seconds, and needs no build."
)
PINNED = (
    "After a roll-back traffic is pinned: a new deploy gets none until you release it.",
    run.TO_LATEST,
)

_LATENCY_CAUSES = (
    Cause(
        "The last deploy is slower.",
        "The percentile steps up within minutes of a revision's going live, in every region that "
        "has it; CPU a request rises with it.",
    ),
    Cause(
        "The database answers slowly.",
        "`query_time` rises with it, and mostly the regions that write, or those whose replica is "
        "busy. In PostgreSQL there are long or blocked transactions.",
    ),
    Cause(
        "The cache misses, so that the database does the work.",
        "The hit rate of Redis or of the local cache fell first; then queries a second rose.",
    ),
    Cause(
        "There are too few instances, so that requests wait or share a CPU.",
        "`cloudrun_pending_requests` is above 0, CPU is above 60 %, and the number of instances "
        "lies flat at its limit.",
    ),
    Cause(
        "Instances start cold.",
        "The median is fine and the 99th percentile is bad; instances come and go. Start-up itself "
        "is not in this number, but the first requests of a new instance are.",
    ),
    Cause(
        "A few endpoints became heavier: a batch, a new caller, larger bodies.",
        "One endpoint's percentile and its share of requests rose, all others did not.",
    ),
    Cause(
        "Something that the service calls is slow.",
        "Requests are slow while CPU, database and cache are as always: they wait.",
    ),
)
_LATENCY_ASKS = (
    asks.signal("All regions beside each other: one, or all?", "response_time_p95", "region"),
    asks.signal("The median: is everything slow, or the tail?", "response_time_p50", *SERVICE),
    asks.signal("The slowest of a hundred", "response_time_p99", *SERVICE),
    asks.per(
        "By the class of the answer: errors that time out, or answers?",
        Quantile(0.95, _DURATION),
        *CLASSED,
    ),
    asks.per(
        "By endpoint, as the application sees it",
        Quantile(0.95, _APP_DURATION),
        "region",
        "endpoint",
    ),
    asks.p95(
        "Time that requests wait for an instance",
        "cloudrun_request_pending_duration_seconds",
        *SERVICE,
    ),
    asks.signal("Mean time of database queries", "query_time", "region", "database_id"),
    asks.signal("Hit rate of Redis", "cache_hit_rate_l2", "redis_id"),
    asks.signal("CPU of the containers", "cpu_utilization", *SERVICE),
    asks.level("Instances, busy and idle", "cloudrun_instances", Reduce.SUM, *SERVICE, "state"),
)
_LATENCY_NEVER = (
    (
        "Do not restart the database or empty the cache to see whether it helps: both make every "
        "request slower for minutes."
    ),
    (
        "Do not raise the limit of instances before you know that the database is well: each new "
        "instance opens a connection pool of its own."
    ),
    "Do not raise the threshold while it fires.",
)
_LATENCY_FALSE = (
    (
        "A batch or a load test that is slow by nature and shares the service. Give it a "
        "service of its own, so that its requests do not count here."
    ),
    (
        "Long-lived requests (streams, web sockets, long polls) count with their whole "
        "duration. They do not belong in a percentile of answers; serve them from a service "
        "of their own."
    ),
)
_FIND_SLOW = Step(
    "Read which requests are slow, and of which revision. The last column says the endpoint.", _SLOW
)

RESPONSE_TIME_CRITICAL = Statement(
    alert="ResponseTimeCritical",
    means=(
        "At least one request in twenty takes longer than {value}. Users feel the service as slow, "
        "and callers with short time-outs begin to fail and to try again, which adds load."
    ),
    why=(
        "{default} is more than five times this percentile on a normal day of the report's service "
        "(36.4 ms). Nothing but a fault gets there for this long."
    ),
    first=(
        Step(
            "Was there a deploy? Compare the time of the newest revision with the alert's.",
            run.REVISIONS,
        ),
        Step(ROLLED_BACK, run.ROLL_BACK),
        Step(
            "No deploy: open the dashboard. If only one region is slow, look at its database and "
            "cache; if all are, look at what they share."
        ),
        _FIND_SLOW,
    ),
    then=(
        Step(
            "Look in PostgreSQL for what has been open longest, and for what waits.",
            run.LONG_TRANSACTIONS,
            Language.SQL,
        ),
        Step(
            "Where requests wait for instances and the database is well, allow more.",
            run.MORE_INSTANCES,
        ),
        Step(
            "Where one region alone is slow and cannot be mended soon, take it out of the load "
            "balancer, if the others have room for its traffic. Watch their CPU.",
            run.AWAY_FROM_REGION,
        ),
        Step(*PINNED),
    ),
    causes=_LATENCY_CAUSES,
    never=_LATENCY_NEVER,
    false=_LATENCY_FALSE,
    asks=_LATENCY_ASKS,
)

RESPONSE_TIME_WARNING = Statement(
    alert="ResponseTimeWarning",
    means=(
        "One request in twenty takes longer than {value}. Few users complain yet; pages that make "
        "several calls feel slow."
    ),
    why=(
        "{default} is about three times this percentile on a normal day of the report's service "
        "(36.4 ms): more than traffic and time of day explain, and early enough to act."
    ),
    first=(
        Step("Open the dashboard. Is it one region or all; a step or a slope?"),
        Step("A step: compare its time with that of the newest revision.", run.REVISIONS),
        Step(
            "A slope: it grows with something. Put throughput, CPU, query time and hit rate of the "
            "same hours beside it. What rose first is the likelier cause."
        ),
        _FIND_SLOW,
    ),
    then=(
        Step(ROLLED_BACK, run.ROLL_BACK),
        Step("If queries are slow, read which take most time in sum.", run.SLOWEST, Language.SQL),
        Step("If cold starts are it, keep some instances warm.", run.WARM_INSTANCES),
        Step(*PINNED),
    ),
    causes=_LATENCY_CAUSES,
    never=_LATENCY_NEVER,
    false=_LATENCY_FALSE,
    asks=_LATENCY_ASKS,
)

STATEMENTS = (RESPONSE_TIME_CRITICAL, RESPONSE_TIME_WARNING)
