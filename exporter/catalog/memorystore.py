"""Memorystore: Redis instances, Redis Cluster and Valkey."""

from exporter.catalog import labels
from exporter.catalog.build import BOOL, DOUBLE, INT, MICRO, D, G, Reads, Resource
from exporter.catalog.model import Family, Label, Reduce, Unit

_ROLE = ((labels.REDIS_ROLE, "role"),)
_COUNT, _RATIO = (
    Reads(kind=G, value=INT, labels=_ROLE),
    Reads(kind=G, value=DOUBLE, unit=Unit.RATIO, labels=_ROLE, reduce=Reduce.MAX),
)
_BYTES, _EVENTS = (
    Reads(kind=G, value=INT, unit=Unit.BYTES, labels=_ROLE),
    Reads(kind=D, value=INT, labels=_ROLE),
)
_DB = (Label("db", "number of the database"), "db")

Row = tuple[str, str, Reads, str]

_INSTANCE = Resource(
    prefix="redis.googleapis.com/",
    type="redis_instance",
    labels=(
        (labels.PROJECT, "project_id"),
        (labels.REGION, "region"),
        (labels.REDIS, "instance_id"),
    ),
    summed=("node_id",),
    delay=240,
)
_INSTANCE_ROWS: tuple[Row, ...] = (
    ("clients", "clients/connected", _COUNT, "Client connections."),
    ("blocked_clients", "clients/blocked", _COUNT, "Clients that wait in a blocking call."),
    (
        "commands_total",
        "commands/calls",
        Reads(kind=D, value=INT, labels=((labels.REDIS_COMMAND, "cmd"), *_ROLE)),
        "Commands run.",
    ),
    (
        "commands_duration_seconds_total",
        "commands/total_time",
        Reads(
            kind=D,
            value=INT,
            unit=Unit.SECONDS,
            labels=((labels.REDIS_COMMAND, "cmd"), *_ROLE),
            scale=MICRO,
        ),
        "Time spent in commands.",
    ),
    ("keys", "keyspace/keys", Reads(kind=G, value=INT, labels=(_DB, *_ROLE)), "Keys."),
    ("memory_used_bytes", "stats/memory/usage", _BYTES, "Memory in use."),
    ("memory_max_bytes", "stats/memory/maxmemory", _BYTES, "Memory that data may use."),
    (
        "memory_usage_ratio",
        "stats/memory/usage_ratio",
        _RATIO,
        "Memory in use divided by its limit.",
    ),
    (
        "system_memory_usage_ratio",
        "stats/memory/system_memory_usage_ratio",
        _RATIO,
        "Memory in use divided by the machine's memory.",
    ),
    (
        "cpu_seconds_total",
        "stats/cpu_utilization",
        Reads(
            kind=D,
            value=DOUBLE,
            unit=Unit.SECONDS,
            labels=((Label("space", "sys or user"), "space"), *_ROLE),
            summed=("relationship",),
        ),
        "CPU time used.",
    ),
    ("keyspace_hits_total", "stats/keyspace_hits", _EVENTS, "Reads that found their key."),
    (
        "keyspace_misses_total",
        "stats/keyspace_misses",
        _EVENTS,
        "Reads that did not find their key.",
    ),
    ("evicted_keys_total", "stats/evicted_keys", _EVENTS, "Keys evicted because memory was full."),
    ("expired_keys_total", "stats/expired_keys", _EVENTS, "Keys that expired."),
    ("connections_total", "stats/connections/total", _EVENTS, "Connections accepted."),
    (
        "rejected_connections_total",
        "stats/reject_connections_count",
        _EVENTS,
        "Connections refused at the limit.",
    ),
    (
        "network_bytes_total",
        "stats/network_traffic",
        Reads(
            kind=D,
            value=INT,
            unit=Unit.BYTES,
            labels=((Label("direction", "in or out"), "direction"), *_ROLE),
        ),
        "Bytes sent and received.",
    ),
    (
        "uptime_seconds",
        "server/uptime",
        Reads(kind=G, value=INT, unit=Unit.SECONDS, labels=_ROLE, reduce=Reduce.MIN),
        "Time since the server started.",
    ),
    (
        "replica_lag_seconds",
        "replication/master/slaves/lag",
        Reads(
            kind=G,
            value=INT,
            unit=Unit.SECONDS,
            labels=((Label("replica", "replica"), "slave"), *_ROLE),
            reduce=Reduce.MAX,
        ),
        "Time the replica is behind.",
    ),
)

