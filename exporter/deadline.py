"""One deadline for a whole conversation: a server that sends a byte now and then meets no timeout.

A timeout of a socket is one of each read, and begins anew with each byte.
"""

import socket
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self


class ConversationDeadline:
    """Ends the connection that it watches after so many seconds, whatever is done with it then."""

    def __init__(self, seconds: float) -> None:
        """Count from `with` on."""
        self.seconds, self.over = seconds, False
        self._mutex = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._mutex:
            for each in self._watched:
                each.close()
            self._watched.clear()

    def watch(self, connection: socket.socket) -> None:
        """Watch a connection that was just opened; at once ended where it took too long."""
        # The number of a connection is handed on to TLS; a copy stays valid.
        with self._mutex:
            self._watched.append(connection.dup())
            if self.over:
                self._shut()

    def _end(self) -> None:
        with self._mutex:
            self.over = True
            self._shut()

    def _shut(self) -> None:
        for each in self._watched:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
