"""The policy is a table, and settings change it by name."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import split
from exporter.errors import SettingsError
from exporter.settings import Settings
from generators.alert_table import (
    BREACH,
    BURN,
    EXHAUSTED,
    PAGE_WINDOWS,
    THRESHOLDS,
    TICKET_WINDOWS,
    Objective,
)
from generators.burn_rates import factor
from generators.incomplete import Incomplete
from generators.limits import number
from generators.policy import SEVERITIES, WIDER, policy

TABLE = {
    "ResponseTimeCritical": ("response_time_p95", 0.2, 180, "critical"),
    "ErrorRateCritical": ("error_rate", 0.01, 180, "critical"),
    "ResponseTimeWarning": ("response_time_p95", 0.1, 180, "high"),
    "ErrorRateWarning": ("error_rate", 0.005, 180, "high"),
    "DatabaseLag": ("replication_lag", 0.5, 180, "high"),
    "CacheHitRateLow": ("cache_hit_rate_l2", 0.7, 300, "medium"),
    "CPUHigh": ("cpu_utilization", 0.8, 300, "medium"),
    "MemoryHigh": ("memory_utilization", 0.8, 300, "medium"),
}


def settings(**alerts: Any) -> Settings:
    """Return settings that change alerts."""
    return Settings.model_validate({"alerts": alerts})


def test_the_table_is_as_it_is_documented() -> None:
    """Thresholds and the budget: names, signals, values, times and severities of what ships."""
    found = policy(Settings())
    rows = {a.name: (a.signal.name, a.threshold, a.for_, a.severity) for a in found.thresholds}
    assert {name: rows[name] for name in TABLE} == TABLE
    assert found.breach is not None
    assert (found.breach.name, found.breach.severity) == ("SLABreach", "critical")


def test_a_key_has_the_unit_of_its_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A percentage of connections is no number of connections: the key's class is refused."""
    connections = next(signal for signal in SIGNALS if signal.name == "db_connections")
    rows = tuple(replace(a, signal=connections) if a.name == "CPUHigh" else a for a in THRESHOLDS)
    monkeypatch.setattr("generators.policy.THRESHOLDS", rows)
    with pytest.raises(Incomplete, match=r"alerts\.CPUHigh: .* db_connections; make the key Alert"):
        policy(Settings())


def test_the_factors_are_the_workbooks() -> None:
    """99.95 % over 30 days burns at 14.4 and 6 for a page, at 3 and 1 for a ticket."""
    month = Objective(0.9995, 30 * 86400)
    assert [factor(window, month) for window in PAGE_WINDOWS] == [14.4, 6.0]
    assert [factor(window, month) for window in TICKET_WINDOWS] == [3.0, 1.0]


def test_the_factors_follow_the_window() -> None:
    """A shorter window is burnt faster; below 1 no budget is ever spent, so that 1 is the least."""
    week = Objective(0.9995, 7 * 86400)
    assert [factor(window, week) for window in PAGE_WINDOWS] == [3.36, 1.4]
    assert [factor(window, week) for window in TICKET_WINDOWS] == [1.0, 1.0]


def test_the_budget_has_no_noise_of_fractions() -> None:
    """1 less 0.9995 is 0.0005, as it is written into rules."""
    assert number(Objective(0.9995, 1).budget) == "0.0005"
    assert number(Objective(0.9, 1).budget) == "0.1"


def test_settings_change_an_alert_by_name() -> None:
    """Threshold, time and severity each alone; what is left out stays."""
    found = policy(settings(CPUHigh={"threshold": 0.9}, MemoryHigh={"for": 600, "severity": "low"}))
    rows = {alert.name: alert for alert in found.thresholds}
    assert (rows["CPUHigh"].threshold, rows["CPUHigh"].for_) == (0.9, 300)
    assert rows["CPUHigh"].why == "monitoring.yaml"
    assert (rows["MemoryHigh"].for_, rows["MemoryHigh"].severity) == (600, "low")
    assert rows["MemoryHigh"].why != "monitoring.yaml"


