"""Incidents that begin and end while a world runs."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from exporter.errors import IonmonError
from exporter.simulator import control_client, deployment
from exporter.simulator.control import Control, ControlServer
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.exporter.simulator.asking import NOON

HALF = 30.0  # seconds of the minute that goes on
EU = next(region for region in deployment.REGIONS if region.name == "europe-west1")


@contextmanager
def controlled(delay: float | None = None) -> Iterator[tuple[World, HandClock, str]]:
    """Serve the control address of a world; yield it, its clock, and where that is."""
    world, clock = World(start=NOON), HandClock(NOON + HALF)
    server = ControlServer(0, Control(world, clock, delay))
    server.start()
    try:
        yield world, clock, server.address
    finally:
        server.close()


def errors(world: World, minute: int) -> float:
    """Return the share of europe-west1's requests that fail in a minute after noon."""
    rows = world.traffic.requests(EU, int(NOON // 60) + minute)
    return sum(row.number for row in rows if row.code[0] == "5") / sum(row.number for row in rows)


def test_an_incident_begins_with_the_minute_that_goes_on() -> None:
    """Even where that minute has been worked out already; the minutes before are as they were."""
    with controlled(5.0) as (world, _, address):
        calm = [errors(world, minute) for minute in range(3)]
        state = control_client.begin(address, "error_burst", 2)
        failing = [errors(world, minute) for minute in range(4)]
    (one,) = state.incidents
    assert (one.name, one.begins, one.ends) == ("error_burst", NOON, NOON + 120)
    assert (state.now, state.delay) == (NOON + HALF, 5.0)
    assert failing[0] == calm[0]
    assert min(failing[1:3]) > 0.03 > max(*calm, failing[3])


def test_all_end_with_the_minute_before() -> None:
    """What is still to come does not begin, either."""
    with controlled() as (world, clock, address):
        control_client.begin(address, "error_burst", 10)
        control_client.begin(address, "latency", 10)
        clock.time += 120
        assert {one.name for one in control_client.state(address).incidents} == {
            "error_burst",
            "latency",
        }
        assert control_client.end(address).incidents == ()
        assert errors(world, 2) > 0.03 > errors(world, 3)


@pytest.mark.parametrize(
    ("name", "minutes", "fault"),
    [
        ("nothing", 5, "'nothing' is no incident; there are error_burst"),
        ("latency", 0, "an incident lasts from 1 to 1440 minutes, not 0"),
    ],
)
def test_what_is_unknown_is_refused(name: str, minutes: int, fault: str) -> None:
    """With what there is instead."""
    with controlled() as (_, _, address), pytest.raises(IonmonError) as refused:
        control_client.begin(address, name, minutes)
    assert str(refused.value).startswith(fault)


def test_nobody_answers() -> None:
    """The error says how to start a project."""
    with controlled() as (_, _, address):
        pass
    with pytest.raises(IonmonError, match=r"no simulated project answers at .*: ionmon stack"):
        control_client.state(address)


@pytest.mark.parametrize("header", [("Origin", "http://127.0.0.1"), ("Host", "evil.example")])
def test_a_browser_is_refused(header: tuple[str, str]) -> None:
    """A page of another site can neither begin an incident nor read what goes on."""
    with controlled() as (world, _, address):
        for method, path in (("POST", "/incident"), ("GET", "/")):
            connection = http.client.HTTPConnection(address, timeout=30)
            connection.request(method, path, json.dumps({"name": "cpu"}), dict([header]))
            answer = connection.getresponse()
            assert (answer.status, b"browser" in answer.read()) == (403, True)
            connection.close()
    assert world.timeline.spans == ()


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        ("/nowhere", b"{}", "POST /nowhere is not known"),
        ("/incident", b"{", "'' is no incident"),
        ("/incident", b'{"name": "cpu", "minutes": "5"}', "minutes is no whole number"),
        ("/incident", b'{"name": "cpu", "minutes": true}', "minutes is no whole number"),
        ("/incident", b"x" * 70_000, "'' is no incident"),
    ],
)
def test_a_bad_request_is_answered(path: str, body: bytes, fault: str) -> None:
    """With 400 and the fault; the server goes on."""
    with controlled() as (_, _, address):
        connection = http.client.HTTPConnection(address, timeout=30)
        connection.request("POST", path, body)
        answer = connection.getresponse()
        assert answer.status == 400
        assert json.loads(answer.read())["fault"].startswith(fault)
        connection.close()
        assert control_client.state(address).incidents == ()


def test_a_taken_port_is_named() -> None:
    """With the option that names another."""
    with (
        controlled() as (world, clock, address),
        pytest.raises(IonmonError, match="--control-port"),
    ):
        ControlServer(int(address.partition(":")[2]), Control(world, clock, None))
