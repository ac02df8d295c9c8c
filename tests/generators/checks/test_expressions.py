"""Expressions for what does not exist, or that mean nothing, each with its fix."""

import pytest

from exporter.settings import GoogleSettings, Settings
from tests.generators.checks.judging import context, group, judged, problem_texts
from tests.generators.checks.mistakes import DURATION, MISTAKES
from tests.generators.checks.misuses import MISUSES


@pytest.mark.parametrize(
    ("expression", "text"), MISTAKES + MISUSES, ids=[e for e, _ in MISTAKES + MISUSES]
)
def test_what_is_wrong_is_reported(expression: str, text: str) -> None:
    """Each mistake is found by its check, in words that name the item and the fix."""
    assert [found for found in problem_texts(expression) if found.startswith(text)]


GOOD = [
    "sum by (region) (rate(cloudrun_requests_total[5m]))",
    'sum(rate(cloudrun_requests_total{response_code_class=~"4xx|5xx"}[5m])) or vector(0)',
    'sum(rate(cloudrun_requests_total{response_code_class=~"5..",region=~"eu.*"}[5m]))',
    'sum(rate(cloudrun_requests_total{response_code_class!=""}[5m]))',
    f'sum(rate({DURATION}_bucket{{le="+Inf"}}[5m]))',
    f'sum(rate({DURATION}_bucket{{le="0.111120068256"}}[5m]))',
    'sum(rate(app_request_duration_seconds_bucket{le="0.123"}[5m]))',
    f"histogram_quantile(0.9, sum by (le) (rate({DURATION}_bucket[5m])))",
    "absent(cloudrun_requests_total)",
    "count(cloudrun_requests_total)",
    "count by (region) (cloudrun_requests_total)",
    "cloudrun_instances and on (region) cloudrun_requests_total",
    "changes(cloudrun_instances[5m])",
    "resets(ionmon_polls_total[5m])",
    "redis_up * on (redis_id, redis_node) group_left (role) redis_instance_info",
    (
        "sum by (region, state) (cloudrun_instances) / on (region) group_left () "
        "sum by (region) (cloudrun_instances)"
    ),
    (
        'sum by (region, state) (cloudrun_instances{state="idle"}) / on (region) '
        "sum by (region) (cloudrun_instances)"
    ),
    "sum by (region) (cloudrun_instances) or sum(cloudrun_instances)",
    'time() - ALERTS_FOR_STATE{severity="x"} > 1800 and ignoring (alertstate) ALERTS',
    "own:test:value offset 2d",
    "predict_linear(redis_memory_used_bytes[6h], 3600) > 1e9",
    'count by (le) ({__name__=~"cloudrun_.+_bucket"})',
    "sum without (instance) (up)",
    'rate(prometheus_rule_evaluation_failures_total{rule_group=~".+"}[5m])',
    "increase(alertmanager_notifications_failed_total[5m]) > 0",
    "ionmon_data_gap_seconds_total > 0 unless ionmon_data_gap_seconds_total offset 1h",
    "-up + 1",
    "count by (region) (last_over_time(cloudrun_requests_total[1h] offset 5m))",
    "increase(cloudrun_requests_total[3d])",
    (
        "max by (region) (cloudrun_instances) and (max by (region) (cloudrun_instances) "
        "or max by (region, state) (cloudrun_instances))"
    ),
]


@pytest.mark.parametrize("expression", GOOD)
def test_what_is_right_is_not_held_against_anyone(expression: str) -> None:
    """Expressions as people write them, and which work, have no problem."""
    assert problem_texts(expression) == []


def test_a_subquery_shows_a_counter_only_to_a_rate() -> None:
    """A counter's own values in a subquery are as raw as elsewhere, unless a rate looks at them."""
    raw = "counter: ionmon_polls_total is a counter without rate; write rate or increase of it"
    assert problem_texts("rate(ionmon_polls_total[5m:1m])") == []
    assert problem_texts("max_over_time(ionmon_polls_total[5m:1m])") == [raw]


def test_a_counter_is_kept_under_a_name_that_says_so() -> None:
    """A rule that records a counter as it is makes a counter; what reads that needs a rate."""
    kept = {"record": "own:requests:total", "expr": "cloudrun_requests_total"}
    named = {**kept, "record": "own:requests_total"}
    raw = "is a counter without rate; write rate or increase of it"
    assert [found for found in judged(group(kept)) if raw in found] != []
    assert [found for found in judged(group(named)) if raw in found] == []
    read = {"record": "own:requests:now", "expr": "own:requests_total"}
    assert [found for found in judged(group(named, read)) if raw in found] != []
    changed = {**named, "expr": "cloudrun_requests_total + 1"}
    assert [found for found in judged(group(changed)) if raw in found] != []
    last = "sum by (region) (last_over_time(cloudrun_requests_total[1h]))"
    assert [found for found in problem_texts(last) if raw in found] != []


