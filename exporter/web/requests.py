"""HTTP requests as h11 parses them: checked against limits, and as routes take them."""

import re
from types import MappingProxyType

import h11

from exporter.web.routes import Request

MAX_HEAD = 16 * 1024
_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)


def check_head(parsed: h11.Request) -> None:
    """Refuse a head that is too large, or gives its body two lengths. Raises RemoteProtocolError.

    With two lengths, a proxy may see another request than this server does.
    """
    headers = sum(len(name) + len(value) for name, value in parsed.headers)
    _limit(len(parsed.target) + headers, MAX_HEAD, 431)
    names = {name for name, _ in parsed.headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        raise h11.RemoteProtocolError("Content-Length and Transfer-Encoding", 400)


def _limit(size: int, limit: int, status: int) -> None:
    if size > limit:
        raise h11.RemoteProtocolError(f"larger than {limit} bytes", status)


def parsed_request(parsed: h11.Request, host: str) -> Request:
    """Return a request as routes take it; `host` is the client's address."""
    headers: dict[str, str] = {}
    for name, value in parsed.headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    client = f"{host} {headers.get('user-agent', '')}"[:200]
    path, _, query = _path(parsed.target.decode("latin-1")).partition("?")
    return Request(
        method=parsed.method.decode("latin-1"),
        path=path,
        query=query,
        headers=MappingProxyType(headers),
        client=client,
        address=host,
    )


def _path(target: str) -> str:
    """Return path and query of a target, in origin form or in absolute form (RFC 9112, 3.2)."""
    absolute = _ABSOLUTE.match(target)
    if absolute:
        target = target[absolute.end() :]
        target = target if target.startswith("/") else f"/{target}"
    return target
