"""A stand-in for Sentry: keeps what it is sent, judges it as Sentry does, and fails as scripted."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY, PROJECT = "c0ffee00c0ffee00c0ffee00c0ffee00", 42
LARGEST = 1_000_000  # bytes of an item


@dataclass(frozen=True)
class Answer:
    """What is answered instead of 200.

    hang  seconds of silence before it; drip: whether its bytes then come one by one, for ever
    lacking  bytes of the body that are promised and never come; hold: whether the end is late, too
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"{}"
    hang: float = 0.0
    drip: bool = False
    close: bool = False
    lacking: int = 0
    hold: bool = False


@dataclass
class Sentry:
    """A running stand-in.

    posts    the item type and the payload of each envelope, those that were refused too
    times    when each of them came, Unix seconds
    script   what is answered next, in this order; then 200
    always   what is answered where the script is empty, None for 200
    """

    port: int
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    script: list[Answer] = field(default_factory=list)
    always: Answer | None = None
    judge: Callable[[str, dict[str, Any]], Answer | None] = lambda *_: None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def dsn(self) -> str:
        """The DSN of its project."""
        return f"http://{KEY}@127.0.0.1:{self.port}/{PROJECT}"

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events that it was sent."""
        return [body for kind, body in self.posts if kind == "event"]

    @property
    def check_ins(self) -> list[dict[str, Any]]:
        """The check-ins that it was sent."""
        return [body for kind, body in self.posts if kind == "check_in"]

    @property
    def accepted(self) -> list[dict[str, Any]]:
        """The events that it answered 200 to."""
        return [
            body
            for (kind, body), status in zip(self.posts, self.answered, strict=False)
            if kind == "event" and status == 200
        ]

    def next_answer(self, kind: str, body: dict[str, Any]) -> Answer:
        """Return what to answer to an envelope."""
        if self.script:
            return self.script.pop(0)
        return self.judge(kind, body) or self.always or Answer()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_POST(self) -> None:
        """Read an envelope, and answer."""
        content = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.taken(self.path, self.headers["X-Sentry-Auth"], content)
        if answer.hang:
            self.server.found.ended.wait(answer.hang)
        if answer.close:
            self.close_connection = True
        elif answer.drip:
            self._drip()
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + answer.lacking))
        self.end_headers()
        self.wfile.write(answer.body)
        if answer.hold:
            self.server.found.ended.wait()
        self.close_connection = answer.lacking > 0

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.server.found.ended.wait(0.05):
            self.wfile.write(b"x")

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.found = Sentry(self.server_port)
        self._mutex = threading.Lock()

    def taken(self, path: str, auth: str, content: bytes) -> Answer:
        """Keep an envelope, and return what to answer."""
        with self._mutex:
            kind, body = opened(content)
            assert path == f"/api/{PROJECT}/envelope/"
            self.found.posts.append((kind, body))
            self.found.times.append(time.time())
            known = f"sentry_key={KEY}" in auth
            answer = self.found.next_answer(kind, body) if known else Answer(403)
            self.found.answered.append(answer.status)
            return answer

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that went away."""


@contextmanager
def sentry(port: int = 0) -> Iterator[Sentry]:
    """Serve on a free port."""
    server = _Server(port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.found
    finally:
        server.found.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def opened(content: bytes) -> tuple[str, dict[str, Any]]:
    """Return the type and the payload of an envelope's one item; fail where it is none."""
    first, _, rest = content.partition(b"\n")
    header, _, rest = rest.partition(b"\n")
    assert json.loads(first)["sent_at"].endswith("Z")
    kind, length = json.loads(header)["type"], json.loads(header)["length"]
    assert rest[length:] == b"\n", "the item is not as long as its header says"
    body = json.loads(rest[:length])
    if kind == "event":
        assert json.loads(first)["event_id"] == body["event_id"]
        faults = list(event_faults(body, length))
        assert not faults, faults
    return kind, body


def event_faults(body: dict[str, Any], length: int) -> Sequence[str]:
    """Return what Sentry would cut, drop or refuse of an event."""
    tags = body.get("tags", {})
    faults = [f"{length} bytes"] if length > LARGEST else []
    faults += [f"tag {name}" for name in tags if not 0 < len(name) <= 32]
    faults += [f"value of {n}" for n, v in tags.items() if not 0 < len(v) <= 200 or "\n" in v]
    faults += [] if len(body["event_id"]) == 32 else ["event_id"]
    faults += [] if body["level"] in ("fatal", "error", "warning", "info") else ["level"]
    faults += [] if len(body["environment"]) <= 64 and "/" not in body["environment"] else ["env"]
    return faults
