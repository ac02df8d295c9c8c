"""Names of stackdriver_exporter are those that its own normalisation makes."""

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring
from generators.migration_names import PAGE, stackdriver_name, texts


@pytest.mark.parametrize(
    ("family", "name"),
    [
        (
            "cloudrun_requests_total",
            "stackdriver_cloud_run_revision_run_googleapis_com_request_count",
        ),
        # A digit is a word of its own.
        (
            "cloudrun_request_e2e_duration_seconds",
            "stackdriver_cloud_run_revision_run_googleapis_com_request_latency_e_2_e_latencies",
        ),
        # A resource type with a capital and a path.
        (
            "memorystore_cluster_keys",
            "stackdriver_redis_googleapis_com_cluster_redis_googleapis_com_cluster_keyspace_total_keys",
        ),
    ],
)
def test_a_name_is_written_as_it_is_exported(family: str, name: str) -> None:
    """Resource type, then metric type, each in words."""
    source = CATALOG[family].source
    assert isinstance(source, CloudMonitoring)
    assert stackdriver_name(source) == name


def test_every_metric_has_one_name() -> None:
    """The page has a row for each family of Cloud Monitoring, and no name stands for two."""
    names = {
        stackdriver_name(family.source): family.name
        for family in CATALOG.values()
        if isinstance(family.source, CloudMonitoring)
    }
    rows = [line for line in texts()[PAGE].splitlines() if line.startswith("| `")]
    assert len(rows) == len(names) > 150


def test_what_changes_is_said() -> None:
    """Counters, histograms and units differ: a query that ignores it would be wrong."""
    page = texts()[PAGE]
    assert "| `cloudrun_requests_total` | counter |" in page
    assert "| `cloudrun_request_duration_seconds` | histogram that only rises; × 0.001 |" in page
    assert "| `cloudsql_up` |  |" in page
