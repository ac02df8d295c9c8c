"""The fields of a Redis server that are exported, a table for each section."""

from dataclasses import dataclass

from exporter.catalog.build import MICRO, MILLI


@dataclass(frozen=True, slots=True)
class InfoField:
    """A family's name without redis_, the field it is read from, its help, its scale."""

    name: str
    field: str
    help: str
    scale: float = 1.0


SERVER = (InfoField("uptime_in_seconds", "uptime_in_seconds", "Time since the server started."),)
CLIENTS = (
    InfoField("connected_clients", "connected_clients", "Client connections."),
    InfoField("blocked_clients", "blocked_clients", "Clients that wait in a blocking call."),
    InfoField("config_maxclients", "maxclients", "Client connections that the server allows."),
    InfoField("tracking_clients", "tracking_clients", "Clients with tracking on."),
    InfoField(
        "client_recent_max_input_buffer_bytes",
        "client_recent_max_input_buffer",
        "Largest input buffer of a client.",
    ),
    InfoField(
        "client_recent_max_output_buffer_bytes",
        "client_recent_max_output_buffer",
        "Largest output buffer of a client.",
    ),
)
MEMORY = (
    InfoField("memory_used_bytes", "used_memory", "Memory in use."),
    InfoField("memory_used_rss_bytes", "used_memory_rss", "Memory as the kernel sees it."),
    InfoField("memory_used_peak_bytes", "used_memory_peak", "Peak memory in use."),
    InfoField("memory_used_dataset_bytes", "used_memory_dataset", "Memory of the data itself."),
    InfoField(
        "memory_used_overhead_bytes", "used_memory_overhead", "Memory of internal structures."
    ),
    InfoField(
        "memory_used_startup_bytes", "used_memory_startup", "Memory that an empty server uses."
    ),
    InfoField("memory_used_lua_bytes", "used_memory_lua", "Memory of the Lua engine."),
    InfoField(
        "memory_used_scripts_bytes", "used_memory_scripts", "Memory of scripts and functions."
    ),
    InfoField("memory_max_bytes", "maxmemory", "Memory that may be used; 0 is no limit."),
    InfoField(
        "total_system_memory_bytes", "total_system_memory", "Memory of the server's machine."
    ),
    InfoField(
        "mem_fragmentation_ratio",
        "mem_fragmentation_ratio",
        "Resident memory divided by memory in use.",
    ),
    InfoField(
        "mem_not_counted_for_eviction_bytes",
        "mem_not_counted_for_evict",
        "Memory that does not count against the limit.",
    ),
    InfoField(
        "mem_replication_backlog_bytes",
        "mem_replication_backlog",
        "Memory of the replication backlog.",
    ),
    InfoField("mem_clients_normal_bytes", "mem_clients_normal", "Memory of clients' buffers."),
    InfoField("mem_clients_slaves_bytes", "mem_clients_slaves", "Memory of replicas' buffers."),
    InfoField(
        "allocator_allocated_bytes", "allocator_allocated", "Memory that the allocator handed out."
    ),
    InfoField(
        "allocator_active_bytes", "allocator_active", "Memory in the allocator's active pages."
    ),
    InfoField(
        "allocator_resident_bytes", "allocator_resident", "Memory resident in the allocator."
    ),
    InfoField(
        "active_defrag_running", "active_defrag_running", "Effort of defragmentation; 0 is off."
    ),
    InfoField(
        "lazyfree_pending_objects", "lazyfree_pending_objects", "Objects that are yet to be freed."
    ),
)
STATS = (
    InfoField("keyspace_hits_total", "keyspace_hits", "Reads that found their key."),
    InfoField("keyspace_misses_total", "keyspace_misses", "Reads that did not find their key."),
    InfoField("evicted_keys_total", "evicted_keys", "Keys evicted because memory was full."),
    InfoField("expired_keys_total", "expired_keys", "Keys that expired."),
    InfoField("connections_received_total", "total_connections_received", "Connections accepted."),
    InfoField(
        "rejected_connections_total", "rejected_connections", "Connections refused at the limit."
    ),
    InfoField("commands_processed_total", "total_commands_processed", "Commands processed."),
    InfoField("net_input_bytes_total", "total_net_input_bytes", "Bytes received."),
    InfoField("net_output_bytes_total", "total_net_output_bytes", "Bytes sent."),
    InfoField(
        "net_repl_input_bytes_total", "total_net_repl_input_bytes", "Bytes of replication received."
    ),
    InfoField(
        "net_repl_output_bytes_total", "total_net_repl_output_bytes", "Bytes of replication sent."
    ),
    InfoField(
        "instantaneous_ops_per_second",
        "instantaneous_ops_per_sec",
        "Commands a second over the server's last samples.",
    ),
    InfoField(
        "expired_stale_ratio",
        "expired_stale_perc",
        "Share of keys that expired but are not deleted yet.",
        0.01,
    ),
    InfoField(
        "expired_time_cap_reached_total",
        "expired_time_cap_reached_count",
        "Expiry cycles that ended at their time limit.",
    ),
    InfoField(
        "expire_cycle_cpu_seconds_total",
        "expire_cycle_cpu_milliseconds",
        "CPU time spent on expiring keys.",
        MILLI,
    ),
    InfoField("evicted_clients_total", "evicted_clients", "Clients evicted for their buffers."),
    InfoField(
        "eviction_exceeded_seconds_total",
        "total_eviction_exceeded_time",
        "Time in which memory in use was above its limit.",
        MILLI,
    ),
    InfoField("error_replies_total", "total_error_replies", "Error replies sent."),
    InfoField(
        "unexpected_error_replies_total",
        "unexpected_error_replies",
        "Error replies to replication.",
    ),
    InfoField("reads_processed_total", "total_reads_processed", "Reads from sockets."),
    InfoField("writes_processed_total", "total_writes_processed", "Writes to sockets."),
    InfoField("pubsub_channels", "pubsub_channels", "Channels with a subscriber."),
    InfoField("pubsub_patterns", "pubsub_patterns", "Patterns with a subscriber."),
    InfoField("latest_fork_seconds", "latest_fork_usec", "Time that the last fork took.", MICRO),
    InfoField("forks_total", "total_forks", "Forks."),
    InfoField("replica_resyncs_full_total", "sync_full", "Full resyncs of replicas."),
    InfoField(
        "replica_partial_resyncs_accepted_total", "sync_partial_ok", "Partial resyncs accepted."
    ),
    InfoField(
        "replica_partial_resyncs_denied_total", "sync_partial_err", "Partial resyncs denied."
    ),
)
PERSISTENCE = (
    InfoField("loading_dump_file", "loading", "1 while the server loads its data."),
    InfoField(
        "rdb_changes_since_last_save", "rdb_changes_since_last_save", "Changes not in a snapshot."
    ),
    InfoField("rdb_bgsave_in_progress", "rdb_bgsave_in_progress", "1 while a snapshot is written."),
    InfoField(
        "rdb_last_save_timestamp_seconds", "rdb_last_save_time", "Unix time of the last snapshot."
    ),
    InfoField(
        "rdb_last_bgsave_status", "rdb_last_bgsave_status", "1 where the last snapshot succeeded."
    ),
    InfoField(
        "rdb_last_bgsave_duration_seconds", "rdb_last_bgsave_time_sec", "Time of the last snapshot."
    ),
    InfoField(
        "rdb_current_bgsave_duration_seconds",
        "rdb_current_bgsave_time_sec",
        "Time of the snapshot that is being written.",
    ),
    InfoField("rdb_saves_total", "rdb_saves", "Snapshots written."),
    InfoField(
        "rdb_last_cow_size_bytes", "rdb_last_cow_size", "Memory copied during the last snapshot."
    ),
    InfoField("aof_enabled", "aof_enabled", "1 where an append-only file is written."),
    InfoField(
        "aof_rewrite_in_progress", "aof_rewrite_in_progress", "1 while the file is rewritten."
    ),
    InfoField("aof_rewrite_scheduled", "aof_rewrite_scheduled", "1 where a rewrite is scheduled."),
    InfoField(
        "aof_last_rewrite_duration_seconds",
        "aof_last_rewrite_time_sec",
        "Time of the last rewrite.",
    ),
    InfoField(
        "aof_last_bgrewrite_status",
        "aof_last_bgrewrite_status",
        "1 where the last rewrite succeeded.",
    ),
    InfoField(
        "aof_last_write_status", "aof_last_write_status", "1 where the last write succeeded."
    ),
    InfoField("aof_current_size_bytes", "aof_current_size", "Size of the append-only file."),
    InfoField("aof_base_size_bytes", "aof_base_size", "Size of the file after its last rewrite."),
    InfoField(
        "aof_delayed_fsyncs_total", "aof_delayed_fsync", "Delayed syncs of the append-only file."
    ),
)
CPU = (
    InfoField("cpu_sys_seconds_total", "used_cpu_sys", "System CPU time."),
    InfoField("cpu_user_seconds_total", "used_cpu_user", "User CPU time."),
    InfoField(
        "cpu_sys_children_seconds_total", "used_cpu_sys_children", "System CPU time of children."
    ),
    InfoField(
        "cpu_user_children_seconds_total", "used_cpu_user_children", "User CPU time of children."
    ),
    InfoField(
        "cpu_sys_main_thread_seconds_total",
        "used_cpu_sys_main_thread",
        "System CPU time of the main thread.",
    ),
    InfoField(
        "cpu_user_main_thread_seconds_total",
        "used_cpu_user_main_thread",
        "User CPU time of the main thread.",
    ),
)
SLOWLOG = (
    InfoField("slowlog_length", "length", "Entries in the slow log."),
    InfoField(
        "slowlog_last_id", "last_id", "Number of the slow log's newest entry; it only grows."
    ),
    InfoField(
        "last_slow_execution_duration_seconds",
        "last_usec",
        "Time that the slow log's newest command took.",
        MICRO,
    ),
)
COMMANDSTATS = (
    InfoField("commands_total", "calls", "Calls of a command."),
    InfoField("commands_duration_seconds_total", "usec", "Time spent in a command.", MICRO),
    InfoField("commands_rejected_calls_total", "rejected_calls", "Calls refused before they ran."),
    InfoField("commands_failed_calls_total", "failed_calls", "Calls that failed while they ran."),
)
ERRORSTATS = (InfoField("errors_total", "count", "Error replies by kind."),)
LATENCYSTATS = (
    InfoField(
        "latency_percentiles_seconds", "usec", "Percentile of the time of a command's calls.", MICRO
    ),
)
KEYSPACE = (
    InfoField("db_keys", "keys", "Keys of a database."),
    InfoField("db_keys_expiring", "expires", "Keys of a database that have a time to live."),
    InfoField("db_avg_ttl_seconds", "avg_ttl", "Mean time until a database's keys expire.", MILLI),
)
