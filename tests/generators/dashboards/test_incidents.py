"""What panels say of alerts that overlap, that go on, and that began before the range."""

from pathlib import Path

import pytest

from tests.generators.dashboards.evaluated import MINUTES, RANGE, agree, expression, filled, series
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


WATCHDOG = series("ALERTS", {"alertname": "Watchdog", "alertstate": "firing"}, [1] * (MINUTES + 1))
ANOTHER = series("up", {"job": "x"}, [1] * (MINUTES + 1))


@pytest.mark.parametrize(
    ("number", "severity", "alerts", "expected"),
    [
        (INCIDENTS, "critical", ENDED, 2),
        (LASTED, "critical", ENDED, 30 * 60),
        (RESOLVED, "critical", ENDED, 15 * 60),
        (INCIDENTS, "critical", ONE_MORE, 3),
        (RESOLVED, "critical", ONE_MORE, 15 * 60),
        (RESOLVED, "critical", ONE_LONG, None),
        (INCIDENTS, "critical", ONE_LONG, 1),
        (INCIDENTS, "high", ENDED, 0),
    ],
)
def test_alerts_that_overlap_are_one_incident(
    tmp_path: Path, number: int, severity: str, alerts: Alerts, expected: float | None
) -> None:
    """Two alerts that overlap and a later one are two incidents; one that goes on has no end."""
    recorded = [WATCHDOG, *(alert(*one, severity) for one in alerts)]
    samples = {"{}": -1 if expected is None else expected}
    query = expression("reliability", number)
    assert agree(tmp_path, query, recorded, {MINUTES: samples}) == ""


@pytest.mark.parametrize("number", [INCIDENTS, LASTED, RESOLVED, 79])
def test_figures_of_incidents_are_known_only_where_alerts_are_evaluated(
    tmp_path: Path, number: int
) -> None:
    """A calm range has a figure for none; a server that evaluates nothing has no figure."""
    query = expression("reliability", number)
    none = 0 if number == INCIDENTS else -1
    assert agree(tmp_path, query, [WATCHDOG], {MINUTES: {"{}": none}}) == ""
    assert agree(tmp_path, query, [ANOTHER], {MINUTES: {}}) == ""


@pytest.mark.parametrize(
    ("board", "number", "ref", "label", "calm"),
    [
        ("overview", 31, "B", "where", "no alert fires"),
        ("reliability", 76, "B", "where", "no alert fired in this range"),
        ("reliability", 203, "A", "alertname", "No alert"),
    ],
)
def test_calm_is_stated_and_only_where_alerts_are_evaluated(
    tmp_path: Path, board: str, number: int, ref: str, label: str, calm: str
) -> None:
    """A table or a timeline without alerts has one row that says which of the two it is."""
    query = expression(board, number, ref)
    assert agree(tmp_path, query, [WATCHDOG], {MINUTES: {f'{{{label}="{calm}"}}': 0}}) == ""
    unknown = calm if label == "alertname" else "alerts are not evaluated"
    assert agree(tmp_path, query, [ANOTHER], {MINUTES: {f'{{{label}="{unknown}"}}': -1}}) == ""
    firing = [WATCHDOG, alert("Slow", "eu", ALWAYS)]
    where = "" if label == "alertname" else ', where="eu"'
    samples = {f'{{alertname="Slow"{where}}}': 4}
    assert agree(tmp_path, query, firing, {MINUTES: samples}) == ""


@pytest.mark.parametrize(("alerts", "age"), [(ONE_MORE, 600), (ONE_LONG, RANGE)])
def test_an_alert_fires_since_its_last_beginning(
    tmp_path: Path, alerts: Alerts, age: float
) -> None:
    """What fired before does not count, and no more than the range is known."""
    recorded = [alert(*one) for one in alerts]
    samples = {'{alertname="SLABreach", where="eu"}': age}
    assert agree(tmp_path, expression("overview", WRONG), recorded, {MINUTES: samples}) == ""


def seconds(name: str, *stretches: tuple[int, int]) -> dict[str, str]:
    """Return the series of an alert that fires from some seconds to others, every ten seconds."""
    labels = {"alertname": name, "alertstate": "firing", "severity": "critical"}
    values = [
        1 if any(begin <= at < end for begin, end in stretches) else None
        for at in range(0, MINUTES * 60 + 1, 10)
    ]
    return series("ALERTS", labels, values)


NOW = 58 * 60 + 40
NEW = (NOW - 20, NOW + 60)
QUARTER = (600, 1500)


@pytest.mark.parametrize(
    ("stretches", "age"),
    [
        ((NEW,), 0),
        ((QUARTER, NEW), 0),
        (((0, 1500), NEW), 0),
        ((QUARTER, (NOW - 600, NOW + 60)), 580),
        (((0, NOW + 60),), RANGE),
    ],
)
def test_an_alert_between_two_minutes(
    tmp_path: Path, stretches: tuple[tuple[int, int], ...], age: float
) -> None:
    """One that just began is new, whatever fired before; one that always fired fills the range."""
    recorded, at = [seconds("Slow", *stretches)], f"{NOW}s"
    samples = {'{alertname="Slow", where="all"}': age}
    assert agree(tmp_path, expression("overview", WRONG), recorded, {at: samples}, "10s") == ""


