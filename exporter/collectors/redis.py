"""Reads Redis servers directly: each target on its own schedule, all of its servers at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from zlib import crc32

from exporter import logs
from exporter.catalog import redis as catalog
from exporter.clock import Clock
from exporter.collectors.base import Delivery, Poll
from exporter.errors import PollError, Reason
from exporter.exposition.samples import Part
from exporter.redis import info as redis_info
from exporter.redis.client import Address, RedisTarget
from exporter.redis.node import Node, NodeReading
from exporter.redis.topology import Topology, TopologyQuery, topology_query

Adjust = Callable[[str, redis_info.Info], redis_info.Info]  # target's name, what a server replied
_DOWN: redis_info.Info = {"poll": ({"up": "0"},)}
_MAX_NOTE = 300
_MAX_NOTES = 20
_MAX_GUIDES = 3
_EXPIRES_AFTER = 3  # intervals, and at least a minute
_MINUTE = 60.0
# A replaced replica stays known to sentinels, and a replaced node to its cluster, for ever.
LEFT_OUT_AFTER = 3600.0

log = logs.logger("redis")


class RedisCollector:
    """All Redis targets of the settings."""

    name = "redis"

    def __init__(
        self, targets: Sequence[RedisTarget], clock: Clock, adjust: Adjust | None = None
    ) -> None:
        """Connect to nothing before the first poll; `adjust` corrects what each server replies."""
        self._polls = tuple(RedisTargetPoll(target, clock, adjust) for target in targets)

    def polls(self) -> Sequence[Poll]:
        """Return a poll for each target."""
        return self._polls

    async def close(self) -> None:
        """Close all connections."""
        for poll in self._polls:
            await poll.close()


class RedisTargetPoll:
    """One target: a server, a cluster, or a primary with its replicas and sentinels."""

    project = family = ""
    stretched = False

    def __init__(self, target: RedisTarget, clock: Clock, adjust: Adjust | None = None) -> None:
        """Be due at once."""
        self._adjust = adjust or _unadjusted
        self.name, self.interval = target.name, target.interval
        self._target = target
        self._clock = clock
        self._question = topology_query(target)
        self._seeds = target.addresses()
        self._topology = Topology(self._seeds if self._question is None else ())
        self._nodes: dict[Address, Node] = {}
        self._up: tuple[Address, ...] = ()
        self._down_since: dict[Address, float] = {}
        self._due = clock.monotonic()
        # After the first poll, the offset spreads the targets.
        self._step = target.interval * (0.5 + crc32(target.name.encode()) / 2**32)

    def due(self) -> float:
        """Return the monotonic time of the next run."""
        return self._due

    async def run(self) -> Delivery:
        """Read every server once. A server that fails is named in a note; the others are served."""
        now = self._clock.monotonic()
        self._due = max(self._due + self._step, now)
        self._step = self._target.interval
        outcomes, trouble = await self._read(now)
        self._up = tuple(a for a, outcome in outcomes.items() if isinstance(outcome, NodeReading))
        faults = {a: o for a, o in outcomes.items() if isinstance(o, PollError)}
        self._note_down(faults, now)
        unexplained = {a: fault for a, fault in faults.items() if a not in self._topology.down}
        await self._forget(outcomes)
        return Delivery(
            parts=_parts(self.name, outcomes, self._adjust),
            expires=now + max(_EXPIRES_AFTER * self._target.interval, _MINUTE),
            data_time=now,
            notes=_notes(unexplained, trouble),
        )

    async def close(self) -> None:
        """Close the connections to all servers."""
        await self._forget({})

    async def _read(self, now: float) -> tuple[dict[Address, NodeReading | PollError], list[str]]:
        """Query all known servers at once, and those that are discovered meanwhile."""
        until = asyncio.get_running_loop().time() + self._target.timeout
        left_out = self._left_out(now)
        tasks: dict[Address, asyncio.Task[NodeReading | PollError]] = {}
        async with asyncio.TaskGroup() as group:

            def start(addresses: Iterable[Address], about: TopologyQuery | None = None) -> None:
                for address in addresses:
                    if address not in tasks and address not in left_out:
                        tasks[address] = group.create_task(self._query(address, now, until, about))

            guides = self._guides()
            start(guides, self._question)
            start(self._topology.members)
            best = Topology(())
            async for found in _topologies([tasks[guide] for guide in guides]):
                best = _joined(best, found)
                start(best.members)
            self._topology = best if best.members else self._topology
        answers = [tasks[guide].result() for guide in guides]
        trouble = [
            o.topology_error for o in answers if isinstance(o, NodeReading) and o.topology_error
        ]
        shown = [address for address in self._shown() if address in tasks]
        return {address: tasks[address].result() for address in shown}, trouble

    async def _query(
        self, address: Address, now: float, until: float, about: TopologyQuery | None
    ) -> NodeReading | PollError:
        is_sentinel = self._target.mode == "sentinel" and about is not None
        node = self._nodes.get(address)
        if node is None:
            node = self._nodes[address] = Node(self._target, address, is_sentinel=is_sentinel)
        try:
            async with asyncio.timeout_at(until):
                return await node.read(now, about)
        except PollError as error:
            return error
        except TimeoutError:
            text = f"no reply within {self._target.timeout:g} s, check the network, or set timeout"
            return PollError(Reason.DEADLINE, text)

    def _guides(self) -> tuple[Address, ...]:
        """Return whom to query for the topology: sentinels, or healthy nodes of a cluster."""
        if self._target.mode == "sentinel":
            lost = self._topology.members and not set(self._seeds) & set(self._up)
            return tuple(dict.fromkeys(self._seeds + (self._topology.sentinels if lost else ())))
        if self._target.mode == "cluster":
            return self._up[:_MAX_GUIDES] or self._seeds
        return ()

    def _shown(self) -> tuple[Address, ...]:
        """Return the servers that are exposed; a cluster's seed may be another name of a member."""
        sentinels = self._seeds if self._target.mode == "sentinel" else ()
        return tuple(dict.fromkeys(sentinels + self._topology.members)) or self._seeds

    def _left_out(self, now: float) -> set[Address]:
        """Return the members that are not polled while their group reports them as down."""
        gone = self._topology.gone
        return {a for a, at in self._down_since.items() if a in gone and now - at >= LEFT_OUT_AFTER}

    def _note_down(self, faults: Mapping[Address, PollError], now: float) -> None:
        """Note since when members are down, by the word of their group and by their own silence."""
        left_out, since = self._left_out(now), self._down_since
        down = {a for a in self._topology.down if a in faults or a in left_out}
        self._down_since = {address: since.get(address, now) for address in down}
        for address in down:
            key, about = f"{self.name} {address}", "its group reports it as down, redis_up is 0"
            logs.once(log, key, f"{self.name}: {address}: {about}")
        for address in since.keys() - down:
            logs.over(log, f"{self.name} {address}", f"{self.name}: {address}: not down any more")

    async def _forget(self, outcomes: Mapping[Address, object]) -> None:
        """Close connections to servers that are no longer polled."""
        for address in [address for address in self._nodes if address not in outcomes]:
            await self._nodes.pop(address).close()


