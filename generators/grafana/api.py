"""Calls of Grafana's HTTP API. A request is sent once, to one address: no retry, no redirect.

https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ and .../folder/
"""

import json
import re
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from generators.grafana.errors import GrafanaUnavailable, TokenRefused, WrongAddress

SECONDS = 30.0  # time-out of a connection or a read
LARGEST = 16 << 20  # limit of an answer, bytes
_RETRY_LATER = frozenset({429, *range(500, 600)})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
_SERVICE_ACCOUNT = "create one in Grafana: Administration, Service accounts, Add token"


class Token(Protocol):
    """A secret that does not print itself, as exporter.secrets_file reads it."""

    def reveal(self) -> str:
        """Return the token."""


@dataclass(frozen=True, slots=True)
class GrafanaReply:
    """An answer: the status, and the object in the body, empty if there was none."""

    status: int
    body: dict[str, Any]

    @property
    def message(self) -> str:
        """Grafana's message, on one line of bounded length."""
        return _line(str(self.body.get("message", "")))


class Api:
    """A Grafana at an address, and the token of a service account in it."""

    def __init__(self, address: str, token: Token) -> None:
        """Raise WrongAddress or TokenRefused for an address or a token that cannot be valid."""
        self.address = address.rstrip("/")
        if urlsplit(self.address).scheme not in ("http", "https"):
            raise WrongAddress(self.address, 0, "write it like https://grafana.example.com")
        if _TOKEN.fullmatch(token.reveal()) is None:
            raise TokenRefused(self.address, 0, f"the file contains no token; {_SERVICE_ACCOUNT}")
        self._token = token
        self._opener = _opener()

    def get(self, path: str, about: str) -> GrafanaReply:
        """Return the answer of a path; errors name `about`."""
        return self._call(Request(self.address + path), about)  # noqa: S310 - see _opener

    def post(self, path: str, body: dict[str, Any], about: str) -> GrafanaReply:
        """Send an object and return the answer; errors name `about`."""
        request = Request(self.address + path, json.dumps(body).encode())  # noqa: S310 - see _opener
        request.add_header("Content-Type", "application/json")
        return self._call(request, about)

    def _call(self, request: Request, about: str) -> GrafanaReply:
        """Return the answer, whose status the caller has to judge.

        Raises UploadError for a status that concerns the token, the address or the server.
        """
        request.add_header("Accept", "application/json")
        request.add_header("Authorization", f"Bearer {self._token.reveal()}")
        status, location, raw = self._exchanged(request, about)
        body = _object(raw)
        answer = GrafanaReply(status, body or {})
        if location:
            raise WrongAddress(about, status, f"redirects to {location}; use the final address")
        if status == HTTPStatus.UNAUTHORIZED:
            raise TokenRefused(
                about, status, f"the token is unknown or expired; {_SERVICE_ACCOUNT}"
            )
        if status in _RETRY_LATER:
            text = f"Grafana is not available; try again later: {answer.message}"
            raise GrafanaUnavailable(about, status, text.rstrip(": "))
        if body is None and status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise WrongAddress(about, status, f"{self.address} is not the address of Grafana's API")
        return answer

    def _exchanged(self, request: Request, about: str) -> tuple[int, str, bytes]:
        """Return the status, the location of a redirect, and the body."""
        try:
            with self._answer(request) as answer:
                raw = answer.read(LARGEST + 1)
                if len(raw) <= LARGEST:
                    answer.read()  # raises for a truncated answer, as a partial read does not
                status, location = answer.status, answer.headers.get("Location", "")
        except (OSError, HTTPException, UnicodeError) as error:
            text = f"{self.address} cannot be reached: {_why(error)}"
            raise GrafanaUnavailable(about, 0, text) from error
        if len(raw) > LARGEST:
            raise WrongAddress(about, status, "answers more than 16 MiB; is this Grafana?")
        return status, _line(location) if status in _REDIRECTS else "", raw

    def _answer(self, request: Request) -> Any:  # noqa: ANN401 - a response or an HTTPError
        try:
            return self._opener.open(request, timeout=SECONDS)
        except HTTPError as error:
            return error


def _opener() -> OpenerDirector:
    """Return an opener that follows no redirect, so that the token goes nowhere else."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(context=ssl.create_default_context()),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _line(text: str) -> str:
    """Return another program's text as one printable line of bounded length."""
    return "".join(c for c in " ".join(text.split())[:300] if c.isprintable())


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _why(error: Exception) -> str:
    """Return the cause in words, with a fix for certificates."""
    cause = error.reason if isinstance(error, URLError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"{cause.verify_message}; name its authority's file in SSL_CERT_FILE"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)