@pytest.mark.parametrize(
    "last", [NEW, (NOW - 1100, NOW - 10), (NOW - 1100, NOW + 60), (NOW - 1100, NOW - 80)]
)
def test_the_mean_of_ended_incidents_between_two_minutes(
    tmp_path: Path, last: tuple[int, int]
) -> None:
    """What has just begun, has just ended or goes on changes nothing of what has ended."""
    both = last[1] == NOW - 80
    mean = (900 + 1020) / 2 if both else 900
    recorded = [seconds("SLABreach", QUARTER, last)]
    query = expression("reliability", RESOLVED)
    assert agree(tmp_path, query, recorded, {f"{NOW}s": {"{}": mean}}, "10s") == ""


def test_the_worst_severity_of_an_alert_is_said(tmp_path: Path) -> None:
    """As the number that the column has a word for."""
    recorded = [alert("Slow", "eu", ALWAYS, "high"), alert("Slow", "us", ALWAYS, "low")]
    samples = {'{alertname="Slow", where="eu"}': 3.0, '{alertname="Slow", where="us"}': 1.0}
    assert agree(tmp_path, expression("overview", WRONG, "B"), recorded, {MINUTES: samples}) == ""


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
    recorded = [series("ALERTS", own, [1] * (MINUTES + 1))]
    samples = {f'{{alertname="Slow", where="{where}"}}': 3.0}
    assert agree(tmp_path, expression("overview", WRONG, "B"), recorded, {MINUTES: samples}) == ""


@pytest.mark.parametrize(
    ("others", "expected"), [((), {"{}": 0.0}), ((alert("Slow", "eu", ALWAYS),), {})]
)
def test_all_is_well_only_where_alerts_are_evaluated(
    tmp_path: Path, others: tuple[dict[str, str], ...], expected: dict[str, float]
) -> None:
    """The 0 is there beside Watchdog alone: not beside another alert, and not without Watchdog."""
    query = expression("overview", ACTIVE, "E")
    assert agree(tmp_path, query, [WATCHDOG, *others], {MINUTES: expected}) == ""
    assert agree(tmp_path, query, others, {MINUTES: {}}) == ""


def test_a_mark_says_when_it_was_for_some_minutes(tmp_path: Path) -> None:
    """A page and a warning are found in each of them, with one time, then no more."""
    marks = reference()["infrastructure"]["annotations"]["list"][1:]
    _, pages, warnings = (filled(mark["expr"]) for mark in marks)
    assert all(mark["useValueForTime"] for mark in marks)
    name = '{alertname="SLABreach", severity="critical"}'
    begun = {minute: {name: 40 * 60e3} for minute in (40, 42, 43)}
    assert agree(tmp_path, pages, [alert(*ENDED[2])], {39: {}, **begun, 46: {}}) == ""
    high = alert("CPUHigh", "eu", LATER, "medium")
    assert agree(tmp_path, warnings, [high], {41: {}}) == "", "of no signal of the board"
    high["series"] = high["series"].replace("{", '{signal="cpu_utilization",')
    samples = {'{alertname="CPUHigh", severity="medium"}': 40 * 60e3}
    assert agree(tmp_path, warnings, [high], {39: {}, 41: samples, 46: {}}) == ""


DETECTED, TABLE = 79, 76


def test_the_time_to_detect_has_the_age_of_the_data(tmp_path: Path) -> None:
    """Two minutes of waiting after the first bad evaluation, on data that is three minutes old."""
    name = {"alertname": "SLABreach", "region": "eu", "severity": "critical", "signal": "x"}
    began = [None if minute < 38 else 38 * 60 for minute in range(MINUTES + 1)]
    firing = [None if minute < 40 else 1 for minute in range(MINUTES + 1)]
    recorded = [
        series("ALERTS_FOR_STATE", name, began),
        series("ALERTS", {**name, "alertstate": "firing"}, firing),
        series(
            "ionmon_data_age_seconds",
            {"family": "cloudrun_requests_total", "gcp_project": "p"},
            [180] * (MINUTES + 1),
        ),
    ]
    samples = {MINUTES: {"{}": 300.0}}
    assert agree(tmp_path, expression("reliability", DETECTED), recorded, samples) == ""


@pytest.mark.parametrize(
    ("ref", "expected"), [("A", 1800), ("B", 4), ("C", 2), ("D", 900), ("E", 1800e3)]
)
def test_the_table_of_alerts(tmp_path: Path, ref: str, expected: float) -> None:
    """How long an alert fired, how severe it was, how often, and for how long on the mean."""
    recorded = [alert("Slow", "eu", range(10, 25)), alert("Slow", "eu", range(30, 45), "high")]
    samples = {'{alertname="Slow", where="eu"}': float(expected)}
    assert (
        agree(tmp_path, expression("reliability", TABLE, ref), recorded, {MINUTES: samples}) == ""
    )


def test_alerts_are_counted_as_the_table_has_them(tmp_path: Path) -> None:
    """Two instances of an alert at one place are a row, and one alert."""
    labels = {"alertname": "Slow", "region": "eu", "alertstate": "firing", "severity": "critical"}
    recorded = [
        series("ALERTS", {**labels, "window": w}, [1] * (MINUTES + 1)) for w in ("1h", "6h")
    ]
    query = expression("overview", ACTIVE, "A")
    assert agree(tmp_path, query, recorded, {MINUTES: {"{}": 1.0}}) == ""
