"""What people read of an alert: when it is escalated, where its links lead, how long it is."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.bridge.acknowledgements import Acknowledgement
from exporter.bridge.alert_rows import AlertRow, Reading, ordered, row, shown
from exporter.bridge.incidents import FiringIncident
from exporter.settings import Settings
from tests.exporter.bridge.fleet import BEGAN, held
from tests.generators.alertmanager.samples import PAGERDUTY, SLACK

ALERT = held()
READING = Reading(1800.0, "https://prometheus.example.com")
GIVEN = Acknowledgement(
    row=1,
    fingerprint=ALERT.fingerprint,
    labels=ALERT.labels,
    starts_at=BEGAN,
    since=(BEGAN,),
    user="ada",
    comment="",
    at=BEGAN + 60,
)


def read(given: Acknowledgement | None = None, reading: Reading = READING, **more: Any) -> AlertRow:
    """Return the row of an incident."""
    return row(FiringIncident(alert=ALERT, **more), given, reading)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (read(since=(BEGAN - 120, BEGAN - 180)), BEGAN - 180 + 1800),
        (read(), BEGAN + 1800),  # nobody knows when its condition began
        (read(given=GIVEN), None),
        (read(escalations=("feed",)), None),
        (read(reading=Reading(None, None)), None),
        (row(FiringIncident(alert=held(severity="high")), None, READING), None),
    ],
)
def test_the_next_escalation(found: AlertRow, expected: float | None) -> None:
    """Of what is critical and not acknowledged, as old as the settings say; once."""
    assert found.next_escalation == expected


@pytest.mark.parametrize(
    ("notifications", "after"),
    [
        ({}, None),
        ({"pagerduty": PAGERDUTY}, 1800.0),  # its own policy, as generated
        ({"slack": SLACK, "escalation": {"after": 3600, "channel": "#second"}}, 3600.0),
    ],
)
def test_who_escalates(notifications: dict[str, Any], after: float | None) -> None:
    """Alertmanager as configured, else PagerDuty after the usual time, else nobody."""
    given = Settings.model_validate({"notifications": notifications})
    assert Reading.of(given).escalated_after == after


def test_links_lead_to_web_pages_only() -> None:
    """Prometheus' at the address of the settings; what a browser would run is left out."""
    urls = {"dashboard_url": "https://grafana.example.com/d/ion", "runbook_url": "/docs/x.md"}
    alert = replace(ALERT, annotations=urls, generator_url="http://vm:9090/graph?g0.expr=x")
    assert row(FiringIncident(alert=alert), None, READING).links == (
        ("Dashboard", "https://grafana.example.com/d/ion"),
        ("Prometheus", "https://prometheus.example.com/graph?g0.expr=x"),
    )
    for url in ("javascript:alert(1)", "data:text/html,x", "http://", "//x", "http://[", "x\x00"):
        alert = replace(ALERT, annotations={"dashboard_url": url}, generator_url=url)
        assert row(FiringIncident(alert=alert), None, Reading(None, None)).links == ()


def test_the_most_severe_comes_first_and_then_the_oldest() -> None:
    """A severity of somebody else's is last."""
    found = [
        held(severity="strange"),
        held(severity="low"),
        held(starts_at=BEGAN, region="b"),
        held(starts_at=BEGAN - 1, region="a"),
        held(severity="medium"),
        held(severity="high"),
    ]
    order = [
        row(each, None, READING) for each in ordered(FiringIncident(alert=alert) for alert in found)
    ]
    severities = ["critical", "critical", "high", "medium", "low", "strange"]
    assert [each.severity for each in order] == severities
    assert dict(order[0].labels)["region"] == "a"


def test_a_text_is_one_short_line() -> None:
    """Line breaks, control characters and what turns a text round become a space."""
    assert shown(" a\r\n\tb\x00\x1b[2J\u202ec\u2028d ") == "a b [2J c d"
    assert shown("x" * 3_000) == "x" * 1_000 + "…"
    assert (
        len(
            row(
                FiringIncident(alert=held(**{f"l{n}": "x" for n in range(99)})), None, READING
            ).labels
        )
        == 40
    )
