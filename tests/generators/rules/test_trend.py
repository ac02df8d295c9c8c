"""What is watched for growth: its limit, from which level, and how long before."""

from typing import Any

import pytest

from exporter.settings import Settings
from generators.policy import SIGNAL_BY_NAME, policy
from generators.rules.build import build
from generators.rules.model import alerts, recordings
from generators.rules.trend import every, expression, trends

HOUR, DAY = 3600, 86400
RULES = build(Settings())
ALERTS = {rule.alert: rule for rule in alerts(RULES.all)}
RECORDED = {rule.record: rule.expr for rule in recordings(RULES.all)}
DATABASE = "project_region_database"
TRENDS = (
    ("ReplicationLagTrend", f"{DATABASE}:replication_lag:max", "0.5", "0.125", HOUR, "30m"),
    ("MemoryTrend", "project_region_service:memory_utilization:mean5m", "1", "0.6", 4 * HOUR, "1h"),
    ("DatabaseMemoryTrend", f"{DATABASE}:database_memory:ratio", "1", "0.7", DAY, "1h"),
    ("DiskTrend", f"{DATABASE}:database_disk:ratio", "1", "0.7", 3 * DAY, "1h"),
    ("ConnectionPoolTrend", "region:pool_utilization:ratio", "1", "0.5", 4 * HOUR, "1h"),
    ("RedisClientsTrend", "redis:redis_clients:ratio", "1", "0.5", 4 * HOUR, "1h"),
)


def test_these_levels_are_watched() -> None:
    """Six alerts look at growth, beside the one on the error budget."""
    found = {name for name, rule in ALERTS.items() if ("category", "trend") in rule.labels}
    assert found == {*(name for name, *_ in TRENDS), "ErrorBudgetTrend"}


@pytest.mark.parametrize(("alert", "level", "limit", "from_level", "within", "lasts"), TRENDS)
def test_a_trend_is_as_the_table_says(
    alert: str, level: str, limit: str, from_level: str, within: int, lasts: str
) -> None:
    """Growth counts from a level on, and so long before the limit; a daily rise is expected."""
    name = level.rpartition(":")[0]
    lines = [f"{name}:trend_seconds < {within}", f"and {level} > {from_level}"]
    lines += [f"unless {name}:trend_expected < {limit}"] if within < DAY else []
    assert ALERTS[alert].expr.split("\n") == lines
    seconds = f"clamp_min({limit} - {level}, 0) / ({name}:trend_slope > 0)"
    assert RECORDED[f"{name}:trend_seconds"] == seconds
    assert f"\n    for: {lasts}\n" in _yaml(alert)


def _yaml(alert: str) -> str:
    """Return an alert as it is written."""
    text = next(file.text() for file in RULES.main if file.name == "trend.yml")
    return text.split(f"- alert: {alert}\n")[1].split("- alert: ")[0]


def test_a_level_is_worked_out_from_its_signal_or_its_own_expression() -> None:
    """Two trends look at signals, the other four at levels of their own, each at another one."""
    found = [expression(trend) for trend in trends(policy(Settings()))]
    signals = [
        SIGNAL_BY_NAME[name].expression for name in ("replication_lag", "memory_utilization")
    ]
    assert found[:2] == signals
    assert len(set(found)) == len(TRENDS)


def test_a_budget_is_watched_for_three_days() -> None:
    """It has to be spent within three days, by ten errors in six hours or more."""
    assert ALERTS["ErrorBudgetTrend"].expr == (
        f"last_over_time(project_service:slo_exhaustion:seconds[10m]) < {3 * DAY}\n"
        "and project_service:slo_errors:increase6h >= 10"
    )


@pytest.mark.parametrize(
    ("alert", "allowed"), [({}, 0.5), ({"threshold": "2s"}, 2.0), ({"enabled": False}, 0.5)]
)
def test_lag_grows_towards_what_its_alert_allows(alert: dict[str, Any], allowed: float) -> None:
    """Without that alert, towards what it allows by default."""
    held = policy(Settings.model_validate({"alerts": {"DatabaseLag": alert}}))
    lag = next(one for one in every(held) if one.alert == "ReplicationLagTrend")
    assert lag.limit == allowed
