"""Which incident an alert is, and since when."""

import pytest

from exporter.bridge.incidents import acknowledged_labels, incidents
from exporter.bridge.prometheus import Beginning, Beginnings, servers
from exporter.catalog.alert_names import since_text
from exporter.settings import Settings
from tests.exporter.bridge.fleet import BEGAN, began, held

ALERT = held()
RULES = dict(ALERT.labels)


def test_a_beginning_is_found_by_the_labels_of_the_rule() -> None:
    """Prometheus adds external labels to what it sends, and not to what it keeps."""
    known = Beginnings([Beginning(RULES, BEGAN), Beginning({**RULES, "region": "x"}, BEGAN + 1)])
    assert known.of({**RULES, "cluster": "eu"}) == (BEGAN,)
    assert known.of(RULES) == (BEGAN,)
    assert known.of({**RULES, "severity": "high"}) == ()
    assert known.of({"alertname": "Other"}) == ()


def test_the_series_with_most_labels_is_meant() -> None:
    """An alert on a region does not lend its beginning to the one on a service in it."""
    region = {name: RULES[name] for name in RULES if name != "service_name"}
    known = Beginnings([Beginning(region, BEGAN), Beginning(RULES, BEGAN + 5)])
    assert known.of(RULES) == (BEGAN + 5,)
    assert known.of(region) == (BEGAN,)


def test_replicas_may_know_other_beginnings() -> None:
    """Both are kept, once each, the first first."""
    known = Beginnings([began(ALERT, BEGAN + 60), began(ALERT, BEGAN), began(ALERT, BEGAN)])
    assert known.of(RULES) == (BEGAN, BEGAN + 60)


def test_an_incident_knows_its_escalations() -> None:
    """By its alert, signal and place; another form of the alert has escalations of its own."""
    own = {"escalates": "ErrorRateCritical", "since": since_text(BEGAN)}
    here = held("Escalation", "escalation", **own)
    there = held("Escalation", "escalation", **{**own, "region": "x"})
    form = held("Escalation", "escalation", **{**own, "signal": "latency"})
    found = incidents([ALERT, here, there, form, held("Watchdog"), held("Canary")], Beginnings(()))
    assert [(each.alert.name, each.escalations) for each in found] == [
        ("ErrorRateCritical", (here.fingerprint,))
    ]


def test_an_acknowledgement_has_what_the_escalation_keeps() -> None:
    """Every label of the alert but those that the escalation replaces, and its beginning."""
    found = acknowledged_labels({**RULES, "category": "slo", "pod": "a", "since": "x"}, BEGAN)
    assert found == {
        "alertname": "Acknowledged",
        "escalates": "ErrorRateCritical",
        "signal": "error_rate",
        "gcp_project": "shop",
        "region": "europe-west1",
        "service_name": "checkout",
        "pod": "a",
        "since": "2026-11-29 12:00:00 +0000 UTC",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("127.0.0.1:9090",)),
        ({"longterm": "127.0.0.1:9091"}, ("127.0.0.1:9090", "127.0.0.1:9091")),
        ({"replicas": {"a": "a:1", "b": "b:1"}}, ("a:1", "b:1")),
    ],
)
def test_every_server_that_evaluates_alerts_is_asked(
    given: dict[str, object], expected: tuple[str, ...]
) -> None:
    """Replicas instead of the one address, and the server with 90 days."""
    assert servers(Settings.model_validate({"prometheus": given})) == expected
