"""Routes are known by their matchers, receivers by what they send."""

from typing import Any

import yaml

from generators.alertmanager.build import CONFIG
from generators.versions.routing import routing_changes
from generators.versions.wording import lines

CRITICAL = 'severity="critical"'


def files(*routes: dict[str, Any], receivers: object = (), **more: object) -> dict[str, bytes]:
    """Return alertmanager.yml with these routes."""
    body = {"route": {"receiver": "all", "routes": [*routes]}, "receivers": [*receivers], **more}  # type: ignore[misc]
    return {CONFIG: yaml.safe_dump(body).encode()}


def route(receiver: str, *matchers: str, **more: object) -> dict[str, Any]:
    """Return a route."""
    return {"receiver": receiver, "matchers": [*matchers], **more}


def reported(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    """Return the lines of what differs."""
    return [*lines(routing_changes(old, new))]


def test_the_same_is_nothing() -> None:
    """Neither the order of keys nor comments are a difference."""
    old = files(route("a", CRITICAL))
    assert reported(old, {CONFIG: b"# x\n" + old[CONFIG]}) == []


def test_a_route_is_named_by_its_matchers() -> None:
    """What is below another is named with it, and a value has both sides."""
    inner = route("a", 'team="shop"', group_wait="5s")
    outer = files(route("a", CRITICAL, routes=[inner]))
    other = files(route("a", CRITICAL, routes=[{**inner, "group_wait": "1m", "receiver": "b"}]))
    place = f'routes.{CRITICAL} / team="shop"'
    assert reported(outer, other) == [
        f"~ {place}.group_wait: from 5s to 1m",
        f"~ {place}.receiver: from a to b",
    ]


def test_routes_with_the_same_matchers_are_told_apart_by_their_receivers() -> None:
    """A severity that goes to two channels has two routes."""
    old = files(route("a", CRITICAL), route("b", CRITICAL))
    new = files(route("a", CRITICAL), route("b", CRITICAL, repeat_interval="1h"))
    assert reported(old, new) == [f"+ routes.{CRITICAL} to b.repeat_interval: 1h"]


def test_another_order_of_routes_is_a_difference() -> None:
    """The first that matches takes an alert."""
    one, two = route("a", CRITICAL), route("b", 'team="shop"')
    expected = [f'~ routes in another order: team="shop" before {CRITICAL}']
    assert reported(files(one, two), files(two, one)) == expected


def test_a_receiver_is_compared_by_kind() -> None:
    """A changed channel is one value; a receiver that comes is named."""
    old = [{"name": "a", "slack_configs": [{"channel": "#a"}, {"channel": "#b"}]}]
    new = [{"name": "a", "slack_configs": [{"channel": "#a"}, {"channel": "#c"}]}, {"name": "b"}]
    assert reported(files(receivers=old), files(receivers=new)) == [
        "~ receivers.a.slack 2.channel: from #b to #c",
        "+ receivers: b",
    ]


def test_inhibitions_and_globals_are_compared() -> None:
    """A rule that mutes is as much a change as a route."""
    muting = {"source_matchers": ["a"], "target_matchers": ["b"]}
    new = files(inhibit_rules=[muting], **{"global": {"smtp_from": "me"}})
    assert reported(files(), new) == [
        "+ inhibitions: source_matchers a, target_matchers b",
        "+ alertmanager.global.smtp_from: me",
    ]


def test_what_somebody_broke_is_not_compared() -> None:
    """The file is named among the files that differ, all the same."""
    for broken in (b"a: [", b"\xff", b"[]", b"route: 3", b""):
        assert reported(files(), {CONFIG: broken}) == []
        assert reported({CONFIG: broken}, files()) == []
    assert reported({}, files()) == []
