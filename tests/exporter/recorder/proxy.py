"""A TCP proxy before a Redis that can swallow replies, and counts round trips."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests import servers


class Proxy:
    """Forwards connections to a port."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.swallow = False
        self.swallowed = self.trips = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            requested = threading.Event()
            for serve in (self._requests, self._replies):
                threading.Thread(
                    target=serve, args=(client, server, requested), daemon=True
                ).start()

    def _requests(
        self, client: socket.socket, server: socket.socket, requested: threading.Event
    ) -> None:
        while sent := _received(client):
            requested.set()
            server.sendall(sent)
        _end(server)

    def _replies(
        self, client: socket.socket, server: socket.socket, requested: threading.Event
    ) -> None:
        while reply := _received(server):
            self.trips += requested.is_set()
            requested.clear()
            if self.swallow:
                self.swallowed += 1
                break
            client.sendall(reply)
        _end(client)

    def close(self) -> None:
        """Accept no more."""
        self._listening.close()


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1 << 20)
    except OSError:
        return b""


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()


@contextmanager
def proxy(server: servers.Redis) -> Iterator[Proxy]:
    """Run a proxy before a server."""
    found = Proxy(server.port)
    yield found
    found.close()
