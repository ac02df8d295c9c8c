"""Reads what an application's instances wrote to Redis: one round trip, however many series."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exporter.application.key_server import KeyServer
from exporter.application.merging import Merged, Merger
from exporter.application.state import ApplicationState, commands, state
from exporter.catalog import own
from exporter.clock import Clock
from exporter.collectors.base import Delivery, Poll
from exporter.errors import PollError, Reason
from exporter.recorder.layout import Keys, keys
from exporter.recorder.scripts import REMEMBERED, RETIRE, SEED
from exporter.redis.client import Command, RedisTarget, Reply
from exporter.telemetry import Telemetry

EXPIRES_AFTER = 300.0
TIDY_EVERY = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationTarget:
    """An application: its name, where it writes, how often to read, when an instance is gone."""

    name: str
    redis: RedisTarget
    interval: float = 1.0
    alive: float = 120.0
    limit: int = 10_000


class ApplicationCollector:
    """The application of the settings, or none."""

    name = "application"

    def __init__(
        self,
        target: ApplicationTarget | None,
        clock: Clock,
        telemetry: Telemetry,
        visited: Callable[[float, float], bool],
    ) -> None:
        """Connect to nothing before the first poll; `visited` says whether scrapers have come."""
        self._polls = (ApplicationPoll(target, clock, telemetry, visited),) if target else ()

    def polls(self) -> Sequence[Poll]:
        """Return a poll for each application."""
        return self._polls

    async def close(self) -> None:
        """Close all connections."""
        for poll in self._polls:
            await poll.close()


class ApplicationPoll:
    """One application."""

    project = family = ""
    stretched = False

    def __init__(
        self,
        target: ApplicationTarget,
        clock: Clock,
        telemetry: Telemetry,
        visited: Callable[[float, float], bool] = lambda _since, _now: True,
    ) -> None:
        """Be due at once."""
        self.name, self.interval = target.name, target.interval
        self._target, self._clock, self._telemetry = target, clock, telemetry
        self._visited = visited
        self._keys: Keys = keys(target.name)
        self._place = KeyServer(target.redis)
        self._merger = Merger(target.alive, target.limit)
        self._due = self._tidied = clock.now()
        self._regions: tuple[str, ...] = ()
        self._before: ApplicationState | None = None

    def due(self) -> float:
        """Return the Unix time of the next run."""
        return self._due

    async def run(self) -> Delivery:
        """Read once, and show what all instances add up to."""
        now = self._clock.now()
        self._due = now + self._target.interval
        found = await self._read(now)
        before = self._before
        if before and before.epoch and found.epoch != before.epoch:
            if found.epoch and "seeded" not in found.meta:
                await self._seed(before, found)
            found = await self._read(now)
        if found.epoch:
            self._before = found
        await self._tidy(found, now)
        merged = self._merger.merge(found, now, lambda since: self._visited(since, now))
        self._account(found, merged)
        newest = max(found.seen.values(), default=None)
        age = None if newest is None else now - max(0.0, found.now - newest)
        return Delivery(
            parts=tuple(merged.parts),
            expires=now + EXPIRES_AFTER,
            data_time=age,
            notes=tuple(merged.notes),
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._place.close()

    async def _read(self, now: float) -> ApplicationState:
        replies = await self._ask(commands(self._keys, self._regions, now))
        found = state(replies, self._regions)
        self._regions = found.regions
        return found

    async def _ask(self, asked: Sequence[Command]) -> list[Reply]:
        try:
            async with asyncio.timeout(self._target.redis.timeout):
                return await self._place.query(asked)
        except TimeoutError:
            text = f"no reply within {self._target.redis.timeout:g} s, check the network"
            raise PollError(Reason.DEADLINE, text) from None

    async def _seed(self, before: ApplicationState, found: ApplicationState) -> None:
        """Fill an emptied Redis with what was shown, and the flushes that are in it."""
        totals = [text for n, v in self._merger.shown.items() for text in (n, repr(v))]
        seqs = [text for n, v in before.seqs.items() for text in (n, str(v))]
        named = (self._keys.totals, self._keys.seqs, self._keys.meta)
        created = before.meta.get("created", "")
        counted = (str(len(totals) // 2), *totals, str(len(seqs) // 2), *seqs)
        asked = ("EVAL", SEED, "3", *named, before.epoch, found.epoch, created, *counted)
        (reply,) = await self._ask([asked])
        if isinstance(reply, Exception):
            raise PollError(Reason.PERMISSION, f"an emptied Redis could not be filled: {reply}")

    async def _tidy(self, found: ApplicationState, now: float) -> None:
        """Now and then take instances out of Redis that have long been silent."""
        if now - self._tidied < TIDY_EVERY:
            return
        self._tidied = now
        oldest = found.now - REMEMBERED
        gone = {instance for instance, at in found.seen.items() if at < oldest}
        levels = [f"{i}\x1f{name}" for i, name in found.gauges if i in gone or i not in found.seen]
        named = (self._keys.gauges, self._keys.seqs, self._keys.seen)
        asked: list[Command] = [("EVAL", RETIRE, "3", *named, str(oldest))]
        if levels:
            asked.append(("HDEL", self._keys.gauges, *levels))
        await self._ask(asked)

    def _account(self, found: ApplicationState, merged: Merged) -> None:
        telemetry, key = self._telemetry, (self.name,)
        living = self._merger.living(found)
        telemetry.set(own.APPLICATION_INSTANCES, key, len(living))
        telemetry.set(own.APPLICATION_BYTES, key, found.size)
        telemetry.set(own.APPLICATION_DROPPED, key, float(found.meta.get("dropped", 0)))
        if living:
            telemetry.set(own.APPLICATION_LAG, key, max(0.0, found.now - max(living.values())))
        for name, number in merged.dropped.items():
            telemetry.set(own.SERIES_DROPPED, (name, "application"), number)
