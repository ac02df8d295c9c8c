"""One POST to a server outside, which has so many seconds for the whole of its answer."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import urlsplit

from exporter.bridge.webhook import cleaned
from exporter.client.deadline import ConversationDeadline
from exporter.errors import IonmonError
from exporter.logs.redaction import redacted

DEADLINE = 10.0  # seconds
LONGEST = 1 << 14  # bytes of an answer that are read
_LONGEST_ERROR = 300  # characters
_PORTS = {"http": 80, "https": 443}


class Unreachable(IonmonError):
    """A server that could not be reached, or that gave no whole answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAddress:
    """Where a POST goes; the path may hold a secret, so only the host is ever shown."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """The host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """An answer: its status, its headers by lower-case name, what came of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def web_address(url: str) -> WebAddress:
    """Return the address of a URL. Raises ValueError, which does not show it."""
    try:
        found = _parsed(url)
    except ValueError:
        found = None
    # Raised out here: the library's error quotes the address.
    if found is None:
        raise ValueError("is no web address, such as https://example.com/path")
    return found


def _parsed(url: str) -> WebAddress | None:
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    plain = url.isascii() and url.isprintable() and " " not in url
    if parts.scheme not in _PORTS or not parts.hostname or not plain:
        return None
    return WebAddress(
        tls=parts.scheme == "https",
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        path=path,
    )


def post(to: WebAddress, body: bytes, headers: Mapping[str, str]) -> PostAnswer:
    """Post a body and return the answer; redirects are not followed. Raises Unreachable."""
    try:
        return _post(to, body, headers)
    except TimeoutError:
        text = f"no answer within {DEADLINE:g} s"
    except (OSError, HTTPException, UnicodeError) as error:
        # A server that speaks another protocol is quoted, and may repeat what it was sent.
        text = cleaned(redacted(str(error)) or type(error).__name__)[:_LONGEST_ERROR]
    # Raised out here: the error's context has the request, with its secrets.
    raise Unreachable(f"{to.shown}: {text}")


def _post(to: WebAddress, body: bytes, headers: Mapping[str, str]) -> PostAnswer:
    with ConversationDeadline(DEADLINE, to.shown) as limit:
        connection = HTTPConnection(to.host, to.port, timeout=DEADLINE)
        try:
            tls = ssl.create_default_context() if to.tls else None
            connection.sock = limit.connected(to.host, to.port, tls=tls)
            connection.request("POST", to.path, body, {"Connection": "close", **headers})
            answer = connection.getresponse()
            if limit.over:  # headers without an end look whole to the library
                raise TimeoutError
            named = {name.lower(): value for name, value in answer.getheaders()}
            return PostAnswer(answer.status, named, _body(answer))
        except (OSError, HTTPException):
            if limit.over:
                raise TimeoutError from None
            raise
        finally:
            connection.close()


def _body(answer: HTTPResponse) -> bytes:
    """Return what comes of a body; the status has said already what became of the POST."""
    try:
        return answer.read(LONGEST)
    except (OSError, HTTPException):
        return b""
