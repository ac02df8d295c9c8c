"""The fields of a Redis server that are exported, a table for each section."""

from dataclasses import dataclass

from exporter.catalog.build import MICRO, MILLI


@dataclass(frozen=True, slots=True)
class Row:
    """A family's name without redis_, the field it is read from, its help, its scale."""

    name: str
    field: str
    help: str
    scale: float = 1.0


SERVER = (Row("uptime_in_seconds", "uptime_in_seconds", "Time since the server started."),)
CLIENTS = (
    Row("connected_clients", "connected_clients", "Client connections."),
    Row("blocked_clients", "blocked_clients", "Clients that wait in a blocking call."),
    Row("config_maxclients", "maxclients", "Client connections that the server allows."),
    Row("tracking_clients", "tracking_clients", "Clients with tracking on."),
    Row(
        "client_recent_max_input_buffer_bytes",
        "client_recent_max_input_buffer",
        "Largest input buffer of a client.",
    ),
    Row(
        "client_recent_max_output_buffer_bytes",
        "client_recent_max_output_buffer",
        "Largest output buffer of a client.",
    ),
)
MEMORY = (
    Row("memory_used_bytes", "used_memory", "Memory in use."),
    Row("memory_used_rss_bytes", "used_memory_rss", "Memory as the kernel sees it."),
    Row("memory_used_peak_bytes", "used_memory_peak", "Most memory that was ever in use."),
    Row("memory_used_dataset_bytes", "used_memory_dataset", "Memory of the data itself."),
    Row("memory_used_overhead_bytes", "used_memory_overhead", "Memory around the data."),
    Row("memory_used_startup_bytes", "used_memory_startup", "Memory that an empty server uses."),
    Row("memory_used_lua_bytes", "used_memory_lua", "Memory of the Lua engine."),
    Row("memory_used_scripts_bytes", "used_memory_scripts", "Memory of scripts and functions."),
    Row("memory_max_bytes", "maxmemory", "Memory that may be used; 0 is no limit."),
    Row("total_system_memory_bytes", "total_system_memory", "Memory of the server's machine."),
    Row("mem_fragmentation_ratio", "mem_fragmentation_ratio", "Resident memory by memory in use."),
    Row(
        "mem_not_counted_for_eviction_bytes",
        "mem_not_counted_for_evict",
        "Memory that does not count against the limit.",
    ),
    Row("mem_replication_backlog_bytes", "mem_replication_backlog", "Memory of the backlog."),
    Row("mem_clients_normal_bytes", "mem_clients_normal", "Memory of clients' buffers."),
    Row("mem_clients_slaves_bytes", "mem_clients_slaves", "Memory of replicas' buffers."),
    Row("allocator_allocated_bytes", "allocator_allocated", "Memory that the allocator gave out."),
    Row("allocator_active_bytes", "allocator_active", "Memory in the allocator's active pages."),
    Row("allocator_resident_bytes", "allocator_resident", "Memory that the allocator holds."),
    Row("active_defrag_running", "active_defrag_running", "Effort of defragmentation; 0 is off."),
    Row(
        "lazyfree_pending_objects", "lazyfree_pending_objects", "Objects that are yet to be freed."
    ),
)
STATS = (
    Row("keyspace_hits_total", "keyspace_hits", "Reads that found their key."),
    Row("keyspace_misses_total", "keyspace_misses", "Reads that did not find their key."),
    Row("evicted_keys_total", "evicted_keys", "Keys evicted for want of memory."),
    Row("expired_keys_total", "expired_keys", "Keys that expired."),
    Row("connections_received_total", "total_connections_received", "Connections accepted."),
    Row("rejected_connections_total", "rejected_connections", "Connections refused at the limit."),
    Row("commands_processed_total", "total_commands_processed", "Commands processed."),
    Row("net_input_bytes_total", "total_net_input_bytes", "Bytes received."),
    Row("net_output_bytes_total", "total_net_output_bytes", "Bytes sent."),
    Row(
        "net_repl_input_bytes_total", "total_net_repl_input_bytes", "Bytes of replication received."
    ),
    Row("net_repl_output_bytes_total", "total_net_repl_output_bytes", "Bytes of replication sent."),
    Row(
        "instantaneous_ops_per_second",
        "instantaneous_ops_per_sec",
        "Commands a second over the server's last samples.",
    ),
    Row("expired_stale_ratio", "expired_stale_perc", "Share of keys expired yet present.", 0.01),
    Row(
        "expired_time_cap_reached_total",
        "expired_time_cap_reached_count",
        "Expiry cycles cut short by their limit of time.",
    ),
    Row(
        "expire_cycle_cpu_seconds_total",
        "expire_cycle_cpu_milliseconds",
        "CPU time spent on expiring keys.",
        MILLI,
    ),
    Row("evicted_clients_total", "evicted_clients", "Clients evicted for their buffers."),
    Row(
        "eviction_exceeded_seconds_total",
        "total_eviction_exceeded_time",
        "Time in which memory in use was above its limit.",
        MILLI,
    ),
    Row("error_replies_total", "total_error_replies", "Error replies sent."),
    Row(
        "unexpected_error_replies_total",
        "unexpected_error_replies",
        "Error replies to replication.",
    ),
    Row("reads_processed_total", "total_reads_processed", "Reads from sockets."),
    Row("writes_processed_total", "total_writes_processed", "Writes to sockets."),
    Row("pubsub_channels", "pubsub_channels", "Channels with a subscriber."),
    Row("pubsub_patterns", "pubsub_patterns", "Patterns with a subscriber."),
    Row("latest_fork_seconds", "latest_fork_usec", "Time that the last fork took.", MICRO),
    Row("forks_total", "total_forks", "Forks."),
    Row("replica_resyncs_full_total", "sync_full", "Full resyncs of replicas."),
    Row("replica_partial_resyncs_accepted_total", "sync_partial_ok", "Partial resyncs accepted."),
    Row("replica_partial_resyncs_denied_total", "sync_partial_err", "Partial resyncs denied."),
)
PERSISTENCE = (
    Row("loading_dump_file", "loading", "1 while the server loads its data."),
    Row("rdb_changes_since_last_save", "rdb_changes_since_last_save", "Changes not in a snapshot."),
    Row("rdb_bgsave_in_progress", "rdb_bgsave_in_progress", "1 while a snapshot is written."),
    Row("rdb_last_save_timestamp_seconds", "rdb_last_save_time", "Unix time of the last snapshot."),
    Row("rdb_last_bgsave_status", "rdb_last_bgsave_status", "1 where the last snapshot succeeded."),
    Row(
        "rdb_last_bgsave_duration_seconds", "rdb_last_bgsave_time_sec", "Time of the last snapshot."
    ),
    Row(
        "rdb_current_bgsave_duration_seconds",
        "rdb_current_bgsave_time_sec",
        "Time of the snapshot that is being written.",
    ),
    Row("rdb_saves_total", "rdb_saves", "Snapshots written."),
    Row("rdb_last_cow_size_bytes", "rdb_last_cow_size", "Memory copied during the last snapshot."),
    Row("aof_enabled", "aof_enabled", "1 where an append-only file is kept."),
    Row("aof_rewrite_in_progress", "aof_rewrite_in_progress", "1 while the file is rewritten."),
    Row("aof_rewrite_scheduled", "aof_rewrite_scheduled", "1 where a rewrite waits."),
    Row(
        "aof_last_rewrite_duration_seconds",
        "aof_last_rewrite_time_sec",
        "Time of the last rewrite.",
    ),
    Row(
        "aof_last_bgrewrite_status", "aof_last_bgrewrite_status", "1 where that rewrite succeeded."
    ),
    Row("aof_last_write_status", "aof_last_write_status", "1 where the last write succeeded."),
    Row("aof_current_size_bytes", "aof_current_size", "Size of the append-only file."),
    Row("aof_base_size_bytes", "aof_base_size", "Size of the file after its last rewrite."),
    Row("aof_delayed_fsyncs_total", "aof_delayed_fsync", "Syncs of the file that came late."),
)
REPLICATION = (
    Row("connected_slaves", "connected_slaves", "Replicas that are connected."),
    Row("master_link_up", "master_link_status", "1 where a replica is linked to its primary."),
    Row(
        "master_last_io_seconds_ago",
        "master_last_io_seconds_ago",
        "Seconds since a replica heard its primary; absent while the link is down.",
    ),
    Row("master_sync_in_progress", "master_sync_in_progress", "1 while a replica copies all data."),
    Row("master_repl_offset", "master_repl_offset", "Offset of the replication stream."),
    Row("slave_repl_offset", "slave_repl_offset", "Offset that a replica has reached."),
    Row("slave_priority", "slave_priority", "Priority of a replica in a failover."),
    Row("repl_backlog_is_active", "repl_backlog_active", "1 where a backlog is kept."),
    Row("replication_backlog_bytes", "repl_backlog_size", "Size of the backlog."),
    Row("repl_backlog_history_bytes", "repl_backlog_histlen", "Bytes that the backlog holds."),
)
CPU = (
    Row("cpu_sys_seconds_total", "used_cpu_sys", "System CPU time."),
    Row("cpu_user_seconds_total", "used_cpu_user", "User CPU time."),
    Row("cpu_sys_children_seconds_total", "used_cpu_sys_children", "System CPU time of children."),
    Row("cpu_user_children_seconds_total", "used_cpu_user_children", "User CPU time of children."),
    Row(
        "cpu_sys_main_thread_seconds_total",
        "used_cpu_sys_main_thread",
        "System CPU time of the main thread.",
    ),
    Row(
        "cpu_user_main_thread_seconds_total",
        "used_cpu_user_main_thread",
        "User CPU time of the main thread.",
    ),
)
SLOWLOG = (
    Row("slowlog_length", "length", "Entries in the slow log."),
    Row("slowlog_last_id", "last_id", "Number of the slow log's newest entry; it only grows."),
    Row("last_slow_execution_duration_seconds", "last_usec", "Time of the newest entry.", MICRO),
)
CLUSTER = (Row("cluster_enabled", "cluster_enabled", "1 where the server is part of a cluster."),)
CLUSTER_INFO = (
    Row("cluster_state", "cluster_state", "1 where this node finds the cluster ok."),
    Row("cluster_slots_assigned", "cluster_slots_assigned", "Slots that a node owns."),
    Row("cluster_slots_ok", "cluster_slots_ok", "Slots whose node is well."),
    Row("cluster_slots_pfail", "cluster_slots_pfail", "Slots whose node may be down."),
    Row("cluster_slots_fail", "cluster_slots_fail", "Slots whose node is down."),
    Row("cluster_known_nodes", "cluster_known_nodes", "Nodes that this node knows."),
    Row("cluster_size", "cluster_size", "Primaries that own slots."),
    Row("cluster_current_epoch", "cluster_current_epoch", "Epoch of the cluster."),
    Row("cluster_my_epoch", "cluster_my_epoch", "Epoch of this node's configuration."),
    Row("cluster_messages_sent_total", "cluster_stats_messages_sent", "Messages sent to nodes."),
    Row(
        "cluster_messages_received_total",
        "cluster_stats_messages_received",
        "Messages received from nodes.",
    ),
)
SENTINEL = (
    Row("sentinel_masters", "sentinel_masters", "Primaries that the sentinel watches."),
    Row("sentinel_tilt", "sentinel_tilt", "1 while the sentinel distrusts its clock."),
    Row("sentinel_running_scripts", "sentinel_running_scripts", "Scripts that the sentinel runs."),
)
SENTINEL_MASTERS = (
    Row("sentinel_master_slaves", "slaves", "Replicas of a primary."),
    Row("sentinel_master_sentinels", "sentinels", "Sentinels that watch a primary."),
)
COMMANDSTATS = (
    Row("commands_total", "calls", "Calls of a command."),
    Row("commands_duration_seconds_total", "usec", "Time spent in a command.", MICRO),
    Row("commands_rejected_calls_total", "rejected_calls", "Calls refused before they ran."),
    Row("commands_failed_calls_total", "failed_calls", "Calls that failed while they ran."),
)
ERRORSTATS = (Row("errors_total", "count", "Error replies by kind."),)
LATENCYSTATS = (
    Row("latency_percentiles_seconds", "usec", "Time of a command's calls, a percentile.", MICRO),
)
KEYSPACE = (
    Row("db_keys", "keys", "Keys of a database."),
    Row("db_keys_expiring", "expires", "Keys of a database that have a time to live."),
    Row("db_avg_ttl_seconds", "avg_ttl", "Mean time that keys of a database have left.", MILLI),
)
SLAVES = (
    Row("connected_slave_offset_bytes", "offset", "Offset that a replica acknowledged."),
    Row("connected_slave_lag_seconds", "lag", "Time since a replica last acknowledged."),
)
