"""A runbook states what to do first, has nothing empty, and takes its numbers from the policy."""

import re
from pathlib import Path

import pytest
import yaml

from exporter.settings import Settings, load
from exporter.settings.types import duration
from generators.alertmanager.inhibition import inhibitions
from generators.rules.build import build
from generators.rules.model import alerts
from tests.generators.runbooks.reading import (
    fences,
    names,
    promised,
    reference,
    runbook,
    section,
    settings,
)

ALWAYS = (
    "First",
    "Then",
    "Likely causes, the likeliest first",
    "Do not",
    "When it is a false alarm",
    "Look next",
    "When it fires",
    "Why this value",
    "How long until somebody is notified",
    "Silence it",
    "Change it, or switch it off",
)
HOLE = re.compile(r"\{[a-z_]+\}|\bTODO\b|\bTBD\b|\bNone\b|\binf\b|\bnan\b")


@pytest.mark.parametrize("name", names())
def test_no_section_is_missing_or_empty(name: str) -> None:
    """Each runbook has every section, and something in each."""
    text = runbook(name)
    assert [title for title in ALWAYS if len(section(text, title)) < 20] == []
    assert re.search(r"\n## [^\n]*\n\s*(\n## |$)", text) is None


@pytest.mark.parametrize("name", names())
def test_there_is_enough_to_act_on(name: str) -> None:
    """At least three things to do at once, three causes with their evidence, and two queries."""
    text = runbook(name)
    assert len(re.findall(r"^\d+\. ", section(text, "First"), re.MULTILINE)) >= 3
    causes = re.findall(r"^\d+\. \*\*.+\*\* \S", section(text, ALWAYS[2]), re.MULTILINE)
    assert len(causes) >= 3
    assert len(fences(section(text, "Look next"), "promql")) >= 2


def test_a_runbook_is_about_both_budgets_where_both_are_promised() -> None:
    """It says what differs for slow requests; without an objective of latency it says nothing."""
    for name in ("SLABreach", "ErrorBudgetBurn", "ErrorBudgetExhausted", "ErrorBudgetTrend"):
        text = promised(name)
        assert "With the label `signal: latency`, the alert is about slow requests." in text
        assert "The objective is 95 % of requests within 300ms." in text
        assert "project_service:slo_latency_burn_rate:ratio1h" in section(text, "Look next")
        assert "latency" not in section(runbook(name), "When it fires")


def test_a_runbook_that_only_an_objective_of_latency_brings_is_whole() -> None:
    """It has what every runbook has."""
    text = promised("LatencyUnmeasured")
    assert [title for title in ALWAYS if len(section(text, title)) < 20] == []
    assert len(re.findall(r"^\d+\. ", section(text, "First"), re.MULTILINE)) >= 3
    assert len(re.findall(r"^\d+\. \*\*", section(text, ALWAYS[2]), re.MULTILINE)) >= 3
    assert len(fences(section(text, "Look next"), "promql")) >= 2


@pytest.mark.parametrize("name", names())
def test_no_hole_is_left(name: str) -> None:
    """Every fact in braces is filled, and no template of an alert stands in the text."""
    text = runbook(name)
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    assert HOLE.findall(outside) == []
    assert "{{" not in text
    assert "$labels" not in text


def test_the_threshold_is_that_of_the_policy() -> None:
    """A threshold, a time and a severity of the settings are those of the text, and no others."""
    configured = {"threshold": "350ms", "for": "7m", "severity": "high"}
    alerts_ = {"ResponseTimeCritical": configured, "ResponseTimeWarning": {"severity": "medium"}}
    text = runbook("ResponseTimeCritical", alerts=alerts_)
    assert "is above 350ms over 5m" in text
    assert ", for 7m (in bursts: for " in text
    assert text.count("**high**") == 1
    assert 'httpRequest.latency>"0.35s"' in text
    why = section(text, "Why this value")
    assert why.startswith(
        "350ms, from monitoring.yaml. "
        "The default is 200ms: more than five times the 36 ms of a normal day"
    )
    assert "is above 200ms" not in text


def test_the_default_threshold_has_its_reason() -> None:
    """Without settings the text states the default, and the reason that the policy has for it."""
    why = section(runbook("ResponseTimeCritical"), "Why this value")
    assert why.startswith("200ms, the default: more than five times the 36 ms of a normal day")


