"""Finds the server with the application's keys: the one configured, a primary, a cluster's node."""

import asyncio
from collections.abc import Sequence
from itertools import compress

from redis.exceptions import AskError, MovedError, ReadOnlyError

from exporter.clock import steady
from exporter.errors import PollError, Reason
from exporter.redis.bounds import MIB
from exporter.redis.client import Address, Command, RedisTarget, Reply, ServerLink, is_passing
from exporter.redis.topology import (
    CLUSTER_NODES,
    CLUSTER_SLOTS,
    peers_of,
    primary_address,
    redirected,
)

MOST_MOVES = 5
MOST_BYTES = 128 * MIB  # 100,000 fields with long label values have a quarter of it
MOST_KNOWN = 20
QUERY_SENTINELS_EVERY = 10.0  # seconds


class KeyServer:
    """Queries the one server that has the keys, and follows the keys when they move."""

    def __init__(self, target: RedisTarget) -> None:
        """Connect at the first query."""
        self._target = target
        self._link: ServerLink | None = None
        self._known = target.addresses()  # sentinels, or nodes of a cluster
        self._sentinels_queried_at = 0.0

    async def query(self, commands: Sequence[Command]) -> list[Reply]:
        """Send all commands at once. Raises PollError where no server has the keys.

        The text of the error begins with the server that it is about.
        """
        for _ in range(MOST_MOVES):
            link = await self._connected()
            replies = await self._sent(link, commands)
            redirects = [reply for reply in replies if isinstance(reply, AskError)]
            moved = next((r for r in redirects if isinstance(r, MovedError)), None)
            if moved:
                await self._follow(await self._destination(link, moved))
            elif redirects:
                return await self._query_importing(link, redirects[0], commands)
            else:
                return await self._settled(link, replies)
        raise PollError(Reason.UNAVAILABLE, "the cluster redirects from node to node")

    async def close(self) -> None:
        """Close the connection."""
        link, self._link = self._link, None
        if link:
            await link.close()

    async def _sent(self, link: ServerLink, commands: Sequence[Command]) -> list[Reply]:
        try:
            return await link.query(commands)
        except PollError as error:
            await self.close()  # a primary may be another one by now
            raise PollError(error.reason, f"{link.address}: {error}") from None

    async def _settled(self, link: ServerLink, replies: list[Reply]) -> list[Reply]:
        """Return the replies, unless they say that this server cannot be used for now."""
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await self.close()  # it has become a replica
        passing = next((reply for reply in replies if is_passing(reply)), None)
        if passing is not None:
            await self.close()
            raise PollError(Reason.UNAVAILABLE, f"{link.address}: {_full(passing)}")
        return replies

    async def _follow(self, address: Address) -> None:
        await self.close()
        self._link = self._to(address)

    async def _destination(self, link: ServerLink, error: AskError) -> Address:
        """Return where a redirection leads; the node that sent it describes the others."""
        replies = await self._sent(link, (CLUSTER_NODES, CLUSTER_SLOTS))
        address = redirected(error, replies, link.address, tls=self._target.tls)
        if address is None:
            text = f"{link.address}: redirects to no server: {str(error)[:100]}"
            raise PollError(Reason.INVALID, text)
        self._remember((address, link.address))
        return address

    async def _query_importing(
        self, link: ServerLink, error: AskError, commands: Sequence[Command]
    ) -> list[Reply]:
        """Query the node to which the keys are being moved, this once."""
        other = self._to(await self._destination(link, error))
        # ASKING is for the next command alone, or for the transaction that it begins. The keys of a
        # transaction may be on both nodes for a while: then the reply is TRYAGAIN.
        asking: list[Command] = []
        is_own, in_transaction = [], False
        for command in commands:
            preceding = [] if in_transaction else [("ASKING",)]
            asking += [*preceding, command]
            is_own += [*(False for _ in preceding), True]
            in_transaction = (in_transaction or command == ("MULTI",)) and command != ("EXEC",)
        try:
            replies = await self._sent(other, asking)
        finally:
            await other.close()
        return await self._settled(other, list(compress(replies, is_own)))

    async def _connected(self) -> ServerLink:
        if self._target.mode == "sentinel":
            await self._check_primary()
        if self._link is None:
            self._link = self._to(await self._any_node())
        return self._link

    async def _any_node(self) -> Address:
        """Return the configured server, or the node of a cluster that answers first."""
        if len(self._known) == 1:
            return self._known[0]
        link, _ = await self._first(("PING",))
        return link.address

    async def _check_primary(self) -> None:
        """Query the sentinels for the primary, now and then: it may be another one by now.

        A primary in use stays where no sentinel answers.
        """
        now = steady()
        if self._link and now - self._sentinels_queried_at < QUERY_SENTINELS_EVERY:
            return
        group = self._target.sentinel_master or ""
        queries = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", group), ("SENTINEL", "SENTINELS", group)
        try:
            sentinel, replies = await self._first(*queries)
        except PollError as error:
            if self._link:
                return
            text = f"no sentinel names a primary of {group!r}: {error}"
            raise PollError(error.reason, text) from None
        finally:
            self._sentinels_queried_at = now
        self._remember([address for address, _ in peers_of(replies[1], sentinel.address)])
        primary = primary_address(replies[0], sentinel.address)
        if primary and (self._link is None or self._link.address != primary):
            await self._follow(primary)

    async def _first(self, *commands: Command) -> tuple[ServerLink, list[Reply]]:
        """Query all known servers at once; return the first that answers, which is closed again."""
        tasks = [asyncio.create_task(self._probe(a, commands)) for a in self._known]
        faults = []
        try:
            for done in asyncio.as_completed(tasks):
                try:
                    return await done
                except PollError as error:
                    faults.append(error)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        reasons = [fault.reason for fault in faults if fault.reason is not Reason.UNAVAILABLE]
        text = "; ".join(sorted(map(str, faults)))
        raise PollError((*reasons, Reason.UNAVAILABLE)[0], text[:300])

    async def _probe(
        self, address: Address, commands: Sequence[Command]
    ) -> tuple[ServerLink, list[Reply]]:
        is_sentinel = self._target.mode == "sentinel"
        link = ServerLink(self._target, address, is_sentinel=is_sentinel)
        try:
            replies = await link.query(commands)
        except PollError as error:
            raise PollError(error.reason, f"{address}: {error}") from None
        finally:
            await link.close()
        if is_sentinel and primary_address(replies[0], address) is None:
            text = f"{address}: {replies[0] or 'knows no such primary, check sentinel_master'}"
            raise PollError(Reason.UNAVAILABLE, text)
        return link, replies

    def _remember(self, found: Sequence[Address]) -> None:
        """Keep further servers to query, should those that are configured be gone."""
        configured = self._target.addresses()
        known = dict.fromkeys((*configured, *found, *self._known))
        self._known = tuple(known)[: max(MOST_KNOWN, len(configured))]

    def _to(self, address: Address) -> ServerLink:
        return ServerLink(self._target, address, most_bytes=MOST_BYTES)


def _full(reply: Reply) -> str:
    """Return an error reply with its first word, which redis-py keeps beside the text."""
    code = getattr(reply, "status_code", None)
    return f"{code} {reply}"[:200] if code else str(reply)[:200]
