"""The tree of routes and the quiet hours."""

import pytest

from generators.alertmanager.plan import Timers
from generators.alertmanager.routes import INCIDENT, matcher, time_intervals, tree
from tests.generators.alertmanager.samples import ALL, QUIET, SLACK, VARIANTS, settings


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_there_is_one_route_a_severity(variant: str) -> None:
    """Whatever is configured, watchdog first, four severities follow, most urgent first."""
    routes = tree(settings(VARIANTS[variant]), Timers())["routes"]
    assert routes[0]["matchers"] == ['alertname="Watchdog"']
    found = [route["matchers"] for route in routes[1:] if not route.get("continue")]
    severities = ("critical", "high", "medium", "low")
    assert found == [[f'severity="{severity}"'] for severity in severities]


def test_the_escalation_goes_on_to_the_severity() -> None:
    """The escalation stands before the critical route, continues, and groups each alert alone."""
    routes = tree(settings(ALL), Timers())["routes"]
    assert [route.get("continue", False) for route in routes[1:3]] == [True, False]
    assert routes[1]["receiver"] == "escalation"
    assert routes[1]["group_by"] == ["..."]
    assert routes[1]["group_wait"] == "30m"


def test_critical_and_high_are_never_silent() -> None:
    """Quiet hours mute medium alerts only, and nothing where there are none."""
    muted = [r["matchers"][0] for r in tree(settings(ALL), Timers())["routes"] if _is_muted(r)]
    assert muted == ['severity="medium"']
    loud = tree(settings({"slack": SLACK}), Timers())["routes"]
    assert not any(map(_is_muted, loud))


def _is_muted(route: dict[str, object]) -> bool:
    return "mute_time_intervals" in route


def test_databases_and_caches_are_incidents_of_their_own() -> None:
    """What is mended apart is not in one group, so that a second page is not swallowed."""
    assert {"alertname", "gcp_project", "region", "service_name"} <= set(INCIDENT)
    assert {"database_id", "redis_id"} <= set(INCIDENT)
    assert tree(settings(ALL), Timers())["group_by"] == list(INCIDENT)


@pytest.mark.parametrize(
    ("since", "to", "expected"),
    [
        ("22:00", "07:00", [("00:00", "07:00"), ("22:00", "24:00")]),
        ("12:00", "13:00", [("12:00", "13:00")]),
        ("22:00", "00:00", [("22:00", "24:00")]),
        ("00:00", "07:00", [("00:00", "07:00")]),
    ],
)
def test_quiet_hours_end_with_the_day(since: str, to: str, expected: list[tuple[str, str]]) -> None:
    """Hours over midnight are two intervals, since one cannot end before it begins."""
    hours = {**QUIET, "from": since, "to": to}
    (interval,) = time_intervals(settings({"slack": SLACK, "quiet_hours": hours}))
    night, weekend = interval["time_intervals"]
    assert [(t["start_time"], t["end_time"]) for t in night["times"]] == expected
    assert weekend["weekdays"] == ["saturday", "sunday"]
    assert {night["location"], weekend["location"]} == {"Europe/Berlin"}


def test_weekends_can_be_as_other_days() -> None:
    """Without quiet weekends there are only the hours."""
    hours = {**QUIET, "weekends": False}
    (interval,) = time_intervals(settings({"slack": SLACK, "quiet_hours": hours}))
    assert len(interval["time_intervals"]) == 1


def test_matchers_are_quoted() -> None:
    """A matcher is quoted, as both of Alertmanager's parsers read it."""
    assert matcher("a", "b") == 'a="b"'
    assert matcher("a", "b", "c") == 'a=~"b|c"'