def test_an_objective_changes_windows_and_budget() -> None:
    """Another objective gives other factors, another budget and another time until it is spent."""
    text = runbook("SLABreach", objectives={"availability": "99%", "window": "7d"})
    assert "the objective of 99 % over 7d" in text
    assert "3.36× over both 1h and 5m" in text
    assert "1 % of all requests" in text
    assert "14.4" not in text
    assert "| 100 % | 2m1s |" in text


def test_a_burn_rate_that_cannot_be_reached_is_never() -> None:
    """Where less fails than the factor of any window, the alert never fires."""
    text = runbook("SLABreach", objectives={"availability": "99%", "window": "30d"})
    assert "| 1 % | never |" in text
    assert "| 1 % | 43m12s |" in runbook("SLABreach")


@pytest.mark.parametrize("name", names())
def test_the_expression_is_the_rules_own(name: str) -> None:
    """What is shown as the condition is what Prometheus evaluates."""
    shown = [body.strip() for body in fences(section(runbook(name), "When it fires"), "promql")]
    assert shown == [r.expr for r in alerts(build(reference()).all) if r.alert == name]


@pytest.mark.parametrize("name", names())
def test_what_mutes_it_is_in_alertmanagers_configuration(name: str) -> None:
    """Every inhibit rule that mutes the alert is listed; without one there is no section."""
    heading = "What mutes it, and what it mutes"
    rules = inhibitions(reference(), tuple(alerts(build(reference()).all)))
    sides = [(dict(r.source)["alertname"], dict(r.target)["alertname"]) for r in rules]
    sides = [(source, target) for source, target in sides if source != ("Acknowledged",)]
    expected = {s for source, target in sides if name in target for s in source}
    expected |= {t for source, target in sides if name in source for t in target}
    text = runbook(name)
    assert (f"## {heading}" in text) == bool(expected)
    if expected:
        assert set(re.findall(r"\[(\w+)\]\(\w+\.md\)", section(text, heading))) == expected


def test_every_snippet_of_settings_loads_and_changes_nothing(tmp_path: Path) -> None:
    """What a runbook offers to put into monitoring.yaml loads, and states what is in force."""
    base = reference()
    for name in base.alerts.by_name():
        usual, off = fences(section(runbook(name), "Change it, or switch it off"), "yaml")
        file = tmp_path / f"{name}.yaml"
        file.write_text(usual)
        given = load(file)
        assert {r.alert: r for r in alerts(build(given).all)} == {
            r.alert: r for r in alerts(build(settings()).all)
        }
        file.write_text(off)
        assert name not in {r.alert for r in alerts(build(load(file)).all)}


def test_an_alert_without_a_value_offers_what_can_be_changed() -> None:
    """Severity and time of an alert without a threshold can be changed; of the watchdog nothing."""
    every = alerts(build(Settings()).all)
    for_ = next(duration(rule.for_) for rule in every if rule.alert == "DiskTrend")
    text = section(runbook("DiskTrend"), "Change it, or switch it off")
    assert [yaml.safe_load(found)["alerts"]["others"] for found in fences(text, "yaml")] == [
        {"DiskTrend": {"severity": "low", "for": for_}},
        {"DiskTrend": {"enabled": False}},
    ]
    text = section(runbook("Watchdog"), "Change it, or switch it off")
    assert fences(text, "yaml") == []


def test_who_is_notified_follows_the_channels() -> None:
    """A channel that is left out is not named; without any, nobody is notified."""
    assert "notifies PagerDuty and Slack" in runbook("SLABreach")
    assert "notifies nobody: no channel is configured" in runbook("SLABreach", service={})
    mail = {"to": ["a@example.com"], "from": "b@example.com", "smarthost": "c.example.com:25"}
    assert "notifies mail" in runbook("SLABreach", notifications={"email": mail})


def test_quiet_hours_and_escalation_are_stated_if_configured() -> None:
    """A medium alert waits for the morning; a critical one goes to the second line."""
    assert "Between 22:00 and 07:00 (UTC)" in runbook("CPUHigh")
    assert "Between" not in runbook("ErrorRateWarning").split("## First")[0]
    assert "still fires after 30m" in runbook("ErrorRateCritical")
    assert "second line" not in runbook("ErrorRateCritical", notifications={})


def test_the_second_server_is_named_where_there_is_one() -> None:
    """What weeks of past are needed for is asked of the server that has them."""
    where = "on the server with 90 days, 127.0.0.1:9091:"
    assert where in section(runbook("QueryTimeAnomaly"), "Look next")
    assert where not in section(runbook("CPUHigh"), "Look next")
    one = runbook("QueryTimeAnomaly", prometheus={"longterm": None})
    assert "server with 90 days" not in section(one, "Look next")
