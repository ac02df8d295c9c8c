"""The alert on critical alerts that go on."""

from typing import Any

import pytest

from exporter.errors import SettingsError
from exporter.settings import Settings
from generators.rule_tests.files import documents
from generators.rule_tests.mutation import mutants
from generators.rules.build import Rules, build
from generators.rules.model import Alerting, alerts
from tests.generators.alertmanager.samples import ALL, PAGERDUTY, SLACK
from tests.generators.rule_tests.judging import failing

CHANNEL = {"slack": SLACK, "escalation": {"after": 1800, "channel": "#second"}}
PROMETHEUS = {"longterm": "127.0.0.1:9091"}


def made(notifications: dict[str, Any], **sections: Any) -> Rules:
    """Return the rules under these notifications."""
    return build(Settings.model_validate({"notifications": notifications, **sections}))


def escalations(rules: Rules) -> list[str]:
    """Return the files with an escalation."""
    return [file.name for file in rules.all if "escalation" in file.name]


def rule_of(rules: Rules) -> Alerting:
    """Return the rule."""
    return next(rule for rule in alerts(rules.all) if rule.alert == "Escalation")


@pytest.mark.slow
@pytest.mark.parametrize("after", [300, 1800, 7230])
def test_its_tests_pass_and_notice_every_change(after: int) -> None:
    """Promtool finds it as old as the settings say, each incident for itself, and nothing else."""
    given = Settings.model_validate(
        {"notifications": {"slack": SLACK, "escalation": {"after": after, "channel": "#second"}}}
    )
    rules = build(given)
    test = next(t for t in documents(rules) if t.rule.alert == "Escalation")
    assert not failing(test, test.rules)
    # What it reads is no recorded series, whose labels could be dropped.
    survived = [
        m.done for m in mutants(test) if m.files != test.rules and not failing(test, m.files)
    ]
    assert survived == []


def test_only_who_names_somebody_has_it() -> None:
    """Without an escalation there is none, and PagerDuty alone has its own."""
    assert escalations(made({"slack": SLACK})) == []
    assert escalations(made({"pagerduty": PAGERDUTY, "escalation": {"after": 3600}})) == []
    assert escalations(made(CHANNEL)) == ["escalation.yml"]


def test_each_server_escalates_its_own_alerts() -> None:
    """The server with 90 days has the rule only where one of its alerts is critical."""
    critical = {"ErrorBudgetExhausted": {"severity": "critical"}}
    assert escalations(made(CHANNEL, prometheus=PROMETHEUS)) == ["escalation.yml"]
    both = made(CHANNEL, prometheus=PROMETHEUS, alerts=critical)
    assert escalations(both) == ["escalation.yml", "longterm-escalation.yml"]
    assert escalations(made(CHANNEL, alerts=critical)) == ["escalation.yml"]


def test_it_carries_every_label_that_tells_places_apart() -> None:
    """Labels of whatever is critical are compared, so that one place is not taken for another."""
    lag = {"DatabaseLag": {"severity": "critical"}}
    others = {"others": {"CollectorFailing": {"severity": "critical"}}}
    usual, more = rule_of(made(ALL)), rule_of(made(ALL, alerts={**lag, **others}))
    where = ("gcp_project", "region", "service_name")
    assert usual.carried == ("signal", *where)
    assert more.carried == ("signal", *where, "database_id", "collector")


@pytest.mark.parametrize("alerts_", [
    {"ErrorRateCritical": {"for": 1800}},
    {"others": {"CollectorFailing": {"severity": "critical", "for": 3600}}},
])  # fmt: skip
def test_it_is_not_sooner_than_the_alert(alerts_: dict[str, Any]) -> None:
    """An alert that waits as long as the escalation would reach both lines at once: refused."""
    with pytest.raises(SettingsError, match=r"escalation\.after: 30m is no longer than the `for`"):
        made(CHANNEL, alerts=alerts_)


def test_it_cannot_be_changed_as_an_alert() -> None:
    """Its severity is its route: it is no name below alerts.others."""
    with pytest.raises(SettingsError, match="Escalation: there is no such alert"):
        made(CHANNEL, alerts={"others": {"Escalation": {"enabled": False}}})
