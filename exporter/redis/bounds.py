"""Ends a connection whose replies grow without end, before they fill the memory."""

from redis._parsers import _AsyncRESP2Parser

from exporter.errors import PollError, Reason

ITEM = 64  # bytes that each item of a reply costs beside its text
MIB = 1 << 20


class ByteBudget:
    """How many bytes the replies to one query may still have."""

    def __init__(self, most: int) -> None:
        """Allow `most` bytes a query."""
        self._most = self._left = most

    def renew(self) -> None:
        """Begin a query."""
        self._left = self._most

    def spend(self, size: int) -> None:
        """Take the bytes of one item off. Raises PollError where none are left."""
        self._left -= size + ITEM
        if self._left < 0:
            text = f"the reply is larger than {self._most // MIB} MiB, check host and port"
            raise PollError(Reason.TOO_LARGE, text)


def bounded(budget: ByteBudget) -> type[_AsyncRESP2Parser]:
    """Return a parser of replies that spends a budget, item by item."""

    class BoundedParser(_AsyncRESP2Parser):
        """Redis-py's own parser, which would read on for as long as the server sends."""

        async def _read(self, length: int) -> bytes:
            # Before the text is read: a length alone makes no memory be kept for it.
            budget.spend(max(0, length))
            return await super()._read(length)

        async def _readline(self) -> bytes:
            line = await super()._readline()
            budget.spend(len(line))
            return line

    return BoundedParser
