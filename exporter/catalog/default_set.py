"""The families of Cloud Monitoring that are read where the settings enable no others.

They are what signals, alerts and dashboards need, no more: Google bills each series that is read.
A test of the generators holds this list against what they write.
"""

DEFAULT_SET = frozenset(
    (
        "cloudrun_billable_instance_seconds_total",
        "cloudrun_cpu_utilization_ratio",
        "cloudrun_instances",
        "cloudrun_memory_utilization_ratio",
        "cloudrun_pending_requests",
        "cloudrun_request_duration_seconds",
        "cloudrun_request_egress_duration_seconds",
        "cloudrun_request_execution_duration_seconds",
        "cloudrun_request_ingress_duration_seconds",
        "cloudrun_request_pending_duration_seconds",
        "cloudrun_request_routing_duration_seconds",
        "cloudrun_requests_total",
        "cloudrun_startup_duration_seconds",
        "cloudsql_cpu_utilization_ratio",
        "cloudsql_disk_reads_total",
        "cloudsql_disk_utilization_ratio",
        "cloudsql_disk_writes_total",
        "cloudsql_memory_utilization_ratio",
        "cloudsql_postgresql_backends",
        "cloudsql_postgresql_backends_by_state",
        "cloudsql_postgresql_deadlocks_total",
        "cloudsql_postgresql_transactions_total",
        "cloudsql_query_duration_seconds",
        "cloudsql_replica_lag_seconds",
    )
)
