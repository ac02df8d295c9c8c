"""The response to each path; nothing here knows sockets."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from http import HTTPStatus
from types import MappingProxyType
from typing import Protocol

from exporter.errors import IonmonError
from exporter.exposition.exposition import Body, Format
from exporter.web.guesses import TooManyGuesses
from exporter.web.negotiation import CONTENT_TYPES, accepts_gzip, exposition_format
from exporter.web.protection import ProtectionRules

log = logging.getLogger("ionmon.web")

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
_READ = ("GET", "HEAD")
HEALTH = ("/-/healthy", "/-/ready")
_GUARD = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("X-Content-Type-Options", "nosniff"),
)
Headers = tuple[tuple[str, str], ...]
Content = bytes | Body


class StillLoading(IonmonError):
    """A reload takes longer than its client waits; it goes on."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: method, path without query, headers by lower-case name, client, its address."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    client: str = ""
    address: str = ""

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

    def landing(self) -> bytes:
        """Return the landing page."""

    def healthy(self) -> tuple[bool, str]:
        """Return whether the process works, and its state in a few words."""

    def ready(self) -> tuple[bool, str]:
        """Return whether the exposition is complete, and what is missing in a few words."""

    def reload(self) -> None:
        """Reload the settings. Raises IonmonError; may take seconds."""


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
            response = (
                _text(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections; try again")
                if health_only and request.path not in HEALTH
                else await self._admitted(request, rules)
            )
        except Exception:  # the process boundary: a defect in one answer costs only it
            log.exception("%s: internal error", request.path)
            response = _text(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; see the log")
        own = tuple(rules.config.http_server_config.headers.items())
        names = {name for name, _ in own}
        guard = tuple(header for header in _GUARD if header[0] not in names)
        return replace(response, headers=(*response.headers, *guard, *own))

    async def _admitted(self, request: Request, rules: ProtectionRules) -> Response:
        if not rules.bucket.take():
            return _text(HTTPStatus.TOO_MANY_REQUESTS, "too many requests; rate_limit allows fewer")
        try:
            allowed = await rules.passwords.allow(request.header("authorization"), request.address)
        except TooManyGuesses:
            text = "too many passwords of this address wait to be compared; try again"
            return _text(HTTPStatus.TOO_MANY_REQUESTS, text)
        if not allowed:
            challenge = (("WWW-Authenticate", 'Basic realm="ionmon", charset="UTF-8"'),)
            return Response(
                HTTPStatus.UNAUTHORIZED, b"a user and a password are required\n", PLAIN, challenge
            )
        return await self._routed(request)

    async def _routed(self, request: Request) -> Response:
        if request.path == "/-/reload":
            return await self._reload(request)
        if request.path not in (self.telemetry_path, "/", *HEALTH):
            return _text(HTTPStatus.NOT_FOUND, f"not found; metrics are at {self.telemetry_path}")
        if request.method not in _READ:
            return _not_allowed("GET, HEAD")
        if request.path == self.telemetry_path:
            return await self._exposition(request)
        if request.path == "/":
            return Response(
                HTTPStatus.OK, self.site.landing(), HTML, (("Cache-Control", "no-store"),)
            )
        good, text = self.site.healthy() if request.path == "/-/healthy" else self.site.ready()
        return _text(HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE, text)

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
            return _text(HTTPStatus.FORBIDDEN, text)
        if request.method not in ("POST", "PUT"):
            return _not_allowed("POST, PUT")
        try:
            await asyncio.get_running_loop().run_in_executor(self.reloader, self.site.reload)
        except StillLoading as error:
            return _text(HTTPStatus.GATEWAY_TIMEOUT, str(error))
        except IonmonError as error:
            return _text(HTTPStatus.BAD_REQUEST, f"refused, the old settings stay: {error}")
        return _text(HTTPStatus.OK, "loaded")


def _text(status: HTTPStatus, text: str) -> Response:
    return Response(status, f"{text}\n".encode())


def _not_allowed(methods: str) -> Response:
    text = f"use {methods}\n".encode()
    return Response(HTTPStatus.METHOD_NOT_ALLOWED, text, PLAIN, (("Allow", methods),))
