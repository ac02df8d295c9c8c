"""One connection: its grammar, its deadlines, and what it may not hold."""

import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.web.bodies import MAX_BODY
from exporter.web.requests import MAX_HEAD
from exporter.web.server import ServerOptions, WebServer
from tests.exporter.web.serving import (
    GET,
    LAST,
    LISTEN,
    PATIENT,
    PaperSite,
    accepted,
    ask,
    link,
    opened,
    page,
    rest,
    say,
    serving,
    statuses,
    undated,
)
from tests.servers import wait_until

SHORT = 0.5  # seconds
RELOAD = b"POST /-/reload HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    """Serve without hurry, with reloads allowed."""
    with serving(settings=patient(enable_lifecycle=True)) as found:
        yield found


def patient(**changes: object) -> ServerOptions:
    """Return settings whose deadlines no test reaches, but for the changes."""
    return replace(ServerOptions(listen=LISTEN, deadlines=PATIENT), **changes)


def test_requests_follow_one_another_on_one_connection(server: WebServer) -> None:
    """Several answers come over the same socket, until the client asks to close."""
    kept = link(server)
    sockets = set()
    for path, status in (("/metrics", 200), ("/none", 404), ("/-/ready", 200)):
        assert say(kept, "GET", path).status == status
        sockets.add(kept.sock)
    assert len(sockets) == 1
    assert None not in sockets
    assert say(kept, headers={"Connection": "close"}).status == 200
    assert kept.sock is None
    kept.close()


def test_head_leaves_the_connection_in_step(server: WebServer) -> None:
    """After the answer to HEAD, which has no body, the next answer is read right."""
    kept = link(server)
    head, get = say(kept, "HEAD"), say(kept)
    assert (head.status, head.body) == (200, b"")
    assert undated(head.headers) == undated(get.headers)
    assert get.body == b"the page\n"
    kept.close()


@pytest.mark.parametrize("sent", [LAST, b"rubbish\r\n\r\n"])
def test_an_answer_has_its_date(server: WebServer, sent: bytes) -> None:
    """Good or bad, an answer says when it was made, as RFC 9110 wants it of who has a clock."""
    head = rest(opened(server, sent)).partition(b"\r\n\r\n")[0].decode()
    (date,) = (line[6:] for line in head.splitlines() if line.lower().startswith("date: "))
    assert date.endswith(" GMT")
    assert abs(datetime.now(UTC) - parsedate_to_datetime(date)) < timedelta(minutes=1)


@pytest.mark.parametrize("cut", range(0, len(GET) + 1, 7))
def test_pipelined_requests_are_answered_in_order(server: WebServer, cut: int) -> None:
    """Three requests at once, wherever the network cuts them, have three answers in their order."""
    stream = GET.replace(b"/metrics", b"/none") + GET + LAST.replace(b"/metrics", b"/-/reload")
    connection = opened(server, stream[: len(GET) + cut])
    connection.sendall(stream[len(GET) + cut :])
    assert statuses(rest(connection)) == [404, 200, 405]


def test_what_is_held_back_is_read_on(server: WebServer) -> None:
    """A request whose beginning came with the one before is answered when its end comes."""
    connection = opened(server, GET + GET[:20])
    page(connection)
    connection.sendall(GET[20:] + LAST)
    assert statuses(rest(connection)) == [200, 200]


def test_http_1_0_is_closed_after_the_answer(server: WebServer) -> None:
    """A client that knows no more than HTTP/1.0 gets the page and the end of the connection."""
    answer = rest(opened(server, b"GET /metrics HTTP/1.0\r\n\r\n"))
    assert statuses(answer) == [200]
    assert answer.endswith(b"\r\n\r\nthe page\n")


def test_a_body_in_chunks_is_read_and_passed_over(server: WebServer) -> None:
    """What comes with a reload is not looked at, and the next request is found behind it."""
    chunked = RELOAD.replace(b"Connection: close", b"Transfer-Encoding: chunked") + b"\r\n"
    body = b"5\r\nhello\r\n" * 3 + b"0\r\nTrailer: x\r\n\r\n"
    assert statuses(rest(opened(server, chunked + body + LAST))) == [200, 200]


@pytest.mark.parametrize(
    ("size", "status"), [(MAX_BODY, 200), (MAX_BODY + 1, 413), (MAX_BODY * 3, 413)]
)
def test_a_body_has_a_limit(server: WebServer, size: int, status: int) -> None:
    """64 KiB are read, one byte more is refused, whether its length was told or not."""
    told = RELOAD + b"Content-Length: %d\r\n\r\n" % size
    assert statuses(rest(opened(server, told + b"x" * size))) == [status]
    chunked = RELOAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % size
    tail = b"x" * size + b"\r\n0\r\n\r\n"
    assert statuses(rest(opened(server, chunked + tail))) == [status]


@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"])
@pytest.mark.parametrize("start", [b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: ", b"GET /"])
def test_a_head_has_a_limit(server: WebServer, start: bytes, end: bytes) -> None:
    """More than 16 KiB are refused, whether the end of the head has come or not."""
    head = start + b"y" * (MAX_HEAD + 1) + (b" HTTP/1.1\r\nHost: x" * (start == b"GET /")) + end
    assert statuses(rest(opened(server, head))) == [431]


def test_a_large_head_within_the_limit(server: WebServer) -> None:
    """15 KiB of headers are read."""
    assert ask(server, headers={"X": "y" * 15_000}).status == 200


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (b"GET /metrics HTTP/1.1\r\n\r\n", [400]),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", [400]),
        (b"GET /metrics\r\n\r\n", [400]),
        (b"GET /met rics HTTP/1.1\r\nHost: x\r\n\r\n", [400]),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n", [400]),
        (b"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", [400]),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", [400]),
        (b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", [501]),
        (RELOAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", [400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [404, 400]),
        (b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", [404]),
        (GET + b"\0rubbish\r\n\r\n", [200, 400]),
    ],
)
def test_what_is_no_request_is_refused(
    server: WebServer, request_: bytes, expected: list[int]
) -> None:
    """Each breach of the grammar has an answer that says so and the end of the connection."""
    assert expected == statuses(rest(opened(server, request_)))


PIECES = st.sampled_from(
    [
        b"GET ",
        b"/",
        b" HTTP/1.1",
        b"\r\n",
        b"\n",
        b"Host: x",
        b":",
        b"0",
        b"\0",
        b"CONNECT x",
        GET,
        b"Content-Length: 9",
        b"Transfer-Encoding: chunked",
        b"Upgrade: h2c",
        b"Connection: upgrade",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.binary(max_size=8)).map(b"".join))
def test_no_bytes_stop_the_server(server: WebServer, garbage: bytes) -> None:
    """Whatever is sent is answered in HTTP or not at all, and the next request is served."""
    connection = opened(server)
    try:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
    except ConnectionError:
        pass
    found = rest(connection)
    assert found[:9] in (b"", b"HTTP/1.1 ")
    assert all(status in (200, 400, 404, 405, 501) for status in statuses(found))
    assert ask(server).body == b"the page\n"


def test_a_defect_in_writing_ends_the_connection(caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be written is logged with its cause, and nobody waits for it."""
    site = PaperSite()
    site.body = "no bytes"  # type: ignore[assignment]
    with caplog.at_level(logging.CRITICAL, "ionmon.web"), serving(site, patient()) as server:
        assert b"no bytes" not in rest(opened(server, GET))
        wait_until(lambda: accepted(server) == 0, "no connection")
    assert caplog.messages == ["a connection was ended by a defect"]
    assert "TypeError" in caplog.text


@pytest.mark.parametrize(
    "target", ["http://x/metrics", "HTTP://x:9090/metrics?a=b", "https://[::1]:1/metrics"]
)
def test_a_target_may_be_absolute(target: str) -> None:
    """A request as clients send it to a proxy is answered: the path is what counts."""
    with serving() as server:
        got = ask(server, path=target)
    assert (got.status, got.body) == (200, b"the page\n")


def test_an_absolute_target_without_a_path_is_the_landing_page() -> None:
    """http://host means the path /."""
    with serving() as server:
        assert ask(server, path="http://x").body == b"<p>landing</p>"


def test_two_lengths_of_one_body_are_refused() -> None:
    """With Content-Length and Transfer-Encoding a proxy may see another request; it gets 400."""
    both = b"Host: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with serving() as server:
        answer = rest(opened(server, b"GET /metrics HTTP/1.1\r\n" + both + GET))
    assert statuses(answer) == [400]
