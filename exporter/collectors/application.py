"""Reads an application's metrics from Redis: one round trip, however many series."""

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
CLEAN_UP_EVERY = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationTarget:
    """An application: its name, its Redis, how often to read, when an instance counts as gone."""

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
        """Connect to nothing before the first poll; `visited` is whether scrapers have come."""
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
        visited: Callable[[float, float], bool],
    ) -> None:
        """Be due at once."""
        self.name, self.interval = target.name, target.interval
        self._target, self._clock, self._telemetry = target, clock, telemetry
        self._visited = visited
        self._keys: Keys = keys(target.name)
        self._server = KeyServer(target.redis)
        self._merger = Merger(target.alive, target.limit)
        self._due = self._cleaned = clock.monotonic()
        self._regions: tuple[str, ...] = ()
        self._before: ApplicationState | None = None

    def due(self) -> float:
        """Return the monotonic time of the next run."""
        return self._due

    async def run(self) -> Delivery:
        """Read once, and return the sums over all instances."""
        now = self._clock.monotonic()
        self._due = now + self._target.interval
        found = await self._read(self._clock.now())
        before = self._before
        # Another epoch: Redis lost its data. Seeded with the last totals, counters do not fall.
        if before and before.epoch and found.epoch != before.epoch:
            if found.epoch and "seeded" not in found.meta:
                await self._seed(before, found)
            found = await self._read(self._clock.now())
        if found.epoch:
            self._before = found
        await self._clean_up(found, now)
        merged = self._merger.merge(found, now, lambda since: self._visited(since, now))
        self._account(found, merged)
        newest = max(found.seen.values(), default=None)
        age = None if newest is None else now - (found.now - newest)
        return Delivery(
            parts=tuple(merged.parts),
            expires=now + EXPIRES_AFTER,
            data_time=age,
            notes=tuple(merged.notes),
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._server.close()

    async def _read(self, now: float) -> ApplicationState:
        replies = await self._send(commands(self._keys, self._regions, now))
        found = state(replies, self._regions)
        self._regions = found.regions
        return found

    async def _send(self, sent: Sequence[Command]) -> list[Reply]:
        try:
            async with asyncio.timeout(self._target.redis.timeout):
                return await self._server.query(sent)
        except TimeoutError:
            text = f"no reply within {self._target.redis.timeout:g} s, check the network"
            raise PollError(Reason.DEADLINE, text) from None

    async def _seed(self, before: ApplicationState, found: ApplicationState) -> None:
        """Write the exposed totals into an emptied Redis, and which flushes they include."""
        totals = [text for n, v in self._merger.shown.items() for text in (n, repr(v))]
        seqs = [text for n, v in before.seqs.items() for text in (n, str(v))]
        redis_keys = (self._keys.totals, self._keys.seqs, self._keys.meta)
        created = before.meta.get("created", "")
        counted = (str(len(totals) // 2), *totals, str(len(seqs) // 2), *seqs)
        command = ("EVAL", SEED, "3", *redis_keys, before.epoch, found.epoch, created, *counted)
        (reply,) = await self._send([command])
        if isinstance(reply, Exception):
            raise PollError(Reason.PERMISSION, f"an emptied Redis could not be filled: {reply}")

    async def _clean_up(self, found: ApplicationState, now: float) -> None:
        """Every ten minutes, remove instances from Redis that have been silent for long."""
        if now - self._cleaned < CLEAN_UP_EVERY:
            return
        self._cleaned = now
        oldest = found.now - REMEMBERED
        gone = {instance for instance, at in found.seen.items() if at < oldest}
        levels = [f"{i}\x1f{name}" for i, name in found.gauges if i in gone or i not in found.seen]
        redis_keys = (self._keys.gauges, self._keys.seqs, self._keys.seen)
        cleaning: list[Command] = [("EVAL", RETIRE, "3", *redis_keys, str(oldest))]
        if levels:
            cleaning.append(("HDEL", self._keys.gauges, *levels))
        await self._send(cleaning)

    def _account(self, found: ApplicationState, merged: Merged) -> None:
        telemetry, key = self._telemetry, (self.name,)
        alive = self._merger.living(found)
        telemetry.set(own.APPLICATION_INSTANCES, key, len(alive))
        telemetry.set(own.APPLICATION_BYTES, key, found.size)
        telemetry.set(own.APPLICATION_DROPPED, key, float(found.meta.get("dropped", 0)))
        if alive:
            telemetry.set(own.APPLICATION_LAG, key, found.now - max(alive.values()))
        for name, number in merged.dropped.items():
            telemetry.set(own.SERIES_DROPPED, (name, "application"), number)
