"""Reads an application in one round trip: what exists, once, both layouts at one moment."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from exporter.application.cache_reads import CacheReads
from exporter.application.key_server import KeyServer
from exporter.application.scripts import CACHE, PEEK
from exporter.application.state import (
    ApplicationState,
    is_wrong_type,
    layout_state,
    refusal,
    size,
)
from exporter.application.users import ActiveUsers
from exporter.errors import PollError, Reason
from exporter.recorder.layout import VERSION, VERSIONS, keys
from exporter.redis.client import Command, RedisTarget, Reply

_NAMES = ("meta", "families", "totals", "gauges", "seqs", "seen")
_MOST_READS = 3  # keys may begin to exist between two of them


class ApplicationReader:
    """Reads one application's keys."""

    def __init__(
        self, target: RedisTarget, application: str, interval: float, cache: CacheReads | None
    ) -> None:
        """Connect at the first reading; recorders learn the interval, in seconds.

        With `cache`, the server's hits and misses without our own are read, too.
        """
        self._timeout = target.timeout
        self._server = KeyServer(target)
        self.keys = {version: keys(application, version) for version in VERSIONS}
        self._cache = cache
        self._interval, self._written = interval, 0.0
        self._planned: tuple[str, ...] = ()
        self.users = ActiveUsers(self.keys[VERSION], self.keys[VERSION].meta)

    async def close(self) -> None:
        """Close the connection."""
        await self._server.close()

    async def read(self, now: float) -> ApplicationState:
        """Return the state; `now` are seconds of any clock. Raises PollError."""
        for _ in range(_MOST_READS):
            counting = self.users.command(now)
            replies = await self.send(self._commands(counting))
            if counting:
                self.users.take(replies.pop(), now)
            found = _results(replies)
            read, self._planned = self._planned, self._existing(found[1])
            if set(self._planned) <= set(read):
                break
        if self._cache:
            self._cache.take(found.pop())
        state = _state(found[0], dict(zip(read, found[2:], strict=True)), self._by_key())
        # Of several exporters, the slowest one's interval counts.
        self._written = state.layouts[-1].number("exporter_interval")
        return state

    async def send(self, sent: Sequence[Command]) -> list[Reply]:
        """Send commands and return their replies. Raises PollError."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._server.query(sent)
        except TimeoutError:
            text = f"no reply within {self._timeout:g} s, check the network"
            raise PollError(Reason.DEADLINE, text) from None

    def _commands(self, counting: Command | None) -> list[Command]:
        """Return one transaction: totals and the numbers of flushes must be of one moment.

        Users are counted beside it: they may fail by themselves.
        """
        meta = self.keys[VERSION].meta
        every = tuple(self._by_key())
        interval = f"{self._interval:g}" if self._written < self._interval else ""
        planned = ("1" if key in self._planned else "0" for key in every)
        peek = ("EVAL", PEEK, str(len(every) + 1), meta, *every, interval, *planned)
        return [
            ("MULTI",),
            ("TIME",),
            peek,
            *(_reading(key) for key in self._planned),
            *([("EVAL", CACHE, "1", meta)] if self._cache else ()),
            ("EXEC",),
            *([counting] if counting else ()),
        ]

    def _existing(self, peeked: Reply) -> tuple[str, ...]:
        """Return the keys that exist; all where the user may not look."""
        every = tuple(self._by_key())
        if not isinstance(peeked, list) or len(peeked) != len(every):
            return every
        return tuple(key for key, there in zip(every, peeked, strict=True) if there)

    def _by_key(self) -> Mapping[str, tuple[int, str]]:
        return {
            getattr(names, name): (version, name)
            for version, names in self.keys.items()
            for name in _NAMES
        }


def _reading(key: str) -> Command:
    return ("ZRANGE", key, "0", "-1", "WITHSCORES") if key.endswith(":seen") else ("HGETALL", key)


def _results(replies: Sequence[Reply]) -> list[Reply]:
    """Return the results of the transaction. Raises PollError where it was not run."""
    for reply in replies:
        if isinstance(reply, Exception):
            raise refusal(reply)
    found = replies[-1]
    if not isinstance(found, list):
        raise PollError(Reason.INVALID, "the transaction was not run, check what else uses Redis")
    return list(found)


def _state(
    time: Reply, found: Mapping[str, Reply], by_key: Mapping[str, tuple[int, str]]
) -> ApplicationState:
    for reply in found.values():
        if isinstance(reply, Exception) and not is_wrong_type(reply):
            raise refusal(reply)
    if not isinstance(time, list):
        raise PollError(Reason.INVALID, "TIME is not answered, check what else uses Redis")
    layouts = []
    for version in VERSIONS:
        own = dict(_of(version, found, by_key))
        layouts.append(layout_state(version, own))
    return ApplicationState(
        now=float(time[0]) + float(time[1]) / 1e6,
        layouts=tuple(layouts),
        size=size(list(found.values())),
    )


def _of(
    version: int, found: Mapping[str, Reply], by_key: Mapping[str, tuple[int, str]]
) -> Iterator[tuple[str, Reply]]:
    for key, reply in found.items():
        of, name = by_key[key]
        if of == version:
            yield name, reply
