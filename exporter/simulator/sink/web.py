"""The web server of the sink: the webhooks of the channels, and the page that shows them."""

import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from exporter.simulator.sink import page
from exporter.simulator.sink.inbox import Inbox
from exporter.simulator.sink.posts import reply

MESSAGE = "/message/"
LARGEST = 4 << 20  # bytes of a body
_IDLE = 60.0  # seconds
_HOSTS = ("127.0.0.1", "localhost")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "WebSink"
    timeout = _IDLE

    def do_GET(self) -> None:
        """Answer with the page, or with one message."""
        # Another site's page must not read this one under a name of its own.
        if self.headers.get("Host", "").partition(":")[0] not in _HOSTS:
            self._answer(HTTPStatus.FORBIDDEN, "this page is served at 127.0.0.1 only\n")
            return
        path = self.path.partition("?")[0]
        number = path.removeprefix(MESSAGE)
        found = self.server.inbox.find(int(number)) if _is_number(number) else None
        if path == "/":
            self._answer(HTTPStatus.OK, page.overview(self.server.inbox), "text/html")
        elif found is not None:
            self._answer(HTTPStatus.OK, page.single(found), "text/html")
        else:
            self._answer(HTTPStatus.NOT_FOUND, "no such page, or no longer\n")

    def do_POST(self) -> None:
        """Take what a channel is sent."""
        length = self.headers.get("Content-Length", "")
        if not _is_number(length) or int(length) > LARGEST:
            self.close_connection = True
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "at most 4 MiB, with their length\n")
            return
        found = reply(self.server.inbox, self.path, self.rfile.read(int(length)))
        self._answer(found.status, found.text, found.kind)

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/plain") -> None:
        content = text.encode(errors="replace")
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing: the messages are what is printed."""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST))


class WebSink(ThreadingHTTPServer):
    """Listens at a port of 127.0.0.1; 0 is a free one."""

    daemon_threads = True
    request_queue_size = 128  # Alertmanager sends what an outage held back at once

    def __init__(self, port: int, inbox: Inbox) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self.inbox = inbox

    def handle_error(self, *_: object) -> None:
        """Say in a line that a sender went away."""
        self.inbox.fault(f"a request: {sys.exception()!r}")
