"""One HTTP/1.1 connection: h11 parses it, this module enforces deadlines and size limits."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from itertools import islice

import h11

from exporter import __version__
from exporter.exposition.exposition import Body
from exporter.web.bodies import BodyBudget, IncomingBody
from exporter.web.protection import ProtectionRules
from exporter.web.requests import MAX_HEAD, check_head, parsed_request
from exporter.web.routes import Request, Response, Routes
from exporter.web.seats import Seat, Stage

log = logging.getLogger("ionmon.web")

_SERVER = ("Server", f"ionmon/{__version__}")
_START = 64  # bytes of a request by which a site may know what it was to be


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: for a TLS handshake, a whole request, a whole answer, and between two requests."""

    handshake: float = 5.0
    request: float = 10.0
    answer: float = 30.0
    idle: float = 330.0  # Prometheus keeps a connection for five minutes


class Connection(asyncio.Protocol):
    """Reads requests one by one, and writes an answer to each."""

    def __init__(
        self,
        routes: Routes,
        rules: Callable[[], ProtectionRules],
        seat: Seat,
        deadlines: Deadlines,
        bodies: BodyBudget,
    ) -> None:
        self._routes, self._rules = routes, rules
        self._seat, self._deadlines, self._bodies = seat, deadlines, bodies
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._request: h11.Request | None = None
        self._body: IncomingBody | None = None
        self._idle = False
        self._answering: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._drained = asyncio.Event()
        self._transports: tuple[asyncio.Transport, ...] = ()
        self._early = b""
        self._start = b""  # of the request whose head is still to come
        self._last = False
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin on a connection without TLS."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio guarantees it
        self.begin(transport)

    def begin(self, transport: asyncio.Transport, *beneath: asyncio.Transport) -> None:
        """Wait for a request, unless the client's certificate has none of the allowed names.

        What is written to `transport` waits in it, or in those beneath it.
        """
        self._transport, self._transports = transport, (transport, *beneath)
        for each in self._transports:
            # Else a response counts as read while most of it is still in a buffer. Not 0: TLS of
            # asyncio pauses a writer at that size, and would with nothing left to send.
            each.set_write_buffer_limits(high=1)
        self._seat.close, self._seat.unsent = self._abort, self._unsent
        self._drained.set()
        peer = transport.get_extra_info("peername")
        self._host = str(peer[0]) if isinstance(peer, tuple) else ""
        if not _allowed(transport.get_extra_info("peercert"), self._rules()):
            transport.abort()
            return
        self._wait(self._deadlines.request, Stage.REQUESTING)
        if self._early:
            self._parse(self._early)

    def finish(self) -> bool:
        """End now, or after the answer under way; returns whether there is one."""
        self._last = True
        if self._answering is None:
            self._abort()
        return self._answering is not None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer and the answer."""
        del exc
        self._drained.set()
        self._stop_timer()
        self._unanswered(0)
        self._drop_body()
        if self._answering:
            self._answering.cancel()
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        if not self._transports:  # together with the end of the handshake
            self._early += data
            return
        if self._idle:
            self._idle = False
            self._wait(self._deadlines.request, Stage.REQUESTING)
        self._parse(data)

    def eof_received(self) -> bool:
        """Close when the client has: half-open connections are not served."""
        return False

    def pause_writing(self) -> None:
        """Note that the client does not read."""
        self._drained.clear()

    def resume_writing(self) -> None:
        """Note that the client has read everything, where it has."""
        if not self._unsent():
            self._drained.set()

    def _unsent(self) -> int:
        open_ = (each for each in self._transports if not each.is_closing())
        return sum(each.get_write_buffer_size() for each in open_)

    def _wait(self, seconds: float, stage: Stage) -> None:
        self._seat.note(stage)
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

    def _parse(self, data: bytes) -> None:
        """Parse bytes; without any, those that came along with the previous request."""
        if self._request is None:
            self._start = (self._start + data)[:_START]
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
                self._request, self._start = event, b""
                check_head(event)
            elif isinstance(event, h11.Data) and self._request:
                self._body = self._body or self._incoming(self._request)
                self._body.add(event.data)
            elif isinstance(event, h11.EndOfMessage) and self._request:
                self._answer(self._request)

    def _incoming(self, parsed: h11.Request) -> IncomingBody:
        """Return where the body of a request goes, of which the first bytes are there."""
        limit, kept = self._routes.body(parsed_request(parsed, self._host), self._rules())
        return IncomingBody(self._bodies, limit, kept=kept)

    def _drop_body(self) -> None:
        if self._body:
            self._body.close()
            self._body = None

    def _answer(self, parsed: h11.Request) -> None:
        self._seat.note(Stage.ANSWERED)
        request = parsed_request(parsed, self._host)
        if self._body:
            request = replace(request, body=self._body.content())
        self._start_timer(self._deadlines.answer)
        self._answering = asyncio.get_running_loop().create_task(self._reply(request))
        self._answering.add_done_callback(self._replied)

    def _replied(self, reply: asyncio.Task[None]) -> None:
        """Close a connection whose reply was stopped by a defect; nobody else would."""
        if not reply.cancelled() and (error := reply.exception()):
            log.critical("a connection was ended by a defect", exc_info=error)
            self._abort()

    async def _reply(self, request: Request) -> None:
        crowded = self._seat.health_only
        answer = await self._routes.answer(request, self._rules(), health_only=crowded)
        head = h11.Response(status_code=answer.status, headers=self._headers(answer))
        chunks = _chunks(answer) if request.method != "HEAD" else iter(())
        # In one piece: each write may have to wait for the interpreter while a poll computes.
        self._send(head, *(h11.Data(data=chunk) for chunk in islice(chunks, 1)))
        for chunk in chunks:
            await self._drained.wait()
            await asyncio.sleep(0)  # a client that reads fast must not keep the others waiting
            self._send(h11.Data(data=chunk))
        self._send(h11.EndOfMessage())
        await self._drained.wait()
        self._next()

    def _headers(self, answer: Response) -> list[tuple[str, str]]:
        size = answer.body.size if isinstance(answer.body, Body) else len(answer.body)
        return [
            ("Content-Type", answer.type),
            ("Content-Length", str(size)),
            ("Date", formatdate(usegmt=True)),
            _SERVER,
            *answer.headers,
            *((("Connection", "close"),) if self._seat.health_only else ()),
        ]

    def _send(self, *events: h11.Event) -> None:
        """Write events together; each time is progress of the answer."""
        data = b"".join(filter(None, map(self._http.send, events)))
        if data:
            self._transport.write(data)
            self._seat.note(Stage.ANSWERED)

    def _next(self) -> None:
        """Wait for another request on the same connection, or close it."""
        self._answering = self._request = None
        self._drop_body()
        states = (self._http.our_state, self._http.their_state)
        if self._last or states != (h11.DONE, h11.DONE):
            self._transport.close()
            self._start_timer(self._deadlines.answer)
            return
        self._http.start_next_cycle()
        self._start = self._http.trailing_data[0][:_START]
        self._idle = not self._start
        if self._idle:
            self._wait(self._deadlines.idle, Stage.IDLE)
        else:
            self._wait(self._deadlines.request, Stage.REQUESTING)
        self._transport.resume_reading()
        self._parse(b"")

    def _unanswered(self, status: int) -> None:
        """Let the site know of a request to which no answer had begun, whatever came of it."""
        if self._answering is not None:
            return
        if self._request:
            self._routes.site.unanswered(parsed_request(self._request, self._host), status)
        elif self._start:
            self._routes.site.unheard(self._start, status)
        self._request, self._start = None, b""

    def _refuse(self, status: int) -> None:
        """Answer a malformed request with its status, if that is still possible, and close."""
        self._unanswered(status)
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            date = ("Date", formatdate(usegmt=True))
            headers = [("Content-Length", "0"), date, ("Connection", "close")]
            data = self._http.send(h11.Response(status_code=status, headers=headers))
            self._transport.write((data or b"") + (self._http.send(h11.EndOfMessage()) or b""))
        self._transport.close()


def _chunks(answer: Response) -> Iterator[bytes]:
    if isinstance(answer.body, Body):
        yield from answer.body.chunks()
    else:
        yield answer.body


def _allowed(certificate: Mapping[str, object] | None, rules: ProtectionRules) -> bool:
    """Return whether a client's certificate has one of the allowed names."""
    tls = rules.config.tls_server_config
    if tls is None or not tls.client_allowed_sans or tls.client_auth_type == "NoClientCert":
        return True
    names = (certificate or {}).get("subjectAltName", ())
    assert isinstance(names, tuple)  # noqa: S101 - ssl guarantees it
    return any(value in tls.client_allowed_sans for _, value in names)
