"""Runbooks of Redis and Memorystore: a cache that no longer spares the database its work."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Statement, Step

HIT_CAUSES = (
    Cause(
        "Redis was restarted, failed over or emptied, and fills again.",
        "Uptime is short or `run_id` is new, and the number of keys rises from near 0. The rate "
        "recovers by itself within the time to live of the keys.",
    ),
    Cause(
        "Memory is full, and keys are evicted before they are read again.",
        "`redis_evicted_keys_total` rises, memory in use lies flat at `maxmemory`.",
    ),
    Cause(
        "A deploy changed the names of keys or their version, or reads what was never written.",
        "The rate fell with a revision; the number of keys grows, or none expire.",
    ),
    Cause(
        "Many keys expired at once.",
        "`redis_expired_keys_total` has a peak, mostly on the hour or a fixed time after a "
        "restart. Spread the time to live with a random part.",
    ),
    Cause(
        "Traffic changed: a crawler, a batch or a new feature reads what nobody read before.",
        "Reads a second rose with the misses, and hits a second are as always.",
    ),
    Cause(
        "The local cache got better, so that only hard reads reach Redis.",
        "The local cache's hit rate rose as this one fell; the database is as quiet as always.",
    ),
)
HIT_ASKS = (
    asks.signal("Hit rate of each Redis", "cache_hit_rate_l2", "redis_id"),
    asks.signal("Hit rate of the local cache before it", "cache_hit_rate_l1", "region"),
    asks.signal("Misses a second, which the database has to answer", "cache_misses", "redis_id"),
    asks.signal("Keys evicted a second; above 0, memory is full", "cache_evictions", "redis_id"),
    asks.rate("Keys expired a second", "redis_expired_keys_total", "redis_id"),
    asks.share(
        "Memory in use, of what is allowed",
        "redis_memory_used_bytes",
        "redis_memory_max_bytes",
        "redis_id",
    ),
    asks.level("Keys", "redis_db_keys", Reduce.SUM, "redis_id"),
    asks.level(
        "Time since the server started",
        "redis_uptime_in_seconds",
        Reduce.MIN,
        "redis_id",
        "redis_node",
    ),
    asks.signal("Mean time of database queries", "query_time", "region", "database_id"),
)

CACHE_HIT_RATE_LOW = Statement(
    alert="CacheHitRateLow",
    means=(
        "Redis answers less than {value} of the reads; the database answers the rest. Responses "
        "get slower, and a busy hour may take the database beyond what it can do."
    ),
    why=(
        "82.3 % is usual for the report's service, 80 to 85 % its aim. At {default} the database "
        "gets 1.7 times the reads that it is used to."
    ),
    first=(
        Step(
            "Is the database well? Look at its CPU, connections and query time on the dashboard. "
            "If not, that is the incident."
        ),
        Step(
            "Was Redis restarted or emptied? Short uptime, few keys: wait, and watch it fill. "
            "HOST and PORT are in redis.targets of monitoring.yaml; REDISCLI_AUTH holds a "
            "password.",
            f"{run.info('server', 'uptime_in_seconds|run_id|redis_version')}\n{run.REDIS} DBSIZE",
        ),
        Step(
            "Is memory full?",
            f"{run.info('memory', 'used_memory_human|maxmemory_human|maxmemory_policy')}\n"
            f"{run.info('stats', 'evicted_keys|expired_keys|keyspace')}",
        ),
        Step("Did a deploy change keys? Compare its time with the fall.", run.REVISIONS),
    ),
    then=(
        Step(
            "Memory is full: find what fills it. It scans, and does not block the server.",
            f"{run.REDIS} --bigkeys -i 0.01",
        ),
        Step(
            (
                "On Memorystore, make it larger. On the basic tier that empties it: do it in a "
                "quiet hour."
            ),
            (
                "gcloud redis instances update INSTANCE --size=GIGABYTES --region=REGION "
                "--project=PROJECT"
            ),
        ),
        Step("A deploy did it: send traffic back to the revision before.", run.ROLL_BACK),
        Step("If the database suffers, shed load: limit what batches and crawlers may ask for."),
    ),
    causes=HIT_CAUSES,
    never=(
        (
            "Do not run FLUSHALL, KEYS * or MONITOR: the first empties the cache, the second "
            "stops the server while it runs, the third halves what it can do."
        ),
        "Do not restart Redis: a cold cache is the worst hit rate that there is.",
        "Do not set `noeviction` on a cache that is full: writes then fail.",
    ),
    false=(
        "The minutes after a planned restart, failover or resize.",
        (
            "A Redis that also holds queues, locks or the recorder's counts: their reads count "
            "as hits and misses, too. Give the cache a Redis of its own."
        ),
        (
            "Below a hundred reads in five minutes nothing is told, so that a quiet night does "
            "not fire."
        ),
    ),
    asks=HIT_ASKS,
)

STATEMENTS = (CACHE_HIT_RATE_LOW,)