def _joined(one: Topology, other: Topology) -> Topology:
    """Return the larger topology: a node that was removed and reset knows only itself.

    A member is down where all that know it say so: one of them may be cut off from it.
    """
    best = max(one, other, key=lambda topology: len(topology.members))
    lives = (set(one.members) - one.down) | (set(other.members) - other.down)
    needed = (set(one.members) - one.gone) | (set(other.members) - other.gone)
    down, gone = (one.down | other.down) - lives, (one.gone | other.gone) - needed
    return replace(best, down=down, gone=gone)


async def _topologies(
    tasks: Sequence[asyncio.Task[NodeReading | PollError]],
) -> AsyncIterator[Topology]:
    """Yield the topology that each server reports, as soon as it answers."""
    for done in asyncio.as_completed(tasks):
        outcome = await done
        if isinstance(outcome, NodeReading) and outcome.topology:
            yield outcome.topology


def _unadjusted(_name: str, info: redis_info.Info) -> redis_info.Info:
    return info


def _parts(
    name: str, outcomes: Mapping[Address, NodeReading | PollError], adjust: Adjust
) -> tuple[Part, ...]:
    readings = {
        address: outcome if isinstance(outcome, NodeReading) else NodeReading(_DOWN)
        for address, outcome in outcomes.items()
    }
    infos = {address: adjust(name, reading.info) for address, reading in readings.items()}
    parts = []
    for family in catalog.FAMILIES:
        samples = []
        for address, reading in readings.items():
            labels = (name, str(address))
            samples += redis_info.samples(family, labels, infos[address], reading.start)
        if samples:
            parts.append(Part(family, tuple(samples)))
    return tuple(parts)


def _notes(faults: Mapping[Address, PollError], trouble: Sequence[str]) -> tuple[str, ...]:
    texts = [f"{address}: {fault.reason}: {fault}" for address, fault in faults.items()]
    notes = [_sentence(text) for text in (*dict.fromkeys(trouble), *texts)]
    more = len(notes) - _MAX_NOTES
    return tuple(notes[:_MAX_NOTES]) + ((f"and {more} more faults",) if more > 0 else ())


def _sentence(text: str) -> str:
    """Return a text as one printable line: it may contain a server's own message."""
    return "".join(c if c.isprintable() else " " for c in text)[:_MAX_NOTE]
