"""A drill is no incident: nothing that counts what happened counts it."""

from dataclasses import replace

from exporter.bridge.alertmanagers import HeldAlert
from exporter.bridge.history import history
from exporter.bridge.incidents import incidents
from exporter.bridge.journal_rows import JournaledAlert, Presence
from exporter.bridge.prometheus import Beginnings
from exporter.bridge.webhook import NotifiedAlert
from exporter.prometheus.api import TimeSpan

REAL = {"alertname": "ErrorRateCritical", "severity": "critical"}
DRILL = {"alertname": "Drill", "severity": "critical", "drill": "1"}
NOTIFIED = NotifiedAlert(
    fingerprint="f", status="firing", labels=REAL, annotations={}, starts_at=100.0, ends_at=None
)
ROW = JournaledAlert(
    row=1,
    group_key="g",
    receiver="journal",
    alert=NOTIFIED,
    first_at=100.0,
    last_at=100.0,
    repeats=0,
)
HELD = HeldAlert(fingerprint="f", labels=REAL, annotations={}, starts_at=100.0, updated_at=100.0)


def test_no_drill_is_in_the_history() -> None:
    """The history has the real alert alone; the digest and all mean times are made from it."""
    rows = [ROW, replace(ROW, row=2, alert=replace(NOTIFIED, labels=DRILL))]
    found = history(TimeSpan(0.0, 200.0), None, rows, [Presence(0.0, 200.0)])
    assert [period.name for period in found.periods] == ["ErrorRateCritical"]


def test_no_drill_is_an_incident() -> None:
    """Nothing to acknowledge, nothing that is shown as escalated next, nothing on the page."""
    found = incidents([HELD, replace(HELD, labels=DRILL)], Beginnings(()))
    assert [each.alert.name for each in found] == ["ErrorRateCritical"]
