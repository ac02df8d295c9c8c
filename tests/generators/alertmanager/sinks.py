"""Stand-ins for Slack, PagerDuty, a bridge and a mail server, which keep what they are sent."""

import email
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.pagerduty import event_faults

PAGERDUTY = "/pagerduty"


@dataclass(frozen=True)
class Web:
    """An HTTP server that takes every POST: what came, by path, and what came too fast.

    times   when each of the posts came, Unix seconds
    broken  what is answered instead of 200, by path; 0 for no answer
    faults  why PagerDuty would have refused an event, which it is answered as there
    """

    port: int
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    broken: dict[str, int] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)
    faults: list[str] = field(default_factory=list)

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[dict[str, Any]]:
        """Return what was posted to a path."""
        return [body for to, body in self.posts if to == path]


class _Backlogged(ThreadingHTTPServer):
    """Accepts what an outage sends at once: a connection beyond the queue comes a second late."""

    request_queue_size = 256


def _is_broken(request: BaseHTTPRequestHandler, found: Web) -> bool:
    """Return whether a path is broken, and after the test where it gets no answer."""
    if found.broken.get(request.path) == 0:
        found.ended.wait()
    return request.path in found.broken


class _Pace:
    """One POST a second below a path; as many as come below others."""

    def __init__(self, limited: str) -> None:
        self._limited, self._lock = limited, threading.Lock()
        self._last: dict[str, float] = {}

    def is_too_fast(self, path: str) -> bool:
        """Return whether a POST comes within a second of the one before; else it is noted."""
        if not self._limited or not path.startswith(self._limited):
            return False
        with self._lock:
            now = time.monotonic()
            if now - self._last.get(path, float("-inf")) < 1:
                return True
            self._last[path] = now
            return False


@contextmanager
def web(limited: str = "") -> Iterator[Web]:
    """Serve, on a free port, what answers 200; below one path to one POST a second, as Slack."""
    pace, lock = _Pace(limited), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep the body."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if _is_broken(self, found) or pace.is_too_fast(self.path):
                found.refused.append(self.path)
                if found.broken.get(self.path, 429):
                    self.send_error(found.broken.get(self.path, 429))
                return
            content = json.loads(body)
            faults = event_faults(content) if self.path == PAGERDUTY else ()
            with lock:
                found.faults.extend(faults)
                if not faults:
                    found.posts.append((self.path, content))
                    found.times.append(time.time())
            self._answer(400 if faults else 202 if self.path == PAGERDUTY else 200)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}" if self.path == PAGERDUTY else b"ok")

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = _Backlogged(("127.0.0.1", 0), Handler)
    found = Web(server.server_port)
    with _serving(server):
        try:
            yield found
        finally:
            found.ended.set()


@dataclass(frozen=True)
class Mail:
    """A mail server: whom each mail went to, and the mail; `times` are when they came."""

    port: int
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)


@contextmanager
def mail() -> Iterator[Mail]:
    """Serve SMTP without TLS on a free port."""
    lock = threading.Lock()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """Speak as much of SMTP as one mail after the other needs."""
            to: list[str] = []
            self.wfile.write(b"220 stand-in\r\n")
            while line := self.rfile.readline().decode().strip():
                if line.upper().startswith("RCPT TO:"):
                    to.append(line[8:].strip("<> "))
                elif line.upper() == "DATA":
                    self.wfile.write(b"354 go on\r\n")
                    self._keep(to)
                    to = []
                elif line.upper() == "QUIT":
                    break
                self.wfile.write(b"250 ok\r\n")
            self.wfile.write(b"221 bye\r\n")

        def _keep(self, to: list[str]) -> None:
            message = self._message()
            with lock:
                found.mails.append((to, message))
                found.times.append(time.time())

        def _message(self) -> EmailMessage:
            lines = iter(self.rfile.readline, b".\r\n")
            text = b"".join(line.removeprefix(b".") for line in lines)
            message = email.message_from_bytes(text, policy=default)
            assert isinstance(message, EmailMessage)
            return message

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Mail(server.server_address[1])
    with _serving(server):
        yield found


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
