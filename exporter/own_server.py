"""Asks a server of the monitoring itself, without the proxy of the environment.

Prometheus, Alertmanager and the bridge stand where a proxy to the world outside does not lead. A
secret goes into an unredirected header, so that no redirect carries it elsewhere.
"""

import ssl
from http.client import HTTPResponse
from typing import cast
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    Request,
    UnknownHandler,
)


def answered(
    request: Request, timeout: float, context: ssl.SSLContext | None = None
) -> HTTPResponse:
    """Return the answer of an http or https server, to be closed.

    timeout  seconds of a connection or a read
    Raises OSError, HTTPError for a status that is no success among them, or HTTPException.
    """
    opener = OpenerDirector()
    for handler in (
        HTTPHandler(),
        HTTPSHandler(context=context),
        HTTPRedirectHandler(),
        HTTPErrorProcessor(),
        HTTPDefaultErrorHandler(),
        UnknownHandler(),
    ):
        opener.add_handler(handler)
    return cast("HTTPResponse", opener.open(request, timeout=timeout))
