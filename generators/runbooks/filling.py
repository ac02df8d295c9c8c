"""Runbooks of a database that fills up: its memory and its disk."""

from exporter.catalog.model import Reduce
from generators.rules import trend
from generators.runbooks import asks
from generators.runbooks import commands as run
from generators.runbooks.database import DATABASE
from generators.runbooks.model import Cause, Language, Statement, Step
from generators.runbooks.trends import BACKENDS, SLOPES, STEP_UP

DATABASE_MEMORY_TREND = Statement(
    alert="DatabaseMemoryTrend",
    means=(
        "The database uses ever more memory, and all of it within {within} if it goes on. Then the "
        "kernel kills a PostgreSQL process, and PostgreSQL restarts: all connections break."
    ),
    why=f"A day is enough to plan a larger tier, which restarts the instance. {SLOPES}",
    first=(
        Step(
            "Did connections rise with it? Each costs memory of its own.",
            run.BACKENDS,
            Language.SQL,
        ),
        Step(
            "Which queries sort and hash the most? Each may take work_mem several times.",
            run.SLOWEST,
            Language.SQL,
        ),
        Step("Which tier is it, and which flags has it?", run.INSTANCE),
    ),
    then=(
        Step("End what leaks connections: look for many that are idle, of one application."),
        Step(
            "Set idle_in_transaction_session_timeout for the application's user.",
            "alter role USER set idle_in_transaction_session_timeout = '60s';",
            Language.SQL,
        ),
        Step("Give it a larger tier. It restarts: plan it.", run.MORE_MACHINE),
    ),
    causes=(
        Cause(
            "More connections, each with its own memory.",
            "Connections rose with it; most are idle.",
        ),
        Cause(
            "Long sessions whose memory grows: many prepared statements, many temporary tables.",
            "Connections are flat; the oldest sessions are days old. It falls when the "
            "application restarts.",
        ),
        Cause(
            "Larger sorts and hashes, or work_mem set too high.",
            "It comes and goes with a report; bytes written to temporary files changed.",
        ),
        Cause("More data in use at once.", "It levels out as the cache fills after a restart."),
    ),
    never=(
        (
            "Do not restart the database to free memory: it is free for an hour, and the cache "
            "is cold."
        ),
        "Do not raise work_mem for all users.",
    ),
    false=("After a restart memory rises for hours while caches fill, and levels out.", STEP_UP),
    asks=(
        asks.level(
            "Memory in use, without caches", "cloudsql_memory_usage_bytes", Reduce.MAX, *DATABASE
        ),
        asks.level(
            "Memory in use, with caches", "cloudsql_memory_total_usage_bytes", Reduce.MAX, *DATABASE
        ),
        asks.level("Memory that there is", "cloudsql_memory_quota_bytes", Reduce.MAX, *DATABASE),
        BACKENDS,
        asks.rate(
            "Bytes a second written to temporary files",
            "cloudsql_postgresql_temp_written_bytes_total",
            *DATABASE,
        ),
    ),
)

DISK_TREND = Statement(
    alert="DiskTrend",
    means=(
        "The database's disk is full within {within} if it goes on. A full disk stops PostgreSQL, "
        "and all writes with it."
    ),
    why=f"Three days cover a weekend. {SLOPES}",
    first=(
        Step(
            "Does storage grow by itself? See storageAutoResize and dataDiskSizeGb.", run.INSTANCE
        ),
        Step("What is it: data, or log that cannot be removed? See the first query below."),
        Step("Log: does a replication slot hold it that nobody reads?", run.SLOTS, Language.SQL),
    ),
    then=(
        Step(
            "Drop a slot that has no reader any more.",
            "select pg_drop_replication_slot('SLOT');",
            Language.SQL,
        ),
        Step(
            "Data: find the largest databases, then tables.",
            "select datname, pg_size_pretty(pg_database_size(datname))\nfrom pg_database order "
            "by pg_database_size(datname) desc;\nselect relname, "
            "pg_size_pretty(pg_total_relation_size(relid)), n_dead_tup\nfrom "
            "pg_stat_user_tables order by pg_total_relation_size(relid) desc limit 15;",
            Language.SQL,
        ),
        Step("Make the disk larger. It needs no restart, and can never be undone.", run.MORE_DISK),
    ),
    causes=(
        Cause("Data grows as it always does.", "The slope is weeks old."),
        Cause(
            "A replication slot without a reader keeps the write-ahead log.",
            "The log's part of the disk grows; a slot is inactive and holds much.",
        ),
        Cause(
            "A batch or an import.",
            "It began within hours; bytes of write-ahead log a second rose.",
        ),
        Cause(
            "Dead rows that vacuum cannot remove.",
            "n_dead_tup is large; a transaction is open since hours, or a prepared one is "
            "forgotten.",
        ),
        Cause(
            "Temporary files of large sorts.",
            "Bytes written to temporary files rose; disk falls back when the query ends.",
        ),
    ),
    never=(
        (
            "Do not run VACUUM FULL to win space: it locks the table, and needs its size again "
            "while it runs."
        ),
        (
            "Do not delete rows in one statement: it writes as much log as it frees space, and "
            "frees none at once."
        ),
    ),
    false=(
        (
            "Storage that grows by itself: full, the disk is made larger. The bill is what to "
            "look at then."
        ),
        STEP_UP,
    ),
    asks=(
        asks.level(
            "What the disk holds",
            "cloudsql_disk_used_by_type_bytes",
            Reduce.MAX,
            *DATABASE,
            "data_type",
        ),
        asks.level("Bytes that there are", "cloudsql_disk_quota_bytes", Reduce.MAX, *DATABASE),
        asks.rate(
            "Bytes of write-ahead log a second",
            "cloudsql_postgresql_wal_written_bytes_total",
            *DATABASE,
        ),
        asks.rate(
            "Bytes a second written to temporary files",
            "cloudsql_postgresql_temp_written_bytes_total",
            *DATABASE,
        ),
        asks.series(
            "Seconds until it is full, as the alert works it out",
            f"{trend.level_name('database_disk').rpartition(':')[0]}:trend_seconds",
        ),
    ),
)

STATEMENTS = (
    DATABASE_MEMORY_TREND,
    DISK_TREND,
)
