"""The response to each path; nothing here knows sockets."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Protocol

from exporter.errors import IonmonError
from exporter.exposition.exposition import Body, Format
from exporter.web.bodies import MAX_BODY
from exporter.web.guesses import TooManyGuesses
from exporter.web.negotiation import CONTENT_TYPES, accepts_gzip, exposition_format
from exporter.web.protection import ProtectionRules

log = logging.getLogger("ionmon.web")

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
JSON = "application/json"
READ = ("GET", "HEAD")
HEALTH = ("/-/healthy", "/-/ready")
_GUARD = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
)
Headers = tuple[tuple[str, str], ...]
Content = bytes | Body


class StillLoading(IonmonError):
    """A reload takes longer than its client waits; it goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request: method, path, query, headers by lower-case name, client, its address, body.

    body is empty where the site takes none.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    client: str = ""
    address: str = ""
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value, empty where it is missing."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """A response: status, body, its type, and headers beside Content-Length."""

    status: HTTPStatus
    body: Content
    type: str = PLAIN
    headers: Headers = ()


class Site(Protocol):
    """What is served."""

    @property
    def encoder(self) -> Executor:
        """The thread in which `exposition` is called."""

    def prepared(self, fmt: Format, *, gzip: bool, client: str | None) -> Content | None:
        """Return the exposition where nothing has to be encoded for it, else None."""

    def exposition(self, fmt: Format, *, gzip: bool, client: str | None) -> Content:
        """Return the exposition; where `client` is None, nobody counts as having seen it."""

    def healthy(self) -> tuple[bool, str]:
        """Return whether the process works, and its state in a few words."""

    def ready(self) -> tuple[bool, str]:
        """Return whether the exposition is complete, and what is missing in a few words."""

    def reload(self) -> None:
        """Reload the settings. Raises IonmonError; may take seconds."""

    async def answer(self, request: Request, user: str) -> Response | None:
        """Return the response to a path of its own, None where it has no such path.

        user  who authenticated by a password, "" where none is required
        """

    def unanswered(self, request: Request, status: int) -> None:
        """Learn of a request that did not come as far as `answer`, or whose answer was cut off.

        status  what it was refused with; 0 where its client went away, or was too slow
        """

    def unheard(self, start: bytes, status: int) -> None:
        """Learn of a connection that ended before the head of a request was whole.

        start   the first bytes that came of it; none where the server had no seat or time for it
        status  as above
        """

    def body_limit(self, request: Request) -> int:
        """Return the bytes of a body that it takes, 0 for none; the body is still to come."""

    def admits(self, request: Request) -> bool:
        """Return whether a request without a password shows otherwise that it may be answered."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Answers requests to one site."""

    site: Site
    telemetry_path: str
    reloader: Executor
    lifecycle: bool = False

    async def answer(
        self, request: Request, rules: ProtectionRules, *, health_only: bool = False
    ) -> Response:
        """Return the response; an unexpected error becomes a 500 and a line in the log.

        With `health_only` everything but health is refused: the server is full.
        """
        try:
            crowded = _crowded(request) if health_only else None
            refused = crowded or await self._refused(request, rules)
            if refused:
                self.site.unanswered(request, refused.status)
            response = refused or await self._routed(request, rules)
        except Exception:  # the process boundary: a defect in one answer costs only it
            log.exception("%s: internal error", request.path)
            response = plain(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; see the log")
            self.site.unanswered(request, response.status)
        own = tuple(rules.config.http_server_config.headers.items())
        names = {name for name, _ in (*own, *response.headers)}
        guard = tuple(header for header in _GUARD if header[0] not in names)
        return replace(response, headers=(*response.headers, *guard, *own))

    async def _refused(self, request: Request, rules: ProtectionRules) -> Response | None:
        """Return the answer to who is not admitted, None for who is."""
        if not rules.bucket.take():
            return plain(HTTPStatus.TOO_MANY_REQUESTS, "too many requests; rate_limit allows fewer")
        try:
            allowed = await rules.passwords.allow(request.header("authorization"), request.address)
        except TooManyGuesses:
            text = "too many passwords of this address wait to be compared; try again"
            return plain(HTTPStatus.TOO_MANY_REQUESTS, text)
        if not allowed and not self.site.admits(request):
            challenge = (("WWW-Authenticate", 'Basic realm="ionmon", charset="UTF-8"'),)
            return Response(
                HTTPStatus.UNAUTHORIZED, b"a user and a password are required\n", PLAIN, challenge
            )
        return None

    async def _routed(self, request: Request, rules: ProtectionRules) -> Response:
        if request.path == "/-/reload":
            return await self._reload(request)
        if request.path not in (self.telemetry_path, *HEALTH):
            return await self._own(request, rules)
        if request.method not in READ:
            return not_allowed("GET, HEAD")
        if request.path == self.telemetry_path:
            return await self._exposition(request)
        good, text = self.site.healthy() if request.path == "/-/healthy" else self.site.ready()
        return plain(HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE, text)

    async def _own(self, request: Request, rules: ProtectionRules) -> Response:
        """Return the site's response to a path of its own."""
        user = rules.passwords.user(request.header("authorization"))
        text = f"not found; metrics are at {self.telemetry_path}"
        return await self.site.answer(request, user) or plain(HTTPStatus.NOT_FOUND, text)

    def body(self, request: Request, rules: ProtectionRules) -> tuple[int, bool]:
        """Return how many bytes a body may have that is to come, and whether it is kept.

        Memory is for those who will be admitted: by the site, or a user whose password, which
        takes long to compare, is compared before the body is used.
        """
        limit = self.site.body_limit(request)
        known = (
            not rules.passwords.needed
            or rules.passwords.named(request.header("authorization"))
            or self.site.admits(request)
        )
        return max(limit, MAX_BODY), bool(limit) and known

    async def _exposition(self, request: Request) -> Response:
        fmt = exposition_format(request.header("accept"))
        gzip = accepts_gzip(request.header("accept-encoding"))
        # A client that requests only the head has not seen the samples.
        client = request.client if request.method == "GET" else None
        body = self.site.prepared(fmt, gzip=gzip, client=client)
        if body is None:
            encode = partial(self.site.exposition, fmt, gzip=gzip, client=client)
            body = await asyncio.get_running_loop().run_in_executor(self.site.encoder, encode)
        headers: Headers = (("Vary", "Accept, Accept-Encoding"),)
        if gzip:
            headers += (("Content-Encoding", "gzip"),)
        return Response(HTTPStatus.OK, body, CONTENT_TYPES[fmt], headers)

    async def _reload(self, request: Request) -> Response:
        if not self.lifecycle:
            text = "reload is disabled; enable it with --web.enable-lifecycle, or send SIGHUP"
            return plain(HTTPStatus.FORBIDDEN, text)
        if request.method not in ("POST", "PUT"):
            return not_allowed("POST, PUT")
        try:
            await asyncio.get_running_loop().run_in_executor(self.reloader, self.site.reload)
        except StillLoading as error:
            return plain(HTTPStatus.GATEWAY_TIMEOUT, str(error))
        except IonmonError as error:
            return plain(HTTPStatus.BAD_REQUEST, f"refused, the old settings stay: {error}")
        return plain(HTTPStatus.OK, "loaded")


def _crowded(request: Request) -> Response | None:
    if request.path in HEALTH:
        return None
    return plain(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections; try again")


def plain(status: HTTPStatus, line: str) -> Response:
    """Return a response of one line."""
    return Response(status, f"{line}\n".encode())


def html_page(request: Request, html: Callable[[], bytes]) -> Response:
    """Return a page that is not to be cached."""
    return read_only(request, html, HTML)


def read_only(request: Request, body: Callable[[], bytes], kind: str) -> Response:
    """Return what can only be read, and is not to be cached."""
    if request.method not in READ:
        return not_allowed("GET, HEAD")
    return Response(HTTPStatus.OK, body(), kind, (("Cache-Control", "no-store"),))


def not_allowed(methods: str) -> Response:
    """Return the response to a method that a path does not have."""
    line = f"use {methods}\n".encode()
    return Response(HTTPStatus.METHOD_NOT_ALLOWED, line, PLAIN, (("Allow", methods),))
