"""Runbooks of Cloud SQL for PostgreSQL: replicas that fall behind."""

from exporter.catalog.model import Reduce
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.model import Cause, Language, Statement, Step

DATABASE = ("region", "database_id")

LAG_CAUSES = (
    Cause(
        "The primary writes more than the replica can replay: an import, a backfill, a large "
        "UPDATE or DELETE, an index built, VACUUM FULL.",
        "Bytes of write-ahead log a second on the primary rose first; all replicas are "
        "behind alike.",
    ),
    Cause(
        "A long query on the replica holds replay back.",
        "One replica is behind, the others are not; its pg_stat_activity has a SELECT as old as "
        "the lag. Reports and exports do that.",
    ),
    Cause(
        "The replica is too small: CPU or disk at its limit.",
        "Its CPU is above 90 %, or its disk operations lie flat at a ceiling. A replica needs the "
        "tier of its primary, or more, since replay is one process.",
    ),
    Cause(
        "A lock on the primary was replayed: ALTER TABLE or TRUNCATE waits for readers.",
        "On the replica, the startup process waits for a lock that a SELECT holds.",
    ),
    Cause(
        "Network between regions is slow, or the replica restarted.",
        "`cloudsql_replica_network_lag_seconds` is as large as the lag; or the operations list "
        "shows maintenance, a restart or a resize.",
    ),
)
LAG_ASKS = (
    asks.signal("Each replica: one, or all?", "replication_lag", *DATABASE),
    asks.level(
        "The part of it that is network, before replay",
        "cloudsql_replica_network_lag_seconds",
        Reduce.MAX,
        *DATABASE,
    ),
    asks.level(
        "Bytes behind as the primary sees it, step by step",
        "cloudsql_postgresql_replica_byte_lag_bytes",
        Reduce.MAX,
        "replica_name",
        "replica_lag_type",
    ),
    asks.rate(
        "Bytes of write-ahead log a second: who writes so much?",
        "cloudsql_postgresql_wal_written_bytes_total",
        *DATABASE,
    ),
    asks.level("CPU", "cloudsql_cpu_utilization_ratio", Reduce.MAX, *DATABASE),
    asks.rate("Disk reads a second", "cloudsql_disk_reads_total", *DATABASE),
    asks.level(
        "Age of the oldest transaction, by what holds it",
        "cloudsql_postgresql_oldest_transaction_age",
        Reduce.MAX,
        *DATABASE,
        "oldest_transaction_type",
    ),
    asks.level(
        "State of replication; 1 for the one it is in",
        "cloudsql_replica_state",
        Reduce.MAX,
        *DATABASE,
        "state",
    ),
)
REPLAY = """select pid, now() - query_start as runs_for, wait_event_type, left(query, 80)
from pg_stat_activity where state = 'active' order by query_start limit 10;
select datname, confl_lock, confl_snapshot, confl_bufferpin from pg_stat_database_conflicts;"""

DATABASE_LAG = Statement(
    alert="DatabaseLag",
    means=(
        "A replica shows what the primary knew more than {value} ago. Users in that region do not "
        "see what they have just written, and the cache of that region fills with old rows."
    ),
    why=(
        "{default} is ten times what the report's replicas in other regions lag on a normal "
        "day (47 and 51 ms). Below it a user who reloads a page does not notice."
    ),
    first=(
        Step(
            "One replica, or all? See their states, and what was last done to them.",
            f"{run.INSTANCES}\n{run.OPERATIONS}",
        ),
        Step("On the primary: how far is each replica behind?", run.REPLICAS, Language.SQL),
        Step(
            "All are behind: the primary writes too much. Find it, and stop it if it is a batch.",
            run.LONG_TRANSACTIONS,
            Language.SQL,
        ),
        Step("One is behind: on that replica, find what has run longest.", REPLAY, Language.SQL),
    ),
    then=(
        Step(
            "Cancel the query that holds replay back. It can be run again; use "
            "pg_terminate_backend where cancelling does nothing.",
            "select pg_cancel_backend(PID);",
            Language.SQL,
        ),
        Step(
            "If users read stale rows, let that region read from the primary until the lag is "
            "gone. Watch the primary's connections."
        ),
        Step(
            "If it comes back each day, give the replica a larger tier. It restarts: take its "
            "readers away first.",
            run.MORE_MACHINE,
        ),
    ),
    causes=LAG_CAUSES,
    never=(
        (
            "Do not promote the replica: that cuts it from the primary for good, and loses what it "
            "has not yet replayed."
        ),
        (
            "Do not restart the replica to catch up. It replays the same log after it, with a "
            "cold cache."
        ),
        (
            "Do not change the primary's flags in a hurry: `--database-flags` replaces all "
            "flags, and some restart it."
        ),
    ),
    false=(
        "A replica that was just made or resized catches up for minutes.",
        (
            "Measured inside PostgreSQL, `now() - pg_last_xact_replay_timestamp()` grows on a "
            "primary that writes nothing. This alert uses Google's own measure, which does not."
        ),
        (
            "Replication that has stopped shows as a negative lag and does not fire here. Look "
            "at the state of replication in the last query."
        ),
    ),
    asks=LAG_ASKS,
)

STATEMENTS = (DATABASE_LAG,)
