"""What reading Cloud Monitoring directly would cost is counted in rules and dashboards."""

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring
from exporter.settings import Settings
from generators.policy import policy
from generators.promql_tree.tree import series_names
from generators.query_reads import direct_reads
from generators.rules.build import build

SETTINGS = Settings.model_validate({"google": {"projects": ["my-project"]}})
RULES = build(SETTINGS)
FOUND = direct_reads(SETTINGS, RULES, policy(SETTINGS))


def test_rules_are_counted_by_minute() -> None:
    """Each evaluation of a rule that names a family of Google's counts once, by its interval."""
    counted = 0.0
    for file in RULES.all:
        for group in file.groups:
            for rule in group.rules:
                names = series_names(rule.expr)
                reads = "cloudrun_requests_total" in names
                counted += 60 / group.interval if reads else 0
    assert FOUND.rules["cloudrun_requests_total"] == counted > 0
    assert FOUND.rules_per_minute >= max(FOUND.rules.values())


def test_only_google_is_counted() -> None:
    """Redis, the application and the exporter's own metrics cost nothing at Google."""
    names = {*FOUND.rules, *(n for board in FOUND.dashboards.values() for n in board.families)}
    assert "cloudrun_requests_total" in names
    assert [n for n in names if not isinstance(CATALOG[n].source, CloudMonitoring)] == []


@pytest.mark.parametrize("name", ["ion-overview", "ion-performance", "ion-infrastructure"])
def test_dashboards_are_counted_through_recorded_series(name: str) -> None:
    """A panel of recorded series reads the family behind them."""
    board = FOUND.dashboards[name]
    assert board.every in ("1m", "5m")
    assert board.families["cloudrun_cpu_utilization_ratio"] > 0
