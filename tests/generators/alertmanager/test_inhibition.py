"""Which alert mutes which."""

import re
from typing import Any

import pytest

from exporter.settings import Settings
from generators.alertmanager.inhibition import Inhibition, Matchers, inhibitions
from generators.policy import SEVERITIES
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from tests.generators.alertmanager.samples import ALL, PLACE

EVERYTHING = Settings.model_validate({"notifications": ALL})
GIVEN: dict[str, dict[str, Any]] = {
    "default": {},
    "a service with thresholds of its own": {
        "services": {"checkout": {"alerts": {"ErrorRateCritical": {"threshold": 0.2}}}}
    },
    "with an escalation": {"notifications": ALL},
}
BOTH = pytest.mark.parametrize("given", sorted(GIVEN))


def real(settings: Settings) -> tuple[Alerting, ...]:
    """Return the alerts that settings generate."""
    return tuple(alerts(build(settings).all))


def takes(matchers: Matchers, rule: Alerting) -> bool:
    """Return whether matchers take the alerts of a rule, anchored as Alertmanager does it."""
    labels = {"alertname": rule.alert, **dict(rule.labels)}
    return all(re.fullmatch("|".join(v), labels.get(label, "")) for label, v in matchers)


def muted(given: dict[str, Any]) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return who mutes whom under settings, and which labels agree."""
    settings = Settings.model_validate(given)
    every = real(settings)
    return {
        (source.alert, target.alert, rule.equal)
        for rule in inhibitions(settings, every)
        for source in every
        for target in every
        if takes(rule.source, source) and takes(rule.target, target)
    }


def test_the_more_urgent_threshold_mutes_the_less_urgent_one_of_its_signal() -> None:
    """Only two alerts mute another: a stricter threshold of one signal; nothing else does."""
    assert muted({}) == {
        ("ResponseTimeCritical", "ResponseTimeWarning", PLACE),
        ("ErrorRateCritical", "ErrorRateWarning", PLACE),
    }


def test_missing_data_mutes_nothing() -> None:
    """What would be muted ends soon after the data, and Alertmanager would never record the end."""
    sources = {source for source, _, _ in muted({"notifications": ALL})}
    assert not sources & {"ExporterDown", "DataStale", "ProductStale"}


@pytest.mark.parametrize(
    "alerts_",
    [
        {"ErrorRateWarning": {"for": 600}},
        {"ErrorRateCritical": {"for": 0}},
        {"ErrorRateWarning": {"severity": "critical"}},
        {"ErrorRateWarning": {"enabled": False}},
        {"ErrorRateCritical": {"enabled": False}},
    ],
)
def test_what_could_end_first_is_not_muted(alerts_: dict[str, Any]) -> None:
    """With another `for`, the same severity, or without one of the two, neither mutes the other."""
    found = muted({"alerts": alerts_})
    assert found == {("ResponseTimeCritical", "ResponseTimeWarning", PLACE)}


def test_one_service_can_rule_a_muting_out() -> None:
    """The rule is for all services, so what differs for one of them is held against it, too."""
    one = {"alerts": {"ErrorRateWarning": {"for": 600}}}
    assert ("ErrorRateCritical", "ErrorRateWarning", PLACE) not in muted(
        {"services": {"checkout": one}}
    )


def test_an_acknowledgement_mutes_the_escalation_of_its_incident() -> None:
    """Alert, signal, place, beginning have to agree: a second incident begins at another time."""
    (rule, *_) = inhibitions(EVERYTHING, real(EVERYTHING))
    assert rule.source == (("alertname", ("Acknowledged",)),)
    assert rule.target == (("alertname", ("Escalation",)), ("severity", ("escalation",)))
    assert rule.equal == ("escalates", "signal", *PLACE, "since")


@BOTH
def test_nothing_more_urgent_is_muted(given: str) -> None:
    """A page is never muted by what only writes a message."""
    severities = {r.alert: r.severity for r in real(Settings.model_validate(GIVEN[given]))}
    for source, target, _ in muted(GIVEN[given]):
        assert SEVERITIES.index(severities[source]) <= SEVERITIES.index(severities[target])


@BOTH
def test_no_rule_compares_labels_that_a_side_lacks(given: str) -> None:
    """Labels absent on both sides count as equal: every label of `equal` is on both sides."""
    settings = Settings.model_validate(GIVEN[given])
    for rule in inhibitions(settings, real(settings)):
        for alert_rule in real(settings):
            if takes(rule.source, alert_rule) or takes(rule.target, alert_rule):
                assert set(rule.equal) <= alert_rule.label_names, (rule, alert_rule.alert)


@BOTH
def test_no_alert_mutes_itself(given: str) -> None:
    """No alert is on both sides of a rule, and each rule has alerts to mute."""
    settings = Settings.model_validate(GIVEN[given])
    for rule in inhibitions(settings, real(settings)):
        sides = [[r for r in real(settings) if takes(m, r)] for m in (rule.source, rule.target)]
        assert sides[1]
        assert not {r.alert for r in sides[0]} & {r.alert for r in sides[1]}


def test_the_form_of_a_rule() -> None:
    """A rule is written with quoted matchers."""
    rule = Inhibition((("alertname", ("A",)),), (("alertname", ("B", "C")),), ("region",))
    assert rule.body() == {
        "source_matchers": ['alertname="A"'],
        "target_matchers": ['alertname=~"B|C"'],
        "equal": ["region"],
    }
