"""One deadline for a whole conversation: a server that sends a byte now and then meets no timeout.

A timeout of a socket is one of each read, and begins anew with each byte.
"""

import logging
import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

# Who waits at a terminal listens to it: exporter/commands/terminal.py.
waits = logging.getLogger("ionmon.waits")

PATIENCE = 2.0  # seconds after which it is said that somebody waits


class ConversationDeadline:
    """Ends the connection that it watches after so many seconds, whatever is done with it then."""

    def __init__(self, seconds: float, server: str) -> None:
        """Count from `with` on.

        server  who is spoken to, as it may be shown
        """
        self.seconds, self.over = seconds, False
        self._server = server
        self._mutex = threading.Lock()
        self._done = threading.Event()
        self._watched: list[socket.socket] = []
        self._watch = threading.Thread(target=self._wait, daemon=True)

    def __enter__(self) -> Self:
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        with self._mutex:
            for each in self._watched:
                each.close()
            self._watched.clear()

    def connected(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        *,
        tls: ssl.SSLContext | None = None,
    ) -> socket.socket:
        """Return a connection that is watched from its beginning, TLS included. Raises OSError.

        timeout  seconds for each step; None for as many as the whole has
        """
        opened = socket.create_connection((host, port), timeout or self.seconds)
        self.watch(opened)
        return opened if tls is None else tls.wrap_socket(opened, server_hostname=host)

    def watch(self, connection: socket.socket) -> None:
        """Watch a connection that was just opened; at once ended where it took too long."""
        # The number of a connection is handed on to TLS; a copy stays valid.
        with self._mutex:
            self._watched.append(connection.dup())
            if self.over:
                self._shut()

    def _wait(self) -> None:
        """Say after a while that somebody waits, and end it in time."""
        patience = min(PATIENCE, self.seconds)
        if self._done.wait(patience):
            return
        if patience < self.seconds:
            waits.debug("waiting for %s", self._server)
        if not self._done.wait(self.seconds - patience):
            self._end()

    def _end(self) -> None:
        with self._mutex:
            self.over = True
            self._shut()

    def _shut(self) -> None:
        for each in self._watched:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
