"""Asks a server of the monitoring itself, without the proxy of the environment.

Prometheus, Alertmanager and the bridge stand where a proxy to the world outside does not lead. A
secret goes into an unredirected header, so that no redirect carries it elsewhere.
"""

import ssl
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from io import BytesIO
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    AbstractHTTPHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    UnknownHandler,
)

from exporter.client.deadline import ConversationDeadline

LARGEST_REFUSAL = 1 << 16  # bytes of the body of an error that are read


def answer(
    request: Request, seconds: float, largest: int, context: ssl.SSLContext | None = None
) -> bytes:
    """Return the body of a server's answer, of which no more than so many bytes are read.

    seconds  for the whole of it, redirects included
    Raises OSError, HTTPError for a status that is no success among them, or HTTPException;
    TimeoutError where the whole answer is not there in time.
    """
    with ConversationDeadline(seconds, f"{request.type}://{request.host}") as limit:
        try:
            found = _read(request, largest, limit, context)
        except (OSError, HTTPException) as error:
            if limit.over and not isinstance(error, HTTPError):
                raise _late(seconds) from error
            raise
        # A body whose connection was ended looks as if it were whole.
        if limit.over:
            raise _late(seconds)
        return found


def answer_fault(error: Exception) -> str:
    """Return why there is no answer: of a certificate, what is wrong with it."""
    # A TLS error has a reason, too, which is a mere name: CERTIFICATE_VERIFY_FAILED.
    found = error.reason if isinstance(error, URLError) else error
    if isinstance(found, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {found.verify_message}"
    return str(found) or type(found).__name__


def _read(
    request: Request, largest: int, limit: ConversationDeadline, context: ssl.SSLContext | None
) -> bytes:
    opener = OpenerDirector()
    for handler in (
        _WatchedHandler(limit, context),
        HTTPRedirectHandler(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
        UnknownHandler(),
    ):
        opener.add_handler(handler)
    try:
        with opener.open(request, timeout=limit.seconds) as found:
            return bytes(found.read(largest))
    except HTTPError as error:
        raise _with_body(error) from error


def _with_body(error: HTTPError) -> HTTPError:
    """Return an error whose body is there: after the deadline nobody may wait for it."""
    try:
        body = error.read(LARGEST_REFUSAL)
    except (OSError, HTTPException):
        body = b""
    return HTTPError(error.url, error.code, error.reason, error.headers, BytesIO(body))


def _late(seconds: float) -> TimeoutError:
    return TimeoutError(f"no whole answer within {seconds:g} s")


class _WatchedHandler(AbstractHTTPHandler):
    """Opens connections that a deadline watches; only a class of the library's can."""

    def __init__(self, limit: ConversationDeadline, context: ssl.SSLContext | None) -> None:
        super().__init__()
        self._limit, self._tls = limit, context

    http_request = https_request = AbstractHTTPHandler.do_request_

    def http_open(self, request: Request) -> HTTPResponse:
        """Open an address without TLS."""
        return self.do_open(self._plain, request)

    def https_open(self, request: Request) -> HTTPResponse:
        """Open an address with TLS; the certificate has to be valid."""
        return self.do_open(self._encrypted, request)

    def _plain(self, host: str, /, **given: Any) -> HTTPConnection:  # noqa: ANN401 - the library's
        made = HTTPConnection(host, **given)
        made.sock = self._limit.connected(made.host, made.port)
        return made

    def _encrypted(self, host: str, /, **given: Any) -> HTTPConnection:  # noqa: ANN401 - the library's
        context = self._tls or ssl.create_default_context()
        made = HTTPSConnection(host, context=context, **given)
        made.sock = self._limit.connected(made.host, made.port, tls=context)
        return made
