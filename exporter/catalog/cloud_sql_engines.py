"""Cloud SQL's engines: PostgreSQL, MySQL, Query Insights and the connection pool."""

from exporter.catalog import labels
from exporter.catalog.build import DIST, INT, MICRO, C, D, G, Reads, Resource
from exporter.catalog.cloud_sql import BYTES_D, COUNT, COUNT_D, DATABASE, RATIO, metric_label
from exporter.catalog.model import Family, Label, Reduce, Unit

_INSIGHTS = Resource(
    prefix="cloudsql.googleapis.com/database/postgresql/insights/aggregate/",
    type="cloudsql_instance_database",
    labels=(
        (labels.PROJECT, "project_id"),
        (labels.REGION, "location"),
        (labels.DATABASE, "resource_id"),
        (labels.INSIGHTS_DATABASE, "database"),
    ),
    delay=165,
)
_POOL = Resource(
    prefix="cloudsql.googleapis.com/per_database/conn_pool/",
    type="cloudsql_instance_database",
    labels=_INSIGHTS.labels,
    delay=165,
)
_NAME = (Label("database", "database inside the instance"), "database")
_BY_DATABASE = Reads(kind=D, value=INT, labels=(_NAME,))

BACKENDS = DATABASE.metric(
    "cloudsql_postgresql_backends",
    "postgresql/num_backends",
    Reads(kind=G, value=INT, labels=(_NAME,)),
    "Connections to PostgreSQL.",
)
QUERY_DURATION = _INSIGHTS.metric(
    "cloudsql_query_duration_seconds",
    "latencies",
    Reads(
        kind=C,
        value=DIST,
        unit=Unit.SECONDS,
        summed=("user", "client_addr"),
        scale=MICRO,
        span=(0.0001, 600.0),
    ),
    "Time of queries.",
)

_POSTGRESQL = (
    BACKENDS,
    DATABASE.metric(
        "cloudsql_postgresql_backends_by_state",
        "postgresql/num_backends_by_state",
        Reads(kind=G, value=INT, labels=(_NAME, metric_label("state", "what the backend does"))),
        "Connections to PostgreSQL by state.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_connections_total",
        "postgresql/new_connection_count",
        _BY_DATABASE,
        "Connections made to PostgreSQL.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_transactions_total",
        "postgresql/transaction_count",
        Reads(
            kind=D,
            value=INT,
            labels=(
                _NAME,
                (
                    Label("transaction_type", "how it ended", ("commit", "rollback")),
                    "transaction_type",
                ),
            ),
        ),
        "Transactions that ended.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_deadlocks_total",
        "postgresql/deadlock_count",
        _BY_DATABASE,
        "Deadlocks.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_statements_total",
        "postgresql/statements_executed_count",
        Reads(
            kind=D, value=INT, labels=(_NAME, metric_label("operation_type", "kind of statement"))
        ),
        "Statements executed.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_blocks_read_total",
        "postgresql/blocks_read_count",
        Reads(
            kind=D,
            value=INT,
            labels=(
                _NAME,
                (Label("source", "where blocks came from", ("disk", "buffer_cache")), "source"),
            ),
        ),
        "Blocks read.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_temp_written_bytes_total",
        "postgresql/temp_bytes_written_count",
        Reads(kind=D, value=INT, unit=Unit.BYTES, labels=(_NAME,)),
        "Bytes written to temporary files.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_transaction_id_utilization_ratio",
        "postgresql/transaction_id_utilization",
        RATIO,
        "Share of transaction identifiers in use.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_oldest_transaction_age",
        "postgresql/vacuum/oldest_transaction_age",
        Reads(
            kind=G,
            value=INT,
            labels=(metric_label("oldest_transaction_type", "what delays vacuum"),),
            reduce=Reduce.MAX,
        ),
        "Age of the oldest transaction whose rows vacuum cannot remove, in transactions.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_wal_written_bytes_total",
        "postgresql/write_ahead_log/written_bytes_count",
        BYTES_D,
        "Bytes written to the write-ahead log.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_wal_flushed_bytes_total",
        "postgresql/write_ahead_log/flushed_bytes_count",
        BYTES_D,
        "Bytes flushed to the write-ahead log.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_wal_redo_bytes",
        "postgresql/write_ahead_log/redo_size",
        Reads(kind=G, value=INT, unit=Unit.BYTES, reduce=Reduce.MAX),
        "Log to replay after a crash.",
    ),
)

