"""One HTTP/1.1 connection: h11 knows the grammar, this knows how long a client may take."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from types import MappingProxyType

import h11

from exporter import __version__
from exporter.web.protection import ProtectionRules
from exporter.web.routes import Request, Response, Routes

log = logging.getLogger("ionmon.web")

LARGEST_HEAD = 16 * 1024
LARGEST_BODY = 64 * 1024
_SERVER = ("Server", f"ionmon/{__version__}")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: for the TLS handshake, for a whole request, for a whole answer, and between two."""

    handshake: float = 5.0
    request: float = 10.0
    answer: float = 30.0
    idle: float = 330.0  # Prometheus keeps a connection for five minutes


class Waiting:
    """Connections that the server waits for, longest first; the cap closes those."""

    def __init__(self) -> None:
        self._closers: dict[object, Callable[[], object]] = {}

    def __len__(self) -> int:
        return len(self._closers)

    def add(self, connection: object, close: Callable[[], object]) -> None:
        """Note that `connection` is waited for from now on; `close` ends it."""
        self._closers.pop(connection, None)
        self._closers[connection] = close

    def remove(self, connection: object) -> None:
        """Note that it is not waited for any more."""
        self._closers.pop(connection, None)

    def close_longest(self) -> bool:
        """End the one that is waited for longest; say whether there was one."""
        for connection, close in self._closers.items():
            del self._closers[connection]
            close()
            return True
        return False


class Connection(asyncio.Protocol):
    """Reads requests one by one, and writes an answer to each."""

    def __init__(
        self,
        routes: Routes,
        rules: Callable[[], ProtectionRules],
        waiting: Waiting,
        deadlines: Deadlines,
    ) -> None:
        self._routes, self._rules = routes, rules
        self._waiting, self._deadlines = waiting, deadlines
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._request: h11.Request | None = None
        self._body = 0
        self._idle = False
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._drained = asyncio.Event()
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request, unless the client's certificate is not one of ours."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio's own promise
        self._transport = transport
        transport.set_write_buffer_limits(high=0)
        self._drained.set()
        peer = transport.get_extra_info("peername")
        self._host = str(peer[0]) if isinstance(peer, tuple) else ""
        if not _named(transport.get_extra_info("peercert"), self._rules()):
            transport.abort()
            return
        self._wait(self._deadlines.request)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget everything."""
        del exc
        self._waiting.remove(self)
        self._drained.set()
        self._stop_timer()
        if self._answering:
            self._answering.cancel()
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Feed the grammar."""
        if self._idle:
            self._idle = False
            self._wait(self._deadlines.request)
        self._feed(data)

    def eof_received(self) -> bool:
        """Close when the client has: nothing asks over half a connection."""
        return False

    def pause_writing(self) -> None:
        """Note that the client does not take what is written."""
        self._drained.clear()

    def resume_writing(self) -> None:
        """Note that it has taken all."""
        self._drained.set()

    def _wait(self, seconds: float) -> None:
        self._waiting.add(self, self._abort)
        self._start_timer(seconds)

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._abort)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _abort(self) -> None:
        self._transport.abort()

    def _feed(self, data: bytes) -> None:
        """Take in bytes; without any, look at what came with the request before."""
        try:
            if data:
                self._http.receive_data(data)
            self._events()
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint)

    def _events(self) -> None:
        while True:
            event = self._http.next_event()
            if event is h11.PAUSED:
                self._transport.pause_reading()
            if event in (h11.PAUSED, h11.NEED_DATA):
                return
            if isinstance(event, h11.Request):
                _limit(_size(event), LARGEST_HEAD, 431)
                self._request, self._body = event, 0
            elif isinstance(event, h11.Data):
                self._body += len(event.data)
                _limit(self._body, LARGEST_BODY, 413)
            elif isinstance(event, h11.EndOfMessage) and self._request:
                self._answer(self._request)

    def _answer(self, asked: h11.Request) -> None:
        self._waiting.remove(self)
        request = _request(asked, self._host)
        self._start_timer(self._deadlines.answer)
        self._answering = asyncio.get_running_loop().create_task(self._reply(request))
        self._answering.add_done_callback(self._replied)

    def _replied(self, reply: asyncio.Task[None]) -> None:
        """End a connection whose reply was stopped by a defect; nothing more comes of it."""
        if not reply.cancelled() and (error := reply.exception()):
            log.critical("a connection was ended by a defect", exc_info=error)
            self._abort()

    async def _reply(self, request: Request) -> None:
        answer = await self._routes.answer(request, self._rules())
        self._write(answer, whole=request.method != "HEAD")
        await self._drained.wait()
        self._next()

    def _write(self, answer: Response, *, whole: bool) -> None:
        """Write head and body, or the head alone."""
        headers = [
            ("Content-Type", answer.type),
            ("Content-Length", str(len(answer.body))),
            ("Date", formatdate(usegmt=True)),
            _SERVER,
            *answer.headers,
        ]
        head = h11.Response(status_code=answer.status, headers=headers)
        body = (h11.Data(data=answer.body),) if whole else ()
        pieces = [self._http.send(event) for event in (head, *body, h11.EndOfMessage())]
        for piece in filter(None, pieces):
            self._transport.write(piece)

    def _next(self) -> None:
        """Wait for another request on the same connection, or close it."""
        self._answering = self._request = None
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            self._transport.close()
            self._start_timer(self._deadlines.answer)
            return
        self._http.start_next_cycle()
        self._idle = not self._http.trailing_data[0]
        self._wait(self._deadlines.idle if self._idle else self._deadlines.request)
        self._transport.resume_reading()
        self._feed(b"")

    def _refuse(self, status: int) -> None:
        """Answer what is no request, as far as that can be done, and close."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            date = ("Date", formatdate(usegmt=True))
            headers = [("Content-Length", "0"), date, ("Connection", "close")]
            data = self._http.send(h11.Response(status_code=status, headers=headers))
            self._transport.write((data or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        self._transport.close()


def _limit(size: int, most: int, status: int) -> None:
    if size > most:
        raise h11.RemoteProtocolError(f"larger than {most} bytes", status)


def _size(asked: h11.Request) -> int:
    return len(asked.target) + sum(len(name) + len(value) for name, value in asked.headers)


def _request(asked: h11.Request, host: str) -> Request:
    found: dict[str, str] = {}
    for name, value in asked.headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    path = asked.target.decode("latin-1").partition("?")[0]
    client = f"{host} {found.get('user-agent', '')}"[:200]
    return Request(asked.method.decode("latin-1"), path, MappingProxyType(found), client)


def _named(certificate: Mapping[str, object] | None, rules: ProtectionRules) -> bool:
    """Say whether a client's certificate holds a name that is allowed."""
    tls = rules.config.tls_server_config
    if tls is None or not tls.client_allowed_sans or tls.client_auth_type == "NoClientCert":
        return True
    names = (certificate or {}).get("subjectAltName", ())
    assert isinstance(names, tuple)  # noqa: S101 - ssl's own promise
    return any(value in tls.client_allowed_sans for _, value in names)
