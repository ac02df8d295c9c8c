"""Bodies of requests: kept where a site takes them, else counted and dropped."""

import h11

MAX_BODY = 64 * 1024  # bytes of a body that nobody reads
MOST_BODIES = 64 * 1024 * 1024  # bytes of all bodies that are in memory


class BodyBudget:
    """The bytes that the bodies of all connections may have in memory at once."""

    def __init__(self) -> None:
        self._left = MOST_BODIES

    def take(self, size: int) -> bool:
        """Return whether so many bytes more may be kept."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def give(self, size: int) -> None:
        """Take back bytes that are not in memory any more."""
        self._left += size


class IncomingBody:
    """The body of one request, of at most `limit` bytes."""

    def __init__(self, budget: BodyBudget, limit: int, *, kept: bool) -> None:
        self._budget, self._limit, self._kept = budget, limit, kept
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, data: bytes) -> None:
        """Take what came. Raises RemoteProtocolError for too much: 413, and 503 for the moment."""
        self._size += len(data)
        if self._size > self._limit:
            raise h11.RemoteProtocolError(f"larger than {self._limit} bytes", 413)
        if not self._kept:
            return
        if not self._budget.take(len(data)):
            raise h11.RemoteProtocolError("too many bodies are in memory", 503)
        self._pieces.append(bytes(data))

    def content(self) -> bytes:
        """Return what was kept."""
        return b"".join(self._pieces)

    def close(self) -> None:
        """Forget what was kept."""
        self._budget.give(sum(map(len, self._pieces)))
        self._pieces.clear()
