"""The deadlines of a connection: requests that do not come, answers that nobody reads."""

import socket
import threading
from dataclasses import replace

import pytest

from tests.exporter.web.serving import (
    GET,
    PATIENCE,
    PATIENT,
    PaperSite,
    accepted,
    ask,
    opened,
    page,
    rest,
    serving,
    statuses,
)
from tests.exporter.web.test_connection import RELOAD, SHORT, patient
from tests.servers import wait_until


def test_a_request_that_trickles_is_cut() -> None:
    """A byte now and then does not put off the end: the whole request has one deadline."""
    deadlines = replace(PATIENT, request=SHORT)
    with serving(settings=patient(deadlines=deadlines)) as server:
        connection = opened(server, b"GET /metrics HTTP/1.1\r\nX: ")
        connection.settimeout(SHORT / 10)
        assert trickled(connection) < 2000
        assert ask(server).status == 200


def trickled(connection: socket.socket) -> int:
    """Send a byte a twentieth of a second until the server hangs up; return how many went."""
    for count in range(2000):
        try:
            connection.send(b"x")
            if connection.recv(1) == b"":
                return count
        except TimeoutError:
            continue
        except ConnectionError:
            return count
    return 2000


@pytest.mark.parametrize("begun", [b"", GET[:30], RELOAD])
def test_a_request_that_does_not_come_is_cut(begun: bytes) -> None:
    """A connection on which nothing, or only a part, is sent ends at the request's deadline."""
    with serving(settings=patient(deadlines=replace(PATIENT, request=SHORT))) as server:
        assert rest(opened(server, begun)) == b""


def test_a_second_request_has_the_same_deadline() -> None:
    """A part that comes with the request before, or after its answer, is not waited for longer."""
    with serving(settings=patient(deadlines=replace(PATIENT, request=SHORT))) as server:
        assert statuses(rest(opened(server, GET + GET[:20]))) == [200]
        connection = opened(server, GET)
        page(connection)
        connection.sendall(GET[:20])
        assert rest(connection) == b""


def test_a_quiet_connection_is_kept_until_its_own_deadline() -> None:
    """Between two requests the deadline of one does not count; the one for idleness does."""
    with serving(settings=patient(deadlines=replace(PATIENT, idle=SHORT))) as server:
        assert statuses(rest(opened(server, GET))) == [200]


def test_a_client_that_does_not_read_is_cut() -> None:
    """At the deadline for an answer the connection ends, what is not read is dropped."""
    site = PaperSite()
    site.body = b"x" * 32_000_000
    with serving(site, patient(deadlines=replace(PATIENT, answer=SHORT))) as server:
        connection = opened(server, GET)
        wait_until(lambda: accepted(server) == 1, "a connection")
        wait_until(lambda: accepted(server) == 0, "the end of it")
        assert len(rest(connection)) < len(site.body)


def test_an_answer_that_is_not_found_in_time_is_cut() -> None:
    """The deadline for an answer begins with the end of the request, not with its first byte."""
    go_on = threading.Event()

    class Slow(PaperSite):
        def reload(self) -> None:
            assert go_on.wait(PATIENCE)

    deadlines = replace(PATIENT, answer=SHORT)
    with serving(Slow(), patient(deadlines=deadlines, enable_lifecycle=True)) as server:
        assert rest(opened(server, RELOAD + b"\r\n")) == b""
        go_on.set()
        assert ask(server).status == 200
