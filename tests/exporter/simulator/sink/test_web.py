"""The sink's web server, over the wire."""

import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from exporter.clock import WallClock
from exporter.simulator.sink.inbox import Inbox
from exporter.simulator.sink.web import LARGEST, WebSink

pytestmark = pytest.mark.slow


@pytest.fixture
def sink() -> Iterator[tuple[WebSink, list[str]]]:
    """Serve on a free port; the list has what was printed."""
    lines: list[str] = []
    with WebSink(0, Inbox(WallClock(), lines.append)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield server, lines
        server.shutdown()
        thread.join()


def ask(
    server: WebSink, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[int, str, str]:
    """Return the status, the body, and the content security policy of an answer."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    try:
        connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, text, answer.headers.get("Content-Security-Policy", "")
    finally:
        connection.close()


def test_what_is_posted_is_on_the_page(sink: tuple[WebSink, list[str]]) -> None:
    """A message is printed, listed and has a page of its own, none of which runs a script."""
    server, lines = sink
    body = b'{"channel": "#ion", "text": "it fails"}'
    assert ask(server, "POST", "/slack", body)[:2] == (200, "ok")
    assert lines == ["Slack (#ion): it fails"]
    for path in ("/", "/message/1"):
        status, text, policy = ask(server, "GET", path)
        assert (status, "it fails" in text) == (200, True)
        assert policy.startswith("default-src 'none';")
        assert "script" not in policy


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/slack", b"[]", 400),
        ("/slack", b"{", 400),
        ("/slack", b"[" * 100_000, 400),
        ("/pagerduty", b"\xff", 400),
        ("/api/42/envelope/", b"", 400),
        ("/api/41/envelope/", b"{}", 404),
        ("/", b"{}", 404),
        ("/heartbeat", b"", 200),
    ],
)
def test_what_no_channel_takes(
    sink: tuple[WebSink, list[str]], path: str, body: bytes, status: int
) -> None:
    """It is refused, is no message, and the server goes on."""
    server, _ = sink
    assert ask(server, "POST", path, body)[0] == status
    assert "Nothing has come yet" in ask(server, "GET", "/")[1]


def test_bounds_and_names(sink: tuple[WebSink, list[str]]) -> None:
    """A body that is too large is not read; under another name there is no page."""
    server, _ = sink
    assert ask(server, "POST", "/slack", Content_Length=str(LARGEST + 1))[0] == 413
    assert ask(server, "GET", "/", Host="rebound.example.com:9843")[0] == 403
    for path in ("/message/1", "/message/x", "/message/" + "9" * 5_000, "/favicon.ico"):
        assert ask(server, "GET", path)[0] == 404
