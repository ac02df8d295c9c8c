"""Reads an application's metrics from Redis: one round trip, however many series."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from exporter.application.cache_reads import CacheReads
from exporter.application.memory import Memory
from exporter.application.merging import Merged, Merger
from exporter.application.reading import ApplicationReader
from exporter.application.seeding import seeding
from exporter.application.state import ApplicationState, LayoutState
from exporter.catalog import own, own_application
from exporter.clock import Clock
from exporter.collectors.base import Delivery
from exporter.collectors.marks_store import MarksStore
from exporter.errors import PollError, Reason, StateError
from exporter.logs import once
from exporter.recorder.layout import MOST_FIELDS, SEPARATOR
from exporter.recorder.scripts import REMEMBERED, RETIRE
from exporter.redis.client import Command, RedisTarget
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.application")

EXPIRES_AFTER = 300.0  # seconds
CLEAN_UP_EVERY = 600.0  # seconds
NEARLY_FULL = 0.8  # of the fields that recorders may make


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
        *,
        store: MarksStore | None = None,
        cache: CacheReads | None = None,
    ) -> None:
        """Connect to nothing before the first poll; `visited` is whether scrapers have come."""
        self._polls = (
            (ApplicationPoll(target, clock, telemetry, visited, store=store, cache=cache),)
            if target
            else ()
        )

    def polls(self) -> "Sequence[ApplicationPoll]":
        """Return a poll for each application."""
        return self._polls

    def take_over(self, before: "ApplicationCollector") -> None:
        """Keep what polls of the same application know."""
        old = {poll.name: poll for poll in before.polls()}
        for poll in self._polls:
            if poll.name in old:
                poll.take_over(old[poll.name])

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
        *,
        store: MarksStore | None = None,
        cache: CacheReads | None = None,
    ) -> None:
        """Be due at once; `store` keeps what the next process has to know."""
        self.name, self.interval = target.name, target.interval
        self._target, self._clock, self._telemetry = target, clock, telemetry
        self._visited, self._store, self._cache = visited, store, cache
        self._reader = ApplicationReader(target.redis, target.name, target.interval, cache)
        self._merger: Merger | None = None
        self._saving: asyncio.Future[None] | None = None
        self._dropped: dict[tuple[str, str], int] = {}
        self._due = self._cleaned = clock.monotonic()

    def due(self) -> float:
        """Return the monotonic time of the next run."""
        return self._due

    def take_over(self, before: "ApplicationPoll") -> None:
        """Keep what an earlier poll of the same application knows."""
        if before._merger is not None:  # noqa: SLF001 - of the same class
            self._merger = self._new_merger(before._merger.memory)  # noqa: SLF001 - likewise
        self._dropped = before._dropped  # noqa: SLF001 - likewise

    async def run(self) -> Delivery:
        """Read once, and return the sums over all instances."""
        now = self._clock.monotonic()
        self._due = now + self._target.interval
        merger = await self._loaded(now)
        found = await self._read(self._clock.now())
        merger = await self._of_server(merger, found)
        if await self._seed(merger.memory, found):
            found = await self._read(self._clock.now())
        for layout in found.layouts:
            before = merger.memory.epoch(layout.version).forgotten
            if layout.number("forgotten") > before and "totals" not in layout.odd:
                merger.forget(layout, layout.forgotten(before))
        await self._clean_up(found, now)
        merged = merger.merge(found, now, lambda since: self._visited(since, now))
        merger.show_users(self._reader.users.counts, merged)
        await self._save(merger.memory)
        self._account(found, merged, merger)
        newest = max(found.seen.values(), default=None)
        age = None if newest is None else now - (found.now - newest)
        return Delivery(
            parts=tuple(merged.parts),
            expires=now + EXPIRES_AFTER,
            data_time=age,
            notes=(*merged.notes, *self._reader.users.notes),
        )

    async def close(self) -> None:
        """Close the connection, after the write that is under way: it reads the memory."""
        if self._saving:
            await asyncio.wait({self._saving})
        await self._reader.close()

    def _new_merger(self, memory: Memory) -> Merger:
        return Merger(self._target.alive, self._target.limit, memory)

    async def _loaded(self, now: float) -> Merger:
        """Return the merger, which goes on from what an earlier process saved."""
        if self._merger is None:
            memory = Memory()
            if self._store:
                try:
                    memory = await asyncio.to_thread(self._store.load, self.name, now)
                except StateError as error:
                    raise PollError(Reason.STATE, str(error)) from error
            self._merger = self._new_merger(memory)
        return self._merger

    async def _of_server(self, merger: Merger, found: ApplicationState) -> Merger:
        """Return the merger, a new one where the settings name a server with other counts."""
        server = self._target.redis.server
        if merger.memory.is_of_another(server, found.layouts):
            log.warning(
                "%s: %s has other counts than %s had, which are exposed no longer",
                self.name,
                server,
                merger.memory.server,
            )
            if self._store:
                await asyncio.to_thread(self._store.clear, self.name)
            merger = self._merger = self._new_merger(Memory())
        merger.memory.server = server
        return merger

    async def _save(self, memory: Memory) -> None:
        """Save before it is exposed: the next process must not expose less."""
        if self._store:
            saving = asyncio.to_thread(self._store.save, self.name, memory)
            self._saving = asyncio.ensure_future(saving)
            try:
                await asyncio.shield(self._saving)
            except StateError as error:
                raise PollError(Reason.STATE, str(error)) from error

    async def _read(self, now: float) -> ApplicationState:
        try:
            return await self._reader.read(now)
        except PollError:
            if self._cache:
                self._cache.failed()
            raise

    async def _seed(self, memory: Memory, found: ApplicationState) -> bool:
        """Fill what was emptied, with the exposed totals, so that counters do not fall."""
        emptied = [
            layout for layout in found.layouts if memory.epoch(layout.version).is_emptied(layout)
        ]
        for layout in emptied:
            keys = self._reader.keys[layout.version]
            for reply in await self._reader.send(seeding(keys, layout, memory)):
                if isinstance(reply, Exception):
                    text = f"an emptied Redis could not be filled: {reply}"
                    raise PollError(Reason.PERMISSION, text)
        return bool(emptied)

    async def _clean_up(self, found: ApplicationState, now: float) -> None:
        """Every ten minutes, remove instances from Redis that have been silent for long."""
        if now - self._cleaned < CLEAN_UP_EVERY:
            return
        self._cleaned = now
        oldest = found.now - REMEMBERED
        cleaning = [c for layout in found.layouts for c in self._cleaning(layout, oldest)]
        if cleaning:
            await self._reader.send(cleaning)

    def _cleaning(self, layout: LayoutState, oldest: float) -> list[Command]:
        if "seen" in layout.odd:  # who lives is unknown
            return []
        keys = self._reader.keys[layout.version]
        gone = {instance for instance, at in layout.seen.items() if at < oldest}
        levels = [
            SEPARATOR.join((instance, name))
            for instance, name in layout.gauges
            if instance in gone or instance not in layout.seen
        ]
        cleaning: list[Command] = []
        if gone:
            retire = (keys.gauges, keys.seqs, keys.seen, keys.meta, str(oldest))
            cleaning.append(("EVAL", RETIRE, "4", *retire))
        if levels:
            cleaning.append(("HDEL", keys.gauges, *levels))
        runs = [name for name in layout.meta if name.startswith("reads:")]
        if self._cache and (old := [name for name in runs if not self._cache.is_of_last(name)]):
            cleaning.append(("HDEL", keys.meta, *old))
        return cleaning

    def _account(self, found: ApplicationState, merged: Merged, merger: Merger) -> None:
        telemetry, key = self._telemetry, (self.name,)
        alive = merger.living(found)
        telemetry.set(own_application.INSTANCES, key, len(alive))
        telemetry.set(own_application.BYTES, key, found.size)
        telemetry.set(own_application.FIELDS, key, found.most_fields)
        telemetry.set(own_application.FIELDS_LIMIT, key, MOST_FIELDS)
        dropped = sum(layout.number("dropped") for layout in found.layouts)
        telemetry.set(own_application.DROPPED, key, dropped)
        if alive:
            telemetry.set(own_application.LAG, key, found.now - max(alive.values()))
        for what, number in merged.dropped.items():
            # Each is counted once, while it lasts; others count under the same reasons, too.
            more = number - self._dropped.get(what, 0)
            if more > 0:
                self._dropped[what] = number
                telemetry.count(own.SERIES_DROPPED, what, more)
        for family, number in merged.cleaned.items():
            if number or telemetry.value(own.LABELS_CLEANED, ("", family)):
                telemetry.set(own.LABELS_CLEANED, ("", family), number)
        for hint in (*merged.hints, *nearly_full(self.name, found)):
            once(log, hint.partition(":")[0], hint)


def nearly_full(name: str, found: ApplicationState) -> Sequence[str]:
    """Return a sentence where Redis nearly has as many fields as recorders may make."""
    if found.most_fields < NEARLY_FULL * MOST_FIELDS:
        return ()
    text = (
        f"{name}: Redis has more than {NEARLY_FULL:.0%} of the {MOST_FIELDS:,} fields that an "
        "application may have; recorders refuse new series beyond. `ionmon application show` names "
        "the largest families, `ionmon application forget` takes one out"
    )
    return (text,)
