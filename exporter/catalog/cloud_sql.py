"""Cloud SQL: the instance, whatever its engine, and its replication."""

from exporter.catalog import labels
from exporter.catalog.build import (
    BOOL,
    DOUBLE,
    INT,
    D,
    G,
    Reads,
    Resource,
)
from exporter.catalog.model import Family, Label, Reduce, Unit

DATABASE = Resource(
    prefix="cloudsql.googleapis.com/database/",
    type="cloudsql_database",
    labels=(
        (labels.PROJECT, "project_id"),
        (labels.REGION, "region"),
        (labels.DATABASE, "database_id"),
    ),
    delay=165,
)
_STATES = (
    "RUNNING",
    "SUSPENDED",
    "RUNNABLE",
    "PENDING_CREATE",
    "MAINTENANCE",
    "FAILED",
    "UNKNOWN_STATE",
)
_STATE = (Label("state", "state of the instance; RUNNABLE is stopped by its owner", _STATES),)
_REPLICA_STATE = Label("state", "state of replication", ("Running", "Stopped", "Error"))
BYTES, BYTES_D = (
    Reads(kind=G, value=INT, unit=Unit.BYTES),
    Reads(kind=D, value=INT, unit=Unit.BYTES),
)
COUNT, COUNT_D = Reads(kind=G, value=INT), Reads(kind=D, value=INT)
RATIO = Reads(kind=G, value=DOUBLE, unit=Unit.RATIO)


def metric_label(name: str, meaning: str) -> tuple[Label, str]:
    """Return a metric label that is exported under its own name."""
    return (Label(name, meaning), name)


UP = DATABASE.metric("cloudsql_up", "up", COUNT, "1 where the database server accepts queries.")
CPU_UTILIZATION = DATABASE.metric(
    "cloudsql_cpu_utilization_ratio",
    "cpu/utilization",
    RATIO,
    "Used CPU divided by reserved CPU; may exceed 1.",
)
MEMORY_UTILIZATION = DATABASE.metric(
    "cloudsql_memory_utilization_ratio",
    "memory/utilization",
    RATIO,
    "Used memory divided by the instance's memory.",
)
DISK_UTILIZATION = DATABASE.metric(
    "cloudsql_disk_utilization_ratio", "disk/utilization", RATIO, "Used disk divided by its quota."
)
REPLICA_LAG = DATABASE.metric(
    "cloudsql_replica_lag_seconds",
    "replication/replica_lag",
    Reads(kind=G, value=DOUBLE, unit=Unit.SECONDS, reduce=Reduce.MAX),
    "Time the replica is behind; negative where replication does not run.",
)

_INSTANCE = (
    UP,
    DATABASE.metric(
        "cloudsql_instance_state",
        "instance_state",
        Reads(kind=G, value=BOOL, labels=tuple((label, label.name) for label in _STATE)),
        "1 for the state that the instance is in, 0 for the others.",
    ),
    DATABASE.metric(
        "cloudsql_uptime_seconds_total",
        "uptime",
        Reads(kind=D, value=INT, unit=Unit.SECONDS),
        "Time the instance ran.",
    ),
    CPU_UTILIZATION,
    DATABASE.metric(
        "cloudsql_cpu_usage_seconds_total",
        "cpu/usage_time",
        Reads(kind=D, value=DOUBLE, unit=Unit.SECONDS),
        "CPU time used.",
    ),
    DATABASE.metric(
        "cloudsql_cpu_reserved_cores",
        "cpu/reserved_cores",
        Reads(kind=G, value=DOUBLE),
        "Cores reserved.",
    ),
    MEMORY_UTILIZATION,
    DATABASE.metric(
        "cloudsql_memory_usage_bytes",
        "memory/usage",
        BYTES,
        "Memory in use, buffers and cache not included.",
    ),
    DATABASE.metric(
        "cloudsql_memory_total_usage_bytes",
        "memory/total_usage",
        BYTES,
        "Memory in use, buffers and cache included.",
    ),
    DATABASE.metric(
        "cloudsql_memory_quota_bytes", "memory/quota", BYTES, "Memory of the instance."
    ),
    DISK_UTILIZATION,
    DATABASE.metric("cloudsql_disk_used_bytes", "disk/bytes_used", BYTES, "Disk in use."),
    DATABASE.metric("cloudsql_disk_quota_bytes", "disk/quota", BYTES, "Disk of the instance."),
    DATABASE.metric(
        "cloudsql_disk_used_by_type_bytes",
        "disk/bytes_used_by_data_type",
        Reads(
            kind=G,
            value=INT,
            unit=Unit.BYTES,
            labels=(metric_label("data_type", "what the bytes store"),),
        ),
        "Disk in use by type of data.",
    ),
    DATABASE.metric("cloudsql_disk_reads_total", "disk/read_ops_count", COUNT_D, "Disk reads."),
    DATABASE.metric("cloudsql_disk_writes_total", "disk/write_ops_count", COUNT_D, "Disk writes."),
    DATABASE.metric(
        "cloudsql_disk_read_bytes_total", "disk/read_bytes_count", BYTES_D, "Bytes read from disk."
    ),
    DATABASE.metric(
        "cloudsql_disk_written_bytes_total",
        "disk/write_bytes_count",
        BYTES_D,
        "Bytes written to disk.",
    ),
    DATABASE.metric(
        "cloudsql_network_connections",
        "network/connections",
        COUNT,
        "Connections to MySQL or SQL Server.",
    ),
    DATABASE.metric(
        "cloudsql_network_received_bytes_total",
        "network/received_bytes_count",
        BYTES_D,
        "Bytes received.",
    ),
    DATABASE.metric(
        "cloudsql_network_sent_bytes_total",
        "network/sent_bytes_count",
        Reads(kind=D, value=INT, unit=Unit.BYTES, summed=("destination",)),
        "Bytes sent.",
    ),
    DATABASE.metric(
        "cloudsql_failover_requests_total",
        "auto_failover_request_count",
        COUNT_D,
        "Automatic failovers requested.",
    ),
    DATABASE.metric(
        "cloudsql_available_for_failover",
        "available_for_failover",
        COUNT,
        "1 where the instance can fail over.",
    ),
)

_REPLICATION = (
    REPLICA_LAG,
    DATABASE.metric(
        "cloudsql_replica_network_lag_seconds",
        "replication/network_lag",
        Reads(kind=G, value=INT, unit=Unit.SECONDS, reduce=Reduce.MAX),
        "Time from the primary's log to the replica's receiving it.",
    ),
    DATABASE.metric(
        "cloudsql_replica_state",
        "replication/state",
        Reads(kind=G, value=BOOL, labels=((_REPLICA_STATE, "state"),)),
        "1 for the state that replication is in, 0 for the others.",
    ),
    DATABASE.metric(
        "cloudsql_postgresql_replica_byte_lag_bytes",
        "postgresql/replication/replica_byte_lag",
        Reads(
            kind=G,
            value=INT,
            unit=Unit.BYTES,
            labels=(
                metric_label("replica_name", "replica"),
                metric_label("replica_lag_type", "which step of replication"),
            ),
        ),
        "Bytes of log that a replica is behind, as the primary sees it.",
    ),
    DATABASE.metric(
        "cloudsql_log_archive_failures_total",
        "replication/log_archive_failure_count",
        COUNT_D,
        "Log files whose archiving failed.",
    ),
)

FAMILIES: tuple[Family, ...] = (*_INSTANCE, *_REPLICATION)
