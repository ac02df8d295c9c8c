"""The control address of a simulated project: `ionmon incident` begins and ends incidents here.

Only `ionmon simulate` has it, on 127.0.0.1, and it takes nothing from a browser: a page of another
site could post to it, but neither without an Origin nor under the name 127.0.0.1.
"""

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from exporter.clock import Clock
from exporter.errors import IonmonError
from exporter.simulator.incidents import INCIDENTS, IncidentSpan
from exporter.simulator.world import MINUTE, World

SCHEMA_VERSION = 1
INCIDENT, END = "/incident", "/end"
LONGEST = 24 * 60  # minutes
_LARGEST = 1 << 16  # bytes of a body
_HOSTS = ("127.0.0.1", "localhost")
_IDLE = 30.0  # seconds


class Control:
    """What can be done with a simulated world; any thread may call it."""

    def __init__(self, world: World, clock: Clock, delay: float | None) -> None:
        """Change a world; `delay` are seconds after which its points are readable, if set."""
        self._world, self._clock, self._delay = world, clock, delay
        self._mutex = threading.Lock()

    def state(self) -> dict[str, Any]:
        """Return what goes on, and what is still to come."""
        minute = self._clock.now() / MINUTE
        spans = [span for span in self._world.timeline.spans if span.end > minute]
        return {
            "schema_version": SCHEMA_VERSION,
            "now": self._clock.now(),
            "source_delay_seconds": self._delay,
            "incidents": [_document(span) for span in spans],
        }

    def begin(self, name: str, minutes: int) -> None:
        """Let an incident begin. Raises IonmonError for an unknown one, or a wrong duration."""
        incident = INCIDENTS.get(name)
        if incident is None:
            raise IonmonError(f"{name!r} is no incident; there are {', '.join(INCIDENTS)}")
        if not 1 <= minutes <= LONGEST:
            raise IonmonError(f"an incident lasts from 1 to {LONGEST} minutes, not {minutes}")
        with self._mutex:
            self._world.begin(incident, self._clock.now(), minutes)

    def end(self) -> None:
        """End everything that goes on."""
        with self._mutex:
            self._world.end_incidents(self._clock.now())


def _document(span: IncidentSpan) -> dict[str, Any]:
    return {
        "name": span.incident.name,
        "description": span.incident.description,
        "begins": span.begin * MINUTE,
        "ends": span.end * MINUTE,
    }


class ControlServer(ThreadingHTTPServer):
    """Answers on 127.0.0.1, from `start` to `close`."""

    daemon_threads = True

    def __init__(self, port: int, control: Control) -> None:
        """Listen at a port; 0 is a free one. Raises IonmonError where it is taken."""
        self.control = control
        try:
            super().__init__(("127.0.0.1", port), _ControlRequest)
        except OSError as error:
            text = "name a free port with --control-port"
            raise IonmonError(f"port {port}: {error.strerror}; {text}") from error

    @property
    def address(self) -> str:
        """Where it listens, host:port."""
        return f"127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        """Answer from now on."""
        threading.Thread(target=self.serve_forever, name="control", daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that went away has no message."""


class _ControlRequest(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ControlServer
    timeout = _IDLE

    def do_GET(self) -> None:
        """Answer with what goes on."""
        if not self._refused():
            self._answer(HTTPStatus.OK, self.server.control.state())

    def do_POST(self) -> None:
        """Begin or end an incident, and answer with what goes on then."""
        body = self._body()
        if self._refused():
            return
        try:
            self._act(body)
        except IonmonError as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"fault": str(error)})
        else:
            self._answer(HTTPStatus.OK, self.server.control.state())

    def _act(self, body: Mapping[str, Any]) -> None:
        if self.path == INCIDENT:
            minutes = body.get("minutes", 15)
            if not isinstance(minutes, int) or isinstance(minutes, bool):
                raise IonmonError("minutes is no whole number")
            self.server.control.begin(str(body.get("name", "")), minutes)
        elif self.path == END:
            self.server.control.end()
        else:
            raise IonmonError(f"POST {self.path} is not known; use {INCIDENT} or {END}")

    def _refused(self) -> bool:
        host = self.headers.get("Host", "").partition(":")[0]
        if "Origin" not in self.headers and host in _HOSTS:
            return False
        self._answer(HTTPStatus.FORBIDDEN, {"fault": "not from a browser, and as 127.0.0.1 only"})
        return True

    def _body(self) -> Mapping[str, Any]:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isascii() and length.isdigit() else 0
        if size > _LARGEST:
            self.close_connection = True
            return {}
        with suppress(ValueError, RecursionError):
            found = json.loads(self.rfile.read(size) or b"{}")
            if isinstance(found, dict):
                return found
        return {}

    def _answer(self, status: HTTPStatus, document: Mapping[str, Any]) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""