_SHARDED_ROWS: tuple[Row, ...] = (
    (
        "cpu_maximum_utilization_ratio",
        "cpu/maximum_utilization",
        _RATIO,
        "CPU utilization of the busiest node.",
    ),
    (
        "cpu_average_utilization_ratio",
        "cpu/average_utilization",
        _RATIO,
        "CPU utilization, mean of the nodes.",
    ),
    (
        "memory_maximum_utilization_ratio",
        "memory/maximum_utilization",
        Reads(kind=G, value=DOUBLE, unit=Unit.RATIO, reduce=Reduce.MAX),
        "Memory utilization of the fullest node.",
    ),
    (
        "memory_average_utilization_ratio",
        "memory/average_utilization",
        Reads(kind=G, value=DOUBLE, unit=Unit.RATIO, reduce=Reduce.MEAN),
        "Memory utilization, mean of the nodes.",
    ),
    (
        "memory_size_bytes",
        "memory/size",
        Reads(kind=G, value=INT, unit=Unit.BYTES),
        "Total memory.",
    ),
    (
        "memory_used_bytes",
        "memory/total_used_memory",
        Reads(kind=G, value=INT, unit=Unit.BYTES),
        "Memory in use.",
    ),
    ("clients", "clients/total_connected_clients", _COUNT, "Client connections."),
    (
        "commands_total",
        "commandstats/total_calls_count",
        Reads(kind=D, value=INT, labels=((labels.REDIS_COMMAND, "command"), *_ROLE)),
        "Commands run.",
    ),
    (
        "commands_duration_seconds_total",
        "commandstats/total_usec_count",
        Reads(
            kind=D,
            value=INT,
            unit=Unit.SECONDS,
            labels=((labels.REDIS_COMMAND, "command"), *_ROLE),
            scale=MICRO,
        ),
        "Time spent in commands.",
    ),
    ("keys", "keyspace/total_keys", Reads(kind=G, value=INT), "Keys."),
    (
        "evicted_keys_total",
        "stats/total_evicted_keys_count",
        Reads(kind=D, value=INT),
        "Keys evicted.",
    ),
    (
        "expired_keys_total",
        "stats/total_expired_keys_count",
        Reads(kind=D, value=INT),
        "Keys that expired.",
    ),
    (
        "rejected_connections_total",
        "stats/total_rejected_connections_count",
        _EVENTS,
        "Connections refused at the limit.",
    ),
    (
        "connections_total",
        "stats/total_connections_received_count",
        _EVENTS,
        "Connections accepted.",
    ),
    (
        "keyspace_hits_total",
        "stats/total_keyspace_hits_count",
        _EVENTS,
        "Reads that found their key.",
    ),
    (
        "keyspace_misses_total",
        "stats/total_keyspace_misses_count",
        _EVENTS,
        "Reads that did not find their key.",
    ),
    (
        "network_input_bytes_total",
        "stats/total_net_input_bytes_count",
        Reads(kind=D, value=INT, unit=Unit.BYTES, labels=_ROLE),
        "Bytes received.",
    ),
    (
        "network_output_bytes_total",
        "stats/total_net_output_bytes_count",
        Reads(kind=D, value=INT, unit=Unit.BYTES, labels=_ROLE),
        "Bytes sent.",
    ),
    (
        "replica_lag_seconds",
        "replication/maximum_ack_lag",
        Reads(kind=G, value=DOUBLE, unit=Unit.SECONDS, reduce=Reduce.MAX),
        "Time the slowest replica is behind.",
    ),
)
_NODE_ROWS: tuple[Row, ...] = (
    (
        "nodes_healthy",
        "node/server/healthy",
        Reads(kind=G, value=BOOL, labels=_ROLE),
        "Nodes that are healthy.",
    ),
)


def _rows(resource: Resource, prefix: str, rows: tuple[Row, ...]) -> tuple[Family, ...]:
    return tuple(
        resource.metric(f"{prefix}_{name}", path, reads, text) for name, path, reads, text in rows
    )


def _sharded(prefix: str, tree: str, kind: str, key: str) -> tuple[Family, ...]:
    exported = ((labels.PROJECT, "project_id"), (labels.REGION, "location"), (labels.REDIS, key))
    whole = Resource(prefix=tree, type=kind, labels=exported, delay=300)
    node = Resource(
        prefix=tree, type=f"{kind}Node", labels=exported, summed=("node_id",), delay=300
    )
    return _rows(whole, prefix, _SHARDED_ROWS) + _rows(node, prefix, _NODE_ROWS)


FAMILIES: tuple[Family, ...] = (
    *_rows(_INSTANCE, "memorystore_redis", _INSTANCE_ROWS),
    *_sharded(
        "memorystore_cluster",
        "redis.googleapis.com/cluster/",
        "redis.googleapis.com/Cluster",
        "cluster_id",
    ),
    *_sharded(
        "memorystore_valkey",
        "memorystore.googleapis.com/instance/",
        "memorystore.googleapis.com/Instance",
        "instance_id",
    ),
)
