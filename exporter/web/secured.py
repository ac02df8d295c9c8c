"""TLS for a connection that has to know what its client has read.

The TLS transport of asyncio counts what it could not hand to the socket's transport. Up to a whole
answer waits in that one, and only its own protocol learns when it has been sent.
"""

import asyncio
import ssl
from typing import Protocol


class Readable(Protocol):
    """What a connection has to be for its bytes to be carried by TLS."""

    def begin(self, transport: asyncio.Transport, *beneath: asyncio.Transport) -> None:
        """Begin on a transport; what is written to it waits in it, and in those beneath it."""

    def pause_writing(self) -> None:
        """Note that bytes wait to be sent."""

    def resume_writing(self) -> None:
        """Note that bytes were sent."""


class Handshake(asyncio.Protocol):
    """Holds a socket until TLS takes it over, and reads nothing of it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Leave everything that comes to TLS."""
        self.transport = _socket_transport(transport)
        self.transport.pause_reading()


class _Watched(asyncio.BufferedProtocol):
    """Stands between a socket and TLS, and lets the connection know of the socket's flow, too."""

    def __init__(self, tls: asyncio.BufferedProtocol, connection: Readable) -> None:
        self._tls, self._connection = tls, connection

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where bytes of the socket are to be written."""
        return memoryview(self._tls.get_buffer(sizehint))

    def buffer_updated(self, nbytes: int) -> None:
        """Pass on that so many bytes came."""
        self._tls.buffer_updated(nbytes)

    def eof_received(self) -> bool | None:
        """Pass on that no more will come."""
        return self._tls.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on that the socket is closed."""
        self._tls.connection_lost(exc)

    def pause_writing(self) -> None:
        """Note that bytes wait in the socket's transport."""
        self._tls.pause_writing()
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        """Let TLS send what it holds; it may pause again at once."""
        self._tls.resume_writing()
        self._connection.resume_writing()


async def secure(
    held: Handshake, connection: Readable, context: ssl.SSLContext, patience: float
) -> asyncio.Transport:
    """Do the handshake within so many seconds, and let the connection begin. Raises OSError."""
    assert isinstance(connection, asyncio.BaseProtocol)  # noqa: S101 - for the type checker
    made = await asyncio.get_running_loop().start_tls(
        held.transport,
        connection,
        context,
        server_side=True,
        ssl_handshake_timeout=patience,
        ssl_shutdown_timeout=patience,
    )
    if made is None:
        raise ConnectionResetError("closed during the handshake")
    secured, tls = _socket_transport(made), held.transport.get_protocol()
    assert isinstance(tls, asyncio.BufferedProtocol)  # noqa: S101 - asyncio guarantees it
    held.transport.set_protocol(_Watched(tls, connection))
    connection.begin(secured, held.transport)
    return secured


def _socket_transport(transport: object) -> asyncio.Transport:
    assert isinstance(transport, asyncio.Transport)  # noqa: S101 - asyncio guarantees it
    return transport