def test_the_line_is_that_of_the_word() -> None:
    """In an expression of several lines, of whatever style, the line of the wrong word is named."""
    text = """groups:
  - name: own
    rules:
      - record: own:a:value
        expr: |
          sum by (region) (
            # why this is so
            rate(cloudrun_request_total[5m])
          )
      - {record: "own:b:value", expr: "sum by (regoin) (cloudrun_instances)"}
      - record: own:c:value
        expr: >-
          max by (region) (cloudrun_instances)
          + max by (region) (
          cloudrun_instances{state="idel"})
"""
    assert [found.partition(": ")[0] for found in judged(text)] == ["8", "10", "15"]


def test_metrics_of_the_settings_are_known() -> None:
    """A metric that monitoring.yaml adds has its own labels and type, and others do not."""
    metric = {
        "type": "custom.googleapis.com/orders",
        "resource": "global",
        "kind": "CUMULATIVE",
        "value": "INT64",
        "help": "Orders.",
        "labels": {"shop": "metric.shop"},
    }
    google = GoogleSettings.model_validate({"metrics": {"orders_total": metric}})
    settings = Settings(google=google)
    rate = "sum by (shop) (rate(orders_total[5m]))"
    assert problem_texts(rate, settings=settings) == []
    assert problem_texts(rate) != []
    assert problem_texts("sum by (shp) (orders_total)", settings=settings) == [
        "counter: orders_total is a counter without rate; write rate or increase of it",
        "matching: by (shp): the aggregated series have no label shp; did you mean 'shop'?",
    ]


@pytest.mark.parametrize(
    ("google", "labelled"),
    [({"projects": ["a"]}, False), ({"projects": ["a", "b"]}, True), ({"scope": "a"}, True)],
)
def test_the_project_is_a_label_where_several_are_read(
    google: dict[str, object], labelled: bool
) -> None:
    """Metrics of the settings, and of an application on logs, have gcp_project only then."""
    metric = {
        "type": "custom.googleapis.com/orders",
        "resource": "global",
        "kind": "DELTA",
        "value": "INT64",
        "help": "Orders.",
    }
    tree = {"google": {**google, "metrics": {"orders_total": metric}}}
    for road in ("logs", "managed_prometheus", "redis"):
        settings = Settings.model_validate({**tree, "application": {"road": road}})
        for name in ("orders_total", "app_requests_total"):
            expression = f"sum by (gcp_project) (rate({name}[5m]))"
            found = problem_texts(expression, settings=settings)
            expected = labelled and (name == "orders_total" or road != "redis")
            assert (found == []) is expected, (road, name, found)


def test_labels_of_recorded_series_are_worked_out() -> None:
    """A recorded series has the labels of its expression and of its rule, in any order."""
    rules = """groups:
  - name: own
    interval: 2m
    rules:
      - record: own:later:value
        expr: own:first:value{team="x", region="y", state="actve", service_name="z"}
      - record: own:first:value
        expr: sum by (region, state) (cloudrun_instances)
        labels: {team: web}
      - record: own:window:value
        expr: avg_over_time(own:first:value[1m])
"""
    assert judged(rules) == [
        "6: label: own:first:value has no label service_name; there is region, state, team",
        "6: value: state of own:first:value is never 'actve'; did you mean 'active'?",
        "6: value: team of own:first:value is never 'x'; there is web",
        (
            "11: window: [1m] of own:first:value is too short for avg_over_time: it is "
            "recorded every "
            "2m; write [2m] or more"
        ),
    ]


def test_alerts_have_the_labels_of_their_rules() -> None:
    """ALERTS has the labels that alerts keep and write; a name that no alert has is a mistake."""
    text = """groups:
  - name: own
    rules:
      - alert: QueueLong
        expr: max by (region) (cloudrun_pending_requests) > 5
        labels: {severity: high}
      - record: own:alerts:count
        expr: count by (region) (ALERTS{alertname="QueueLnog", severity="hgih", zone="a"})
"""
    assert [found for found in judged(text) if found[:2] == "8:"] == [
        (
            "8: label: ALERTS has no label zone; there is alertname, region, severity, signal, "
            "gcp_project, service_name, database_id, redis_id, alertstate"
        ),
        "8: value: alertname of ALERTS is never 'QueueLnog'; did you mean 'QueueLong'?",
        "8: value: severity of ALERTS is never 'hgih'; did you mean 'high'?",
    ]


def test_a_series_that_is_made_of_itself_ends() -> None:
    """Rules that go round in circles are read once, and nothing is reported of their labels."""
    text = """groups:
  - name: own
    rules:
      - {record: "own:a:value", expr: "max by (zone) (own:b:value)"}
      - {record: "own:b:value", expr: "own:a:value or own:b:value"}
"""
    assert judged(text) == []
    assert context(text).known.get("own:b:value") is not None
