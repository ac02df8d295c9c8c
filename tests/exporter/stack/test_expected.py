"""Which alerts incidents bring, and when."""

from pathlib import Path

import pytest

from exporter.monitoring_config import read_config
from exporter.simulator.incidents import INCIDENTS
from exporter.stack.expected import GOOGLE_DELAY, SourcePace, expected_alerts

OUT = Path(__file__).parents[3] / "alertmanager" / "out" / "monitoring_config.json"
ALERTS = read_config(OUT).alerts
PACE = SourcePace(30.0, GOOGLE_DELAY)


@pytest.mark.parametrize(
    ("name", "alerts"),
    [
        ("error_burst", ["ErrorRateCritical", "ErrorRateWarning"]),
        ("latency", ["ResponseTimeCritical", "ResponseTimeWarning"]),
        ("replica_lag", ["DatabaseLag"]),
        ("cold_cache", ["CacheHitRateLow"]),
        ("cpu", ["CPUHigh"]),
        ("memory", ["MemoryHigh"]),
        ("region_outage", ["ErrorRateCritical", "ErrorRateWarning"]),
        ("deploy_gone_wrong", ["ErrorRateCritical", "ErrorRateWarning", "ResponseTimeWarning"]),
        ("traffic_to_zero", []),
        ("instance_churn", []),
    ],
)
def test_an_incident_brings_alerts(name: str, alerts: list[str]) -> None:
    """Those on limits that it exceeds; every incident is tried."""
    assert [one.name for one in expected_alerts(INCIDENTS[name], ALERTS, PACE)] == alerts


def test_the_time_is_that_of_the_whole_way() -> None:
    """The rest of the minute, the source's delay, `for`; at most a minute and two evaluations."""
    (critical, _) = expected_alerts(INCIDENTS["error_burst"], ALERTS, PACE)
    assert (critical.for_seconds, critical.severity) == (180, "critical")
    assert critical.earliest == 30 + 120 + 180
    assert critical.latest == 30 + 60 + 240 + 180 + 120 + 30