_MYSQL = (
    DATABASE.metric("cloudsql_mysql_queries_total", "mysql/queries", COUNT_D, "Statements run."),
    DATABASE.metric(
        "cloudsql_mysql_questions_total", "mysql/questions", COUNT_D, "Statements sent by clients."
    ),
    DATABASE.metric(
        "cloudsql_mysql_slow_queries_total", "mysql/slow_queries_count", COUNT_D, "Slow queries."
    ),
    DATABASE.metric(
        "cloudsql_mysql_threads",
        "mysql/threads",
        Reads(kind=G, value=INT, labels=(metric_label("thread_kind", "kind of thread"),)),
        "Threads.",
    ),
    DATABASE.metric(
        "cloudsql_mysql_max_connections",
        "mysql/max_connections",
        COUNT,
        "Maximum number of connections.",
    ),
    DATABASE.metric(
        "cloudsql_mysql_connections_total",
        "mysql/connections_count",
        COUNT_D,
        "Connection attempts.",
    ),
    DATABASE.metric(
        "cloudsql_mysql_aborted_connections_total",
        "mysql/aborted_connects_count",
        COUNT_D,
        "Connection attempts that failed.",
    ),
    DATABASE.metric(
        "cloudsql_mysql_replica_behind_seconds",
        "mysql/replication/seconds_behind_master",
        Reads(kind=G, value=INT, unit=Unit.SECONDS, reduce=Reduce.MAX),
        "Time the replica is behind; negative where replication does not run.",
    ),
)

_QUERIES = (
    QUERY_DURATION,
    _INSIGHTS.metric(
        "cloudsql_query_execution_seconds_total",
        "execution_time",
        Reads(kind=C, value=INT, unit=Unit.SECONDS, summed=("user", "client_addr"), scale=MICRO),
        "CPU and wait time of queries.",
    ),
    _INSIGHTS.metric(
        "cloudsql_query_rows_total",
        "row_count",
        Reads(kind=C, value=INT, summed=("user", "client_addr")),
        "Rows that queries returned or touched.",
    ),
    _INSIGHTS.metric(
        "cloudsql_query_lock_seconds_total",
        "lock_time",
        Reads(
            kind=C,
            value=INT,
            unit=Unit.SECONDS,
            labels=(metric_label("lock_type", "kind of lock"),),
            summed=("user", "client_addr"),
            scale=MICRO,
        ),
        "Time that queries waited for locks.",
    ),
    _INSIGHTS.metric(
        "cloudsql_query_io_seconds_total",
        "io_time",
        Reads(
            kind=C,
            value=INT,
            unit=Unit.SECONDS,
            labels=(metric_label("io_type", "read or write"),),
            summed=("user", "client_addr"),
            scale=MICRO,
        ),
        "Time that queries waited for input and output.",
    ),
    _POOL.metric(
        "cloudsql_pool_client_connections",
        "client_connections",
        Reads(kind=G, value=INT, labels=(metric_label("status", "what the connection does"),)),
        "Client connections to the pool.",
    ),
    _POOL.metric(
        "cloudsql_pool_wait_seconds",
        "avg_wait_time",
        Reads(kind=G, value=INT, unit=Unit.SECONDS, scale=MICRO, reduce=Reduce.MAX),
        "Mean time that clients waited for a connection of the pool.",
    ),
)

FAMILIES: tuple[Family, ...] = (*_POSTGRESQL, *_MYSQL, *_QUERIES)
