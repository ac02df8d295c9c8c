"""Finds the server with the application's keys: the one configured, a primary, a cluster's node."""

from collections.abc import Sequence

from redis.exceptions import MovedError

from exporter.errors import PollError, Reason
from exporter.redis.client import Address, Command, Link, RedisTarget, Reply

MOST_MOVES = 5


class KeyServer:
    """Queries the one server that has the keys, and follows the keys when they move."""

    def __init__(self, target: RedisTarget) -> None:
        """Connect at the first query."""
        self._target = target
        self._link: Link | None = None

    async def query(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands at once. Raises PollError where no server has the keys."""
        for _ in range(MOST_MOVES):
            link = await self._connected()
            try:
                replies = await link.query(commands)
            except PollError:
                await self.close()  # a primary may be another one by now
                raise
            moved = next((a for a in map(_moved, replies) if a), None)
            if moved is None:
                return replies
            await self._follow(moved)
        raise PollError(Reason.UNAVAILABLE, "the cluster redirects from node to node")

    async def close(self) -> None:
        """Close the connection."""
        link, self._link = self._link, None
        if link:
            await link.close()

    async def _follow(self, address: Address) -> None:
        await self.close()
        self._link = Link(self._target, address)

    async def _connected(self) -> Link:
        if self._link is None:
            first, *others = self._target.addresses()
            if self._target.mode == "sentinel":
                first = await self._primary((first, *others))
            self._link = Link(self._target, first)
        return self._link

    async def _primary(self, sentinels: Sequence[Address]) -> Address:
        """Return the primary, from the first sentinel that knows it."""
        group = self._target.sentinel_master or ""
        for address in sentinels:
            link = Link(self._target, address, is_sentinel=True)
            try:
                (reply,) = await link.query([("SENTINEL", "GET-MASTER-ADDR-BY-NAME", group)])
            except PollError:
                continue
            finally:
                await link.close()
            if isinstance(reply, list):
                return Address(reply[0].decode(), int(reply[1]))
        raise PollError(Reason.UNAVAILABLE, f"no sentinel names a primary of {group!r}")


def _moved(reply: Reply) -> Address | None:
    """Return the node to which a cluster's reply redirects; None where it does not."""
    return Address(reply.host, reply.port) if isinstance(reply, MovedError) else None
