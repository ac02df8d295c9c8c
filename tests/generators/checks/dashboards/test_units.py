"""Units of expressions follow from those of the catalog."""

import pytest

from generators.checks.dashboards.units import unit

UNITS = {
    "cloudrun_instances": "count",
    "sum(cloudrun_instances) * 2": "count",
    "rate(cloudrun_requests_total[5m])": "events a second",
    "sum(rate(redis_net_input_bytes_total[5m]))": "bytes a second",
    "rate(redis_commands_duration_seconds_total[5m]) / rate(redis_commands_total[5m])": "seconds",
    "histogram_quantile(0.9, sum by (le) (rate(cloudrun_request_duration_seconds_bucket[5m])))": (
        "seconds"
    ),
    "redis_memory_used_bytes / redis_memory_max_bytes": "ratio",
    "redis_memory_used_bytes": "bytes",
    "cloudsql_replica_lag_seconds or cloudrun_instances": "seconds",
    "project_service:slo_burn_rate:ratio1h": "count",
    "project_service:slo_exhaustion:seconds": "seconds",
    "project_region_service:throughput:anomaly_upper": "events a second",
    "project_region_service:throughput:anomaly_score": "count",
    "project_region_service_class:cloudrun_requests:increase5m / 300": "events a second",
    "count(ALERTS)": "count",
    "project_service:slo_budget_remaining:ratio * 2592000": "seconds",
    "project_service:slo_budget_remaining:ratio * 100": "ratio",
    "ionmon_cost_projected_dollars": "dollars",
    "1 - sum(up)": None,
    "sum(": None,
}


@pytest.mark.parametrize("expr", list(UNITS))
def test_a_unit_follows(expr: str) -> None:
    """No unit is returned where none follows."""
    assert unit(expr) == UNITS[expr]
