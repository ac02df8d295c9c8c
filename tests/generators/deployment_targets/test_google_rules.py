"""Rules on Google's own names: each selects a resource, and parses; the worded limits are ours."""

import pytest

from exporter.catalog.expression import Signal
from exporter.catalog.signals import SIGNALS
from exporter.settings import load
from generators.deployment_targets.google_rules import expression, groups, is_google_s, name
from generators.policy import policy
from generators.promql_tree.tree import parse, selectors
from tests.generators.deployment_targets.deployed import REFERENCE

BY_NAME = {signal.name: signal for signal in SIGNALS}


def test_a_ratio_is_google_s_counter_with_its_labels() -> None:
    """The metric's domain and path, its resource, and its labels stand where ours would."""
    assert expression(BY_NAME["availability"]) == (
        "((1 - ((sum by (project_id, location, service_name) (increase("
        'run_googleapis_com:request_count{monitored_resource="cloud_run_revision",'
        'response_code_class="5xx"}[5m])) or '
        "sum by (project_id, location, service_name) (increase("
        'run_googleapis_com:request_count{monitored_resource="cloud_run_revision"}[5m])) * 0) / ('
        "sum by (project_id, location, service_name) (increase("
        'run_googleapis_com:request_count{monitored_resource="cloud_run_revision"}[5m])) > 0'
        ")))) and ("
        "sum by (project_id, location, service_name) (increase("
        'run_googleapis_com:request_count{monitored_resource="cloud_run_revision"}[5m])) >= 100)'
    )


def test_times_are_in_seconds() -> None:
    """Google counts latencies in milliseconds; the signal, and so the threshold, is in seconds."""
    found = expression(BY_NAME["response_time_p95"])
    assert "run_googleapis_com:request_latencies_bucket{" in found
    assert found.endswith(" * 0.001")


@pytest.mark.parametrize("signal", [s for s in SIGNALS if is_google_s(s)], ids=lambda s: s.name)
def test_every_selector_names_its_resource(signal: Signal) -> None:
    """A metric that is on several kinds of resources is read on one of them."""
    found = list(selectors(parse(expression(signal))))
    assert found
    for each in found:
        assert ":" in each.name
        assert "monitored_resource" in {matcher.label for matcher in each.matchers}


def test_alerts_are_those_on_cloud_monitoring_s_signals() -> None:
    """They have the thresholds in force, and read what is recorded; the cache's has none here."""
    in_force = policy(load(REFERENCE))
    signals, alerts = groups(in_force)
    recorded = {rule["record"] for rule in signals["rules"]}
    found = {rule["alert"]: rule for rule in alerts["rules"]}
    assert {"ResponseTimeCritical", "ErrorRateCritical", "DatabaseLag"} <= {*found}
    assert "CacheHitRateLow" not in found
    for row in in_force.thresholds:
        if row.name in found:
            query = found[row.name]["expr"]
            assert query.split()[0] == name(row.signal) in recorded
            assert float(query.split()[2]) == row.threshold
