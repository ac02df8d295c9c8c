"""The fields of replication, clusters and sentinels that are exported, a table for each section."""

from exporter.catalog.redis_fields import InfoField

REPLICATION = (
    InfoField("connected_slaves", "connected_slaves", "Replicas that are connected."),
    InfoField(
        "master_link_up", "master_link_status", "1 where a replica is linked to its primary."
    ),
    InfoField(
        "master_last_io_seconds_ago",
        "master_last_io_seconds_ago",
        "Seconds since a replica last heard from its primary; absent while the link is down.",
    ),
    InfoField(
        "master_sync_in_progress", "master_sync_in_progress", "1 while a replica copies all data."
    ),
    InfoField("master_repl_offset", "master_repl_offset", "Offset of the replication stream."),
    InfoField("slave_repl_offset", "slave_repl_offset", "Offset that a replica has reached."),
    InfoField("slave_priority", "slave_priority", "Priority of a replica in a failover."),
    InfoField(
        "repl_backlog_is_active", "repl_backlog_active", "1 where a replication backlog exists."
    ),
    InfoField("replication_backlog_bytes", "repl_backlog_size", "Size of the replication backlog."),
    InfoField(
        "repl_backlog_history_bytes", "repl_backlog_histlen", "Bytes in the replication backlog."
    ),
)
CLUSTER = (
    InfoField("cluster_enabled", "cluster_enabled", "1 where the server is part of a cluster."),
)
CLUSTER_INFO = (
    InfoField("cluster_state", "cluster_state", "1 where this node reports the cluster as ok."),
    InfoField("cluster_slots_assigned", "cluster_slots_assigned", "Slots that a node owns."),
    InfoField("cluster_slots_ok", "cluster_slots_ok", "Slots whose node is healthy."),
    InfoField("cluster_slots_pfail", "cluster_slots_pfail", "Slots whose node may be down."),
    InfoField("cluster_slots_fail", "cluster_slots_fail", "Slots whose node is down."),
    InfoField("cluster_known_nodes", "cluster_known_nodes", "Nodes that this node knows."),
    InfoField("cluster_size", "cluster_size", "Primaries that own slots."),
    InfoField("cluster_current_epoch", "cluster_current_epoch", "Epoch of the cluster."),
    InfoField("cluster_my_epoch", "cluster_my_epoch", "Epoch of this node's configuration."),
    InfoField(
        "cluster_messages_sent_total", "cluster_stats_messages_sent", "Messages sent to nodes."
    ),
    InfoField(
        "cluster_messages_received_total",
        "cluster_stats_messages_received",
        "Messages received from nodes.",
    ),
)
SENTINEL = (
    InfoField("sentinel_masters", "sentinel_masters", "Primaries that the sentinel watches."),
    InfoField("sentinel_tilt", "sentinel_tilt", "1 while the sentinel distrusts its clock."),
    InfoField(
        "sentinel_running_scripts", "sentinel_running_scripts", "Scripts that the sentinel runs."
    ),
)
SENTINEL_MASTERS = (
    InfoField("sentinel_master_slaves", "slaves", "Replicas of a primary."),
    InfoField("sentinel_master_sentinels", "sentinels", "Sentinels that watch a primary."),
)
SLAVES = (
    InfoField("connected_slave_offset_bytes", "offset", "Offset that a replica acknowledged."),
    InfoField("connected_slave_lag_seconds", "lag", "Time since a replica last acknowledged."),
)
