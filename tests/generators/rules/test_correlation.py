"""What moves together: over six hours, enough of them known, where both moved at all."""

from exporter.settings import Settings
from generators.rules.correlation import file
from generators.rules.model import Alerting, Recording

PAIR = "project_region:error_rate_db_connections:correlation"
BY_HAND = f"""\
(avg_over_time({PAIR}_product[6h]) \
- avg_over_time({PAIR}_effect[6h]) * avg_over_time({PAIR}_cause[6h])) \
/ (stddev_over_time({PAIR}_effect[6h]) * stddev_over_time({PAIR}_cause[6h]) > 0)
and count_over_time({PAIR}_product[6h]) >= 60
and stddev_over_time({PAIR}_effect[6h]) > 0.002
and stddev_over_time({PAIR}_cause[6h]) > 5"""
PAIRS = [
    "response_time_p95_db_connections",
    "response_time_p95_query_time",
    "error_rate_db_connections",
]


def test_a_coefficient_is_pearson_s_over_six_hours() -> None:
    """As it is written by hand: of moments that have both, with the least that each has to move."""
    (group,) = file(Settings()).groups
    recorded = {rule.record: rule.expr for rule in group.rules if isinstance(rule, Recording)}
    effect, cause = (
        f"project_region:{name}:correlation_input" for name in ("error_rate", "db_connections")
    )
    assert group.interval == 300
    assert recorded[f"{PAIR}_ratio"] == BY_HAND
    assert recorded[f"{PAIR}_effect"] == f"{effect} and {cause}"
    assert recorded[f"{PAIR}_cause"] == f"{cause} and {effect}"
    assert recorded[f"{PAIR}_product"] == f"{PAIR}_effect * {PAIR}_cause"


def test_each_pair_has_an_alert_above_four_fifths_for_half_an_hour() -> None:
    """A low one: what moves together explains an incident, and is none."""
    (group,) = file(Settings()).groups
    alerts = [rule for rule in group.rules if isinstance(rule, Alerting)]
    assert [(dict(each.labels)["pair"], each.for_, each.severity) for each in alerts] == [
        (pair, 1_800, "low") for pair in PAIRS
    ]
    assert {each.expr for each in alerts} == {
        f"project_region:{pair}:correlation_ratio > 0.8" for pair in PAIRS
    }
