"""What panels say of alerts that overlap, that go on, and that began before the range."""

from pathlib import Path

import pytest

from tests.generators.dashboards.asked import MINUTES, agree, expression, filled, series
from tests.generators.dashboards.made import reference

FIRST, SECOND, LATER = range(5, 20), range(15, 30), range(40, 45)
GOING_ON, ALWAYS = range(50, MINUTES + 1), range(MINUTES + 1)
ENDED = (("SLABreach", "", FIRST), ("ErrorRateCritical", "eu", SECOND), ("SLABreach", "us", LATER))
ONE_MORE = (*ENDED, ("SLABreach", "eu", GOING_ON))
ONE_LONG = (("SLABreach", "eu", ALWAYS),)
INCIDENTS, LASTED, RESOLVED, ACTIVE, WRONG = 77, 78, 80, 6, 31
Alerts = tuple[tuple[str, str, range], ...]


def alert(name: str, region: str, minutes: range, severity: str = "critical") -> dict[str, str]:
    """Return the series of an alert that fires in some minutes."""
    labels = {"alertname": name, "region": region, "alertstate": "firing", "severity": severity}
    values = [1 if minute in minutes else None for minute in range(MINUTES + 1)]
    return series("ALERTS", labels, values)


@pytest.mark.parametrize(
    ("number", "severity", "alerts", "wanted"),
    [
        (INCIDENTS, "critical", ENDED, 2),
        (LASTED, "critical", ENDED, 30 * 60),
        (RESOLVED, "critical", ENDED, 15 * 60),
        (INCIDENTS, "critical", ONE_MORE, 3),
        (RESOLVED, "critical", ONE_MORE, 15 * 60),
        (RESOLVED, "critical", ONE_LONG, None),
        (INCIDENTS, "high", ENDED, 0),
    ],
)
def test_alerts_that_overlap_are_one_incident(
    tmp_path: Path, number: int, severity: str, alerts: Alerts, wanted: float | None
) -> None:
    """Two alerts that overlap and a later one are two incidents; one that goes on has no end."""
    given = [alert(*one, severity) for one in alerts]
    samples = {} if wanted is None else {"{}": wanted}
    asked = expression("reliability", number)
    assert agree(tmp_path, asked, given, {MINUTES: samples}) == ""


@pytest.mark.parametrize(("alerts", "minutes"), [(ONE_MORE, 10), (ONE_LONG, MINUTES)])
def test_an_alert_fires_since_its_last_beginning(
    tmp_path: Path, alerts: Alerts, minutes: int
) -> None:
    """What fired before does not count, and no more than the range is known."""
    given = [alert(*one) for one in alerts]
    samples = {'{alertname="SLABreach", where="eu"}': minutes * 60.0}
    assert agree(tmp_path, expression("overview", WRONG), given, {MINUTES: samples}) == ""


def test_the_worst_severity_of_an_alert_is_said(tmp_path: Path) -> None:
    """As the number that the column has a word for."""
    given = [alert("Slow", "eu", ALWAYS, "high"), alert("Slow", "us", ALWAYS, "low")]
    samples = {'{alertname="Slow", where="eu"}': 3.0, '{alertname="Slow", where="us"}': 1.0}
    assert agree(tmp_path, expression("overview", WRONG, "B"), given, {MINUTES: samples}) == ""


@pytest.mark.parametrize(
    ("labels", "where"),
    [
        ({}, "all"),
        ({"region": "eu"}, "eu"),
        ({"region": "eu", "database_id": "ion:db"}, "ion:db"),
        ({"redis_id": "cache"}, "cache"),
    ],
)
def test_where_an_alert_is(tmp_path: Path, labels: dict[str, str], where: str) -> None:
    """Its database or cache, else its region, else everywhere."""
    own = {"alertname": "Slow", "alertstate": "firing", "severity": "high", **labels}
    given = [series("ALERTS", own, [1] * (MINUTES + 1))]
    samples = {f'{{alertname="Slow", where="{where}"}}': 3.0}
    assert agree(tmp_path, expression("overview", WRONG, "B"), given, {MINUTES: samples}) == ""


@pytest.mark.parametrize(
    ("others", "wanted"), [((), {"{}": 0.0}), ((alert("Slow", "eu", ALWAYS),), {})]
)
def test_all_is_well_only_where_alerts_are_evaluated(
    tmp_path: Path, others: tuple[dict[str, str], ...], wanted: dict[str, float]
) -> None:
    """The 0 is there beside Watchdog alone: not beside another alert, and not without Watchdog."""
    asked = expression("overview", ACTIVE, "E")
    watchdog = series(
        "ALERTS", {"alertname": "Watchdog", "alertstate": "firing"}, [1] * (MINUTES + 1)
    )
    assert agree(tmp_path, asked, [watchdog, *others], {MINUTES: wanted}) == ""
    assert agree(tmp_path, asked, others, {MINUTES: {}}) == ""


def test_a_mark_says_when_it_was_for_five_minutes(tmp_path: Path) -> None:
    """A page, a warning and a deploy are found at each of them, with one time, then no more."""
    marks = reference()["infrastructure"]["annotations"]["list"][1:]
    deploys, pages, warnings = (filled(mark["expr"]) for mark in marks)
    assert all(mark["useValueForTime"] for mark in marks)
    name = '{alertname="SLABreach", severity="critical"}'
    begun = {minute: {name: 40 * 60e3} for minute in (40, 42, 44)}
    assert agree(tmp_path, pages, [alert(*ENDED[2])], {39: {}, **begun, 46: {}}) == ""
    high = alert("CPUHigh", "eu", LATER, "medium")
    assert agree(tmp_path, warnings, [high], {41: {}}) == "", "of no signal of the board"
    high["series"] = high["series"].replace("{", '{signal="cpu_utilization",')
    samples = {'{alertname="CPUHigh", severity="medium"}': 40 * 60e3}
    assert agree(tmp_path, warnings, [high], {39: {}, 41: samples, 46: {}}) == ""

    def billed(revision: str, first: int) -> dict[str, str]:
        labels = {"service_name": "ion", "revision_name": revision}
        values = [None if minute < first else 60 * minute for minute in range(MINUTES + 1)]
        return series("cloudrun_billable_instance_seconds_total", labels, values)

    name = '{service_name="ion", revision_name="new"}'
    seen = {minute: {name: 30 * 60e3} for minute in (31, 33, 34)}
    given = [billed("old", 0), billed("new", 30)]
    assert agree(tmp_path, deploys, given, {29: {}, **seen, 36: {}}) == ""
