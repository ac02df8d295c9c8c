"""A site with fixed responses behind the real server, and clients that query it."""

import contextlib
import gzip as packing
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from exporter.exposition.exposition import Body, Format
from exporter.exposition.piece import Piece
from exporter.web.connection import Deadlines
from exporter.web.routes import Content, Request, Response, html_page
from exporter.web.server import ServerOptions, WebServer

LISTEN = ("127.0.0.1:0",)
PATIENCE = 30.0  # seconds; a guard against hanging, not a measurement
PATIENT = Deadlines(PATIENCE * 2, PATIENCE * 2, PATIENCE * 2, PATIENCE * 2)
GET = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class PaperSite:
    """Returns what its fields contain, raises `fault` if it is set, and records its clients."""

    def __init__(self) -> None:
        self.body = b"the page\n"
        self.pieces: tuple[bytes, ...] = ()  # where there are any, they are served instead
        self.html = b"<p>landing</p>"
        self.health = (True, "alive")
        self.readiness = (True, "ready")
        self.fault: Exception | None = None
        self.calls: list[tuple[Format, bool, str | None]] = []
        self.loads = 0
        self.lost: list[tuple[str, int]] = []
        self.unheard_of: list[tuple[bytes, int]] = []
        self.most_body, self.token = 1 << 20, ""
        self._executor = ThreadPoolExecutor(1)

    @property
    def encoder(self) -> Executor:
        """A thread for expositions that are not prepared."""
        return self._executor

    def prepared(self, fmt: Format, *, gzip: bool, client: str | None) -> Content | None:
        """Return the body; nothing has to be encoded."""
        return self.exposition(fmt, gzip=gzip, client=client)

    def exposition(self, fmt: Format, *, gzip: bool, client: str | None) -> Content:
        """Return the body."""
        self._fail()
        self.calls.append((fmt, gzip, client))
        if self.pieces:
            return Body(tuple(Piece([each]) for each in self.pieces), gzip=gzip)
        return packing.compress(self.body) if gzip else self.body

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the landing page, or what was posted and by whom."""
        self._fail()
        if request.path == "/echo":
            return Response(HTTPStatus.OK, f"{user} {request.query} ".encode() + request.body)
        return html_page(request, lambda: self.html) if request.path == "/" else None

    def unanswered(self, request: Request, status: int) -> None:
        """Note it."""
        self.lost.append((request.path, status))

    def unheard(self, start: bytes, status: int) -> None:
        """Note it."""
        self.unheard_of.append((start, status))

    def body_limit(self, request: Request) -> int:
        """Take bodies at /echo."""
        return self.most_body if request.path == "/echo" else 0

    def admits(self, request: Request) -> bool:
        """Admit who knows the token."""
        return bool(self.token) and request.header("authorization") == f"Bearer {self.token}"

    def healthy(self) -> tuple[bool, str]:
        """Return the health."""
        return self.health

    def ready(self) -> tuple[bool, str]:
        """Return the readiness."""
        return self.readiness

    def reload(self) -> None:
        """Count the call."""
        self._fail()
        self.loads += 1

    def _fail(self) -> None:
        if self.fault:
            raise self.fault


class Got(NamedTuple):
    """An answer: status, headers by lower-case name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def undated(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers without the time, which may go on between two answers."""
    assert headers["date"].endswith(" GMT")
    return {name: value for name, value in headers.items() if name != "date"}


@contextmanager
def serving(
    site: PaperSite | None = None, settings: ServerOptions | None = None
) -> Iterator[WebServer]:
    """Serve a site on a free port."""
    server = WebServer(site or PaperSite(), settings or ServerOptions(listen=LISTEN))
    server.start()
    try:
        yield server
    finally:
        if server._thread.is_alive():
            server.close()


def port_of(server: WebServer) -> int:
    """Return the port that a server listens on."""
    return server.addresses[0][1]


def link(server: WebServer, trust: ssl.SSLContext | None = None) -> http.client.HTTPConnection:
    """Return a client's connection that is kept alive, in TLS where `trust` is given."""
    port = port_of(server)
    if trust:
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=PATIENCE, context=trust)
    return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)


def say(
    connection: http.client.HTTPConnection,
    method: str = "GET",
    path: str = "/metrics",
    headers: Mapping[str, str] | None = None,
) -> Got:
    """Ask over a connection and return the whole answer."""
    connection.request(method, path, headers=dict(headers or {}))
    found = connection.getresponse()
    return Got(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())


def ask(
    server: WebServer,
    method: str = "GET",
    path: str = "/metrics",
    headers: Mapping[str, str] | None = None,
    trust: ssl.SSLContext | None = None,
) -> Got:
    """Ask over a connection of its own."""
    connection = link(server, trust)
    try:
        return say(connection, method, path, headers)
    finally:
        connection.close()


def client_hello() -> bytes:
    """Return the first message of a TLS client."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="x")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def accepted(server: WebServer) -> int:
    """Return how many connections the server has accepted and not closed.

    The kernel lists them by the server's port; those in the backlog have no inode yet.
    """
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    port, listening = f":{port_of(server):04X}", "0A"
    return sum(r[1].endswith(port) and r[3] != listening and r[9] != "0" for r in rows)


def opened(server: WebServer, sent: bytes = b"") -> socket.socket:
    """Return a raw connection on which `sent` has been written."""
    found = socket.create_connection(("127.0.0.1", port_of(server)), PATIENCE)
    found.sendall(sent)
    return found


def page(connection: socket.socket) -> bytes:
    """Return one answer that ends with the page."""
    found = bytearray()
    while not found.endswith(b"the page\n"):
        data = connection.recv(1 << 16)
        assert data, bytes(found)
        found += data
    return bytes(found)


def rest(connection: socket.socket) -> bytes:
    """Return all that comes until the server ends the connection, kindly or not."""
    found = bytearray()
    try:
        while data := connection.recv(1 << 16):
            found += data
    except ConnectionError:
        pass
    finally:
        connection.close()
    return bytes(found)


def left(connection: socket.socket) -> bytes:
    """Send no more; return what comes until the server has noticed, and ended the connection."""
    connection.shutdown(socket.SHUT_WR)
    return rest(connection)


def statuses(stream: bytes) -> list[int]:
    """Return the statuses of the answers in a stream, in order."""
    lines = [line for line in stream.split(b"\r\n") if b"HTTP/1.1 " in line]
    return [int(line.rpartition(b"HTTP/1.1 ")[2][:3]) for line in lines]
