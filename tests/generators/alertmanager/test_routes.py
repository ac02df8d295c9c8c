"""The tree of routes and the quiet hours."""

from collections.abc import Iterator
from typing import Any

import pytest

from generators.alertmanager.plan import Timers
from generators.alertmanager.quiet_hours import time_intervals
from generators.alertmanager.routes import matcher, tree
from tests.generators.alertmanager.samples import ALERTS, ALL, QUIET, SLACK, VARIANTS, settings

Route = dict[str, Any]
SHOP = {
    "checkout": {"owner": "shop", "notifications": {"slack": {"channel": "#shop"}}},
}


def routes_of(notifications: dict[str, Any], **sections: Any) -> list[Route]:
    """Return the routes below the root."""
    found = tree(settings(notifications, **sections), Timers(), ALERTS)["routes"]
    assert isinstance(found, list)
    return found


def below(route: Route) -> Iterator[Route]:
    """Yield a route and those below it."""
    yield route
    for each in route.get("routes", []):
        yield from below(each)


def of_severity(routes: list[Route], severity: str) -> Route:
    """Return the route of a severity."""
    return next(r for r in routes if r.get("matchers") == [f'severity="{severity}"'])


def test_a_team_comes_before_everybody() -> None:
    """What carries a team goes by the team's channels alone, what carries none by the others."""
    routes = routes_of(ALL, services=SHOP)
    shop, *others = of_severity(routes, "critical")["routes"]
    assert shop["matchers"] == ['team="shop"']
    assert "continue" not in shop
    names = [route["receiver"] for route in shop["routes"]]
    assert names == ["shop-critical-pagerduty", "shop-critical-slack"]
    assert [r["receiver"] for r in others] == ["critical-pagerduty", "critical-slack"]


def test_what_makes_a_notification_is_the_channels_own() -> None:
    """A page is of a service in a region, whatever fails; a message is of an alert in a region."""
    pages, messages = of_severity(routes_of(ALL), "critical")["routes"]
    assert pages["group_by"] == ["team", "gcp_project", "region", "service_name"]
    assert messages["group_by"] == ["alertname", "gcp_project", "region"]
    assert (pages.get("continue"), messages.get("continue")) == (True, None)
    assert [pages["group_interval"], messages["group_interval"]] == ["1m", "1m"]


def test_what_is_about_no_service_is_a_page_of_its_own() -> None:
    """Without a service nothing says what belongs together, and an alert that joins never pages."""
    pages, _ = of_severity(routes_of(ALL), "critical")["routes"]
    assert pages["routes"] == [{"matchers": ['service_name=""'], "group_by": ["..."]}]


def test_the_settings_say_what_makes_a_notification() -> None:
    """Labels of the settings replace the usual ones of a channel, and of that one only."""
    own = {"group_by": {"pagerduty": ["alertname", "tier"]}}
    pages, messages = of_severity(routes_of({**ALL, **own}), "critical")["routes"]
    assert pages["group_by"] == ["alertname", "tier"]
    assert "routes" not in pages
    assert messages["group_by"] == ["alertname", "gcp_project", "region"]


def test_messages_of_an_outage_go_out_one_after_the_other() -> None:
    """Of what can begin together, each alert and region has a wait of its own."""
    regions = {"regions": ["us-central1", "europe-west1"]}
    route = of_severity(routes_of({"slack": SLACK}, service=regions), "medium")
    waits = {tuple(r["matchers"]): r["group_wait"] for r in route["routes"]}
    assert waits == {
        ('alertname="CPUHigh"', 'region="europe-west1"'): "1m2s",
        ('alertname="CacheHitRateLow"',): "1m4s",
    }
    assert route["group_wait"] == "1m"


@pytest.mark.parametrize("variant", sorted(VARIANTS))
def test_there_is_one_route_a_severity(variant: str) -> None:
    """Whatever is configured, watchdog first, four severities, most urgent first."""
    routes = routes_of(VARIANTS[variant])
    assert routes[0]["matchers"] == ['alertname="Watchdog"']
    expected = [[f'severity="{s}"'] for s in ("critical", "high", "medium", "low")]
    found = [r["matchers"] for r in routes if "matchers" in r]
    assert found[-4:] == expected
    assert [r["receiver"] for r in routes if "continue" in r] in ([], ["journal"])


def test_the_journal_takes_everything_and_passes_it_on() -> None:
    """With a bridge its route is before all severities; what none takes is still unrouted."""
    for notifications in (ALL, {"bridge": {}}, {**ALL, "bridge": {}}):
        routes = routes_of(notifications)
        names = [route["receiver"] for route in routes]
        assert names[:4] == ["heartbeat", "acknowledged", "canary", "journal"]
        canary, journal = routes[2:4]
        assert canary["matchers"] == ['alertname="Canary"']
        assert "continue" not in canary
        assert (journal["continue"], "matchers" in journal) == (True, False)
        for route in (canary, journal):
            assert (route["group_wait"], route["group_interval"]) == ("0s", "10s")
        assert routes[-1] == {"receiver": "unrouted"}
    without = routes_of({"slack": SLACK})
    assert "journal" not in [route["receiver"] for route in without]
    assert all("matchers" in route for route in without)


def test_escalations_that_began_together_are_one_message() -> None:
    """Escalations have a route of their own, and acknowledgements one to nobody."""
    _, acknowledged, _, _, escalation, *_ = routes_of(ALL)
    assert acknowledged == {"receiver": "acknowledged", "matchers": ['alertname="Acknowledged"']}
    assert escalation["receiver"] == "escalation"
    assert escalation["matchers"] == ['severity="escalation"']
    assert escalation["group_by"] == ["team", "gcp_project", "since"]
    assert not any("escal" in str(route) for route in routes_of({"slack": SLACK}))


def test_critical_and_high_are_never_silent() -> None:
    """Quiet hours mute every route of medium alerts, and nothing where there are none."""
    every = [r for route in routes_of(ALL) for r in below(route)]
    medium = list(below(of_severity(routes_of(ALL), "medium")))
    assert [r for r in every if _is_muted(r)] == medium
    assert len(medium) > 1
    loud = [r for route in routes_of({"slack": SLACK}) for r in below(route)]
    assert not any(map(_is_muted, loud))


def _is_muted(route: dict[str, object]) -> bool:
    return "mute_time_intervals" in route


@pytest.mark.parametrize(
    ("since", "to", "expected"),
    [
        ("22:00", "07:00", [("00:00", "07:00"), ("22:00", "24:00")]),
        ("12:00", "14:00", [("12:00", "14:00")]),
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
