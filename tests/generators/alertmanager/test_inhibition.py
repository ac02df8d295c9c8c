"""Which alert mutes which."""

import re
from collections.abc import Sequence

import pytest

from exporter.settings import Settings
from generators.alertmanager.inhibition import UNTRUSTED, Inhibition, Matchers, inhibitions
from generators.policy import SEVERITIES
from generators.rules.build import build
from generators.rules.model import Alerting, alerts
from tests.generators.alertmanager.samples import ALERTS, PLACE, alert

REAL = tuple(alerts(build(Settings()).all))
BOTH = pytest.mark.parametrize("given", [ALERTS, REAL], ids=["samples", "real"])


def takes(matchers: Matchers, rule: Alerting) -> bool:
    """Return whether matchers take the alerts of a rule, anchored as Alertmanager does it."""
    labels = {"alertname": rule.alert, **dict(rule.labels)}
    return all(re.fullmatch("|".join(v), labels.get(label, "")) for label, v in matchers)


def muted(given: Sequence[Alerting]) -> set[tuple[str, str, tuple[str, ...]]]:
    """Return who mutes whom, and which labels agree."""
    return {
        (source.alert, target.alert, rule.equal)
        for rule in inhibitions(given)
        for source in given
        for target in given
        if takes(rule.source, source) and takes(rule.target, target)
    }


def test_the_more_urgent_mutes_the_less_urgent_of_a_signal() -> None:
    """Of a signal the more urgent mutes every less urgent one, by the labels that both carry."""
    by_signal = {found for found in muted(ALERTS) if found[0] not in UNTRUSTED}
    assert by_signal == {
        ("ErrorRateCritical", "ErrorRateWarning", PLACE),
        ("ErrorRateCritical", "ErrorRateAnomaly", ("gcp_project", "region")),
        ("ErrorRateWarning", "ErrorRateAnomaly", ("gcp_project", "region")),
    }


def test_lost_data_mutes_what_is_built_on_it() -> None:
    """An exporter that is down mutes all of it; a stale project mutes what is of that project."""
    down = {target: equal for source, target, equal in muted(ALERTS) if source == "ExporterDown"}
    stale = {target: equal for source, target, equal in muted(ALERTS) if source == "DataStale"}
    built = ("ErrorRateWarning", "ErrorRateAnomaly", "CPUHigh", "DiskTrend")
    assert down == dict.fromkeys((*built, "CacheHitRateLow"), ())
    assert stale == dict.fromkeys(built, ("gcp_project",))


@BOTH
def test_nothing_more_urgent_is_muted(given: Sequence[Alerting]) -> None:
    """A page is never muted by what only writes a message."""
    severities = {rule.alert: rule.severity for rule in given}
    for source, target, _ in muted(given):
        assert SEVERITIES.index(severities[source]) <= SEVERITIES.index(severities[target])


@BOTH
def test_no_rule_compares_labels_that_a_side_lacks(given: Sequence[Alerting]) -> None:
    """Labels absent on both sides count as equal: every label of `equal` is on both sides."""
    for rule in inhibitions(given):
        for alert_rule in given:
            if takes(rule.source, alert_rule) or takes(rule.target, alert_rule):
                assert set(rule.equal) <= alert_rule.label_names, (rule, alert_rule.alert)


@BOTH
def test_no_alert_mutes_itself(given: Sequence[Alerting]) -> None:
    """No alert is on both sides of a rule, and each rule has alerts on both."""
    for rule in inhibitions(given):
        sides = [[r for r in given if takes(m, r)] for m in (rule.source, rule.target)]
        assert all(sides)
        assert not {r.alert for r in sides[0]} & {r.alert for r in sides[1]}


@BOTH
def test_no_rule_without_labels_but_from_one_that_has_no_place(given: Sequence[Alerting]) -> None:
    """What mutes whatever the labels are is only what says that there is no data at all."""
    unconditional = {source for source, _, equal in muted(given) if not equal}
    assert unconditional <= {"ExporterDown"}


def test_one_name_of_several_rules_has_the_labels_of_all() -> None:
    """Where rules share a name, a label that one of them lacks is compared for none."""
    given = (
        alert("A", "critical", "s", "threshold", "region", "service_name"),
        alert("B", "low", "s", "anomaly", "region", "service_name"),
        alert("B", "low", "s", "anomaly", "region", "database_id"),
    )
    assert {rule.equal for rule in inhibitions(given)} == {("region",)}


def test_one_name_of_several_severities_does_not_mute_itself() -> None:
    """Rules differ by name: the urgent alert of a name mutes others, its calm one does not."""
    given = tuple(
        alert(name, severity, "s", "threshold", "region")
        for name, severity in (("A", "critical"), ("A", "low"), ("B", "low"))
    )
    assert muted(given) == {("A", "B", ("region",))}


def test_the_form_of_a_rule() -> None:
    """A rule is written with quoted matchers."""
    rule = Inhibition((("alertname", ("A",)),), (("alertname", ("B", "C")),), ("region",))
    assert rule.body() == {
        "source_matchers": ['alertname="A"'],
        "target_matchers": ['alertname=~"B|C"'],
        "equal": ["region"],
    }
