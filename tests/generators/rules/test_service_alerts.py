"""Alerts on thresholds differ by service, and each series is judged by one of them."""

from pathlib import Path

import pytest

from exporter.settings import Settings
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import mutants, trimmed
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from tests.generators.rule_tests.judging import failing
from tests.generators.rules.playing import played

SETTINGS = Settings.model_validate(
    {
        "services": {
            "checkout": {
                "owner": "payments",
                "alerts": {"ErrorRateCritical": {"threshold": "5%", "for": "5m"}},
                "redis": ["cache-a"],
            },
            "search": {"owner": "discovery", "alerts": {"CPUHigh": {"enabled": False}}},
            "batch": {"alerts": {"ErrorRateCritical": {"severity": "high"}}},
        }
    }
)


def rules_of(settings: Settings, name: str) -> list[Alerting]:
    """Return the rules of an alert."""
    return [rule for rule in alerts(build(settings).main) if rule.alert == name]


def test_each_service_is_judged_by_its_own_threshold(tmp_path: Path) -> None:
    """At 3 % errors the service with a limit of 5 % is silent, and the alerts name their team."""
    series = {}
    for service in ("checkout", "search", "batch", "shop"):
        labels = f'gcp_project="p",region="r",service_name="{service}",response_code_class='
        series[f'cloudrun_requests_total{{{labels}"2xx"}}'] = "0+970x40"
        series[f'cloudrun_requests_total{{{labels}"4xx"}}'] = "0+30x40"
    query = (
        "count by (service_name, team, severity) "
        '(ALERTS{alertname="ErrorRateCritical",alertstate="firing"})'
    )
    found = {
        '{service_name="search",team="discovery",severity="critical"}': 1.0,
        '{service_name="batch",severity="high"}': 1.0,
        '{service_name="shop",severity="critical"}': 1.0,
    }
    assert played(tmp_path, series, [(query, 30, found)], SETTINGS) == ""


def test_an_alert_that_is_off_for_a_service_is_on_for_the_others() -> None:
    """A service without an alert is left out of the rule of all others."""
    (default, checkout) = rules_of(SETTINGS, "CPUHigh")
    assert 'service_name!~"checkout|search"' in default.expr
    assert checkout.services == ("checkout",)


def test_an_alert_that_only_one_service_has_is_built_on_what_it_needs() -> None:
    """Switched off for all and on for one: its newest minutes are recorded all the same."""
    given = {
        "alerts": {"CPUHigh": {"enabled": False}},
        "services": {"checkout": {"alerts": {"CPUHigh": {"enabled": True}}}},
    }
    settings = Settings.model_validate(given)
    (rule,) = rules_of(settings, "CPUHigh")
    assert rule.services == ("checkout",)
    test = next(t for t in documents(build(settings)) if t.rule == rule)
    assert not failing(test, trimmed(test))


@pytest.mark.deep
@pytest.mark.parametrize("alert", ["ErrorRateCritical", "CacheHitRateLow"])
def test_the_tests_of_a_service_bite(alert: str) -> None:
    """They pass, and no mutant of its rule does, its threshold and its team among them."""
    found = documents(build(SETTINGS))
    test = next(t for t in found if t.rule.title == f"{alert} of checkout")
    assert test.path.endswith(f"/{alert}-checkout.yml")
    assert not failing(test, trimmed(test))
    wrong = {mutant.done: failing(test, mutant.files) for mutant in mutants(test)}
    assert all(wrong.values()), wrong
    assert {"its threshold is moved", "its team is dropped"} <= wrong.keys()
