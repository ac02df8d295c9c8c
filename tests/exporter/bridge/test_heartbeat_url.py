"""The address of a heartbeat service: called while alerts arrive, and shown nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from exporter.bridge.heartbeat_url import HeartbeatUrl
from exporter.bridge.outcome import Later, Sent, Withheld
from tests.http_server import answering

pytestmark = pytest.mark.slow
SECRET = "0f0e1d2c3b4a"


@contextmanager
def service(status: int) -> Iterator[tuple[str, list[str]]]:
    """Run a heartbeat service; return its address and what was called."""
    called: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            called.append(self.path)
            self.send_response(status)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with answering(Handler) as server:
        yield f"http://127.0.0.1:{server.server_port}/ping/{SECRET}", called


def written(folder: Path, line: str) -> HeartbeatUrl:
    """Return a heartbeat with its address in a file."""
    file = folder / "heartbeat"
    file.write_text(line)
    file.chmod(0o600)
    return HeartbeatUrl(file)


def test_it_is_called_while_alerts_arrive_only(tmp_path: Path) -> None:
    """Silence is what the service notices, so where something is wrong there is no call."""
    with service(200) as (url, called):
        heartbeat = written(tmp_path, f"{url}\n")
        assert heartbeat.check_in(works=False) == Withheld()
        assert called == []
        assert heartbeat.check_in(works=True) == Sent()
        assert called == [f"/ping/{SECRET}"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_no_success_is_said(tmp_path: Path, status: int) -> None:
    """A redirect is not followed, since it would carry the secret elsewhere."""
    with service(status) as (url, called):
        outcome = written(tmp_path, url).check_in(works=True)
    assert isinstance(outcome, Later)
    assert f"answered {status}" in outcome.why
    assert len(called) == 1
    assert SECRET not in outcome.why


def test_a_service_that_repeats_the_request_betrays_nothing(tmp_path: Path) -> None:
    """What speaks no HTTP is quoted, without the path that it was asked for."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.wfile.write(self.raw_requestline)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with answering(Echo) as server:
        url = f"http://127.0.0.1:{server.server_port}/ping/{SECRET}"
        outcome = written(tmp_path, url).check_in(works=True)
    assert isinstance(outcome, Later)
    assert "POST" in outcome.why
    assert SECRET not in outcome.why


@pytest.mark.parametrize("line", [f"hc-ping.com/{SECRET}", f"https://x/{SECRET}\r\nA: b", ""])
def test_what_is_no_address_is_said_unseen(tmp_path: Path, line: str) -> None:
    """The reason names the file and the fix, and not the content."""
    outcome = written(tmp_path, line).check_in(works=True)
    assert isinstance(outcome, Later)
    assert str(tmp_path / "heartbeat") in outcome.why
    assert SECRET not in outcome.why
