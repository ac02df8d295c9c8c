"""What each path answers; nothing here knows sockets."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from types import MappingProxyType
from typing import Protocol

from exporter.errors import IonmonError
from exporter.exposition.exposition import Format
from exporter.web.negotiation import CONTENT_TYPES, accepts_gzip, page_format
from exporter.web.protection import ProtectionRules

log = logging.getLogger("ionmon.web")

PLAIN = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
_READ = ("GET", "HEAD")
_GUARD = (
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ("X-Content-Type-Options", "nosniff"),
)
Headers = tuple[tuple[str, str], ...]


class StillLoading(IonmonError):
    """A reload takes longer than a client is made to wait; it goes on."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request: method, path without its query, headers by lower-case name, who asks."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    client: str = ""

    def header(self, name: str) -> str:
        """Return a header's value, or nothing."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back: status, body, its type, and headers beside Content-Length."""

    status: HTTPStatus
    body: bytes
    type: str = PLAIN
    headers: Headers = ()


class Site(Protocol):
    """What is served."""

    def page(self, fmt: Format, *, gzip: bool, client: str | None) -> bytes:
        """Return the page for Prometheus; a `client` of None only looks, and is no scraper."""

    def landing(self) -> bytes:
        """Return the page for people."""

    def healthy(self) -> tuple[bool, str]:
        """Say whether the process works, and how it is in a few words."""

    def ready(self) -> tuple[bool, str]:
        """Say whether the page is complete, and what is missing in a few words."""

    def reload(self) -> None:
        """Load the settings anew. Raises IonmonError; may take seconds."""


@dataclass(frozen=True, slots=True)
class Routes:
    """Answers requests to one site."""

    site: Site
    telemetry_path: str
    reloader: Executor
    lifecycle: bool = False

    async def answer(self, request: Request, rules: ProtectionRules) -> Response:
        """Return the answer; whatever a site raises becomes a 500, and a line in the log."""
        try:
            found = await self._admitted(request, rules)
        except Exception:  # the process boundary: a defect in one answer costs only it
            log.exception("%s: no answer", request.path)
            found = _text(HTTPStatus.INTERNAL_SERVER_ERROR, "internal error; the log says more")
        own = tuple(rules.config.http_server_config.headers.items())
        names = {name for name, _ in own}
        guard = tuple(header for header in _GUARD if header[0] not in names)
        return replace(found, headers=(*found.headers, *guard, *own))

    async def _admitted(self, request: Request, rules: ProtectionRules) -> Response:
        if not rules.bucket.take():
            return _text(HTTPStatus.TOO_MANY_REQUESTS, "too many requests; rate_limit allows fewer")
        if not await rules.passwords.allow(request.header("authorization")):
            asked = (("WWW-Authenticate", 'Basic realm="ionmon", charset="UTF-8"'),)
            return Response(
                HTTPStatus.UNAUTHORIZED, b"a user and a password, please\n", PLAIN, asked
            )
        return await self._routed(request)

    async def _routed(self, request: Request) -> Response:
        if request.path == "/-/reload":
            return await self._reload(request)
        if request.path not in (self.telemetry_path, "/", "/-/healthy", "/-/ready"):
            return _text(HTTPStatus.NOT_FOUND, f"not here; the page is {self.telemetry_path}")
        if request.method not in _READ:
            return _not_allowed("GET, HEAD")
        if request.path == self.telemetry_path:
            return self._page(request)
        if request.path == "/":
            return Response(
                HTTPStatus.OK, self.site.landing(), HTML, (("Cache-Control", "no-store"),)
            )
        good, words = self.site.healthy() if request.path == "/-/healthy" else self.site.ready()
        return _text(HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE, words)

    def _page(self, request: Request) -> Response:
        fmt = page_format(request.header("accept"))
        gzip = accepts_gzip(request.header("accept-encoding"))
        # Who asks for the head has not seen the samples.
        client = request.client if request.method == "GET" else None
        body = self.site.page(fmt, gzip=gzip, client=client)
        headers: Headers = (("Vary", "Accept, Accept-Encoding"),)
        if gzip:
            headers += (("Content-Encoding", "gzip"),)
        return Response(HTTPStatus.OK, body, CONTENT_TYPES[fmt], headers)

    async def _reload(self, request: Request) -> Response:
        if not self.lifecycle:
            text = "reload is off; switch it on with --web.enable-lifecycle, or send SIGHUP"
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


def _text(status: HTTPStatus, words: str) -> Response:
    return Response(status, f"{words}\n".encode())


def _not_allowed(methods: str) -> Response:
    text = f"use {methods}\n".encode()
    return Response(HTTPStatus.METHOD_NOT_ALLOWED, text, PLAIN, (("Allow", methods),))
