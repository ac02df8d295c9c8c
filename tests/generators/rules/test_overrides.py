"""Alerts without a row in the policy are changed by name, and unknown names are refused."""

from typing import Any

import pytest

from exporter.errors import SettingsError
from exporter.settings import Settings
from generators.rules.build import build
from generators.rules.model import Alerting, alerts


def changed(**others: Any) -> dict[str, Alerting]:
    """Return the alerts by name under settings of others."""
    settings = Settings.model_validate({"alerts": {"others": others}})
    return {rule.alert: rule for rule in alerts(build(settings).all)}


def test_severity_and_time_change_alone() -> None:
    """What is said changes, in its place; everything else of the alert stays."""
    usual, found = changed()["DiskTrend"], changed(DiskTrend={"severity": "high"})["DiskTrend"]
    assert found.severity == "high"
    assert [name for name, _ in found.labels] == [name for name, _ in usual.labels]
    assert (found.expr, found.for_) == (usual.expr, usual.for_)
    assert changed(DiskTrend={"for": 3600})["DiskTrend"].for_ == 3600


def test_an_alert_can_be_left_out() -> None:
    """What is not enabled is not there; its recorded series stay."""
    assert "QueryTimeAnomaly" not in changed(QueryTimeAnomaly={"enabled": False})


@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("DiskTrends", "there is no such alert; did you mean 'DiskTrend'?"),
        ("Xyzzy", "there is no such alert; docs/alerts.md lists all alerts"),
        ("CPUHigh", "has a key of its own; write alerts.CPUHigh"),
        ("Watchdog", "cannot be changed; it proves that alerts arrive"),
    ],
)
def test_unknown_names_are_refused(name: str, reported: str) -> None:
    """A misspelt name is reported with what was meant."""
    with pytest.raises(SettingsError) as error:
        changed(**{name: {"severity": "high"}})
    assert str(error.value).startswith(f"alerts.others.{name}: {reported}")