def test_an_alert_can_be_left_out() -> None:
    """Each alert that is not enabled is not there."""
    found = policy(
        settings(
            CPUHigh={"enabled": False},
            SLABreach={"enabled": False},
            ErrorBudgetBurn={"enabled": False},
            ErrorBudgetExhausted={"enabled": False},
        )
    )
    assert "CPUHigh" not in [alert.name for alert in found.thresholds]
    assert (found.breach, found.burn, found.exhausted) == (None, None, None)


READ: dict[str, Any] = {
    "google": {"projects": ["p"]},
    "redis": {"targets": [{"name": "c", "url": "redis://c"}]},
}
NO_LAG = {"projects": ["p"], "families": {"cloudsql_*": {"enabled": False}}}


@pytest.mark.parametrize(
    ("given", "left_out"),
    [
        ({}, set()),
        (READ, set()),
        ({**READ, "redis": {}}, {"CacheHitRateLow"}),
        (
            {**READ, "redis": {"targets": [{**READ["redis"]["targets"][0], "collect": False}]}},
            {"CacheHitRateLow"},
        ),
        ({**READ, "google": NO_LAG}, {"DatabaseLag"}),
        (
            {
                **READ,
                "google": {
                    "projects": ["p"],
                    "families": {
                        "cloudsql_*": {"enabled": False},
                        "cloudsql_replica_lag_seconds": {"enabled": True},
                    },
                },
            },
            set(),
        ),
    ],
)
def test_nothing_is_alerted_on_that_is_not_read(given: dict[str, Any], left_out: set[str]) -> None:
    """Settings that name projects say which Redis servers and families are read."""
    names = {alert.name for alert in policy(Settings.model_validate(given)).thresholds}
    assert set(TABLE) - names == left_out


def test_a_burn_rates_threshold_is_the_first_factor() -> None:
    """The other factor keeps its proportion."""
    found = policy(settings(SLABreach={"threshold": 7.2})).breach
    assert found is not None
    assert found.factors == (7.2, 3.0)


@pytest.mark.parametrize(
    ("alerts", "reported"),
    [
        ({"ResponseTimeWarning": {"threshold": 0.2}}, "200ms is no worse than"),
        ({"ResponseTimeCritical": {"threshold": 0.05}}, "50ms is no worse than"),
        ({"ErrorRateCritical": {"threshold": 0.001}}, "0.1% is no worse than"),
    ],
)
def test_what_is_more_urgent_lies_beyond(alerts: dict[str, Any], reported: str) -> None:
    """A critical alert that would fire with or before its warning is refused."""
    with pytest.raises(SettingsError, match=reported):
        policy(settings(**alerts))


def test_projects_are_never_mixed() -> None:
    """Whatever has a project is split by it first."""
    for signal in SIGNALS:
        assert split(signal)[-len(signal.by) :] == signal.by
    assert split(next(s for s in SIGNALS if s.name == "error_rate"))[0] == "gcp_project"


def test_a_promise_of_latency_has_three_alerts() -> None:
    """They are on its own budget; without a promise there is none."""
    promised = {"objectives": {"latency": {"share": "95%", "within": "300ms"}}}
    found = policy(Settings.model_validate(promised)).latency
    assert found is not None
    assert (found.objective.share, found.objective.window) == (0.95, 30 * 86_400)
    assert [row.name for row in found.rows] == [BREACH.name, BURN.name, EXHAUSTED.name]
    assert policy(Settings()).latency is None


def test_few_events_are_looked_at_over_half_an_hour_and_an_hour() -> None:
    """The windows that DESIGN names: the burn rates' own, so that they cost no more series."""
    assert WIDER == (1_800, 3_600)


def test_severities_are_known() -> None:
    """Each severity of the table is one that routes know."""
    assert set(SEVERITIES) >= {alert[3] for alert in TABLE.values()}
