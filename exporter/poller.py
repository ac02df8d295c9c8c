"""Runs every poll on its own schedule, and publishes their deliveries as immutable snapshots."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from exporter.catalog import own
from exporter.clock import Clock
from exporter.collectors.base import Collector, Delivery, Poll
from exporter.collectors.inheritance import inherited
from exporter.errors import PollError, Reason
from exporter.exposition.grouping import LeftOut
from exporter.exposition.samples import Part
from exporter.exposition.snapshot import Snapshot, snapshot
from exporter.logs.fault_log import FaultLog
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.poller")

TICK = 0.25
BATCH = 0.02  # seconds; deliveries that come together are published together
MAX_FAULTS = 50
MAX_SLEEP = 30.0  # what waits does not wake a machine that was suspended


@dataclass(frozen=True, slots=True)
class PollFault:
    """A fault: monotonic time in seconds, poll, reason, text."""

    time: float
    poll: str
    reason: str
    text: str


@dataclass(slots=True, eq=False, kw_only=True)
class PollState:
    """The state of one poll; times are seconds on the monotonic clock."""

    collector: str
    poll: Poll
    delivery: Delivery | None = None
    fault: PollFault | None = None
    started: float | None = None
    tried: bool = False
    duration: float = 0.0
    last_success: float | None = None
    data_time: float | None = None
    generation: int | None = None
    notes: tuple[str, ...] = ()
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def name(self) -> str:
        """The poll's name."""
        return self.poll.name

    def healthy(self) -> bool:
        """Return whether the last run delivered everything."""
        return self.faultless() and self.delivery is not None

    def series(self) -> int:
        """Return how many series the last delivery has; any thread may call it."""
        delivery = self.delivery  # read once: the poller may withdraw it meanwhile
        return sum(len(part.samples) for part in delivery.parts) if delivery else 0

    def faultless(self) -> bool:
        """Return whether the poll has no known fault."""
        return self.fault is None and not self.notes


class Poller:
    """Owns the polls of all collectors, and the snapshot of their deliveries."""

    def __init__(
        self,
        collectors: Sequence[Collector],
        clock: Clock,
        telemetry: Telemetry,
        seen: Callable[[float], int | None],
        swapped: Callable[[], None] = lambda: None,
    ) -> None:
        """Poll what `collectors` read; `seen` returns the generation all scrapers have seen.

        `swapped` is called after each change of the snapshot.
        """
        self._swapped = swapped
        self.collectors = tuple(collectors)
        self._clock, self._telemetry, self._seen = clock, telemetry, seen
        self.states = tuple(
            PollState(collector=c.name, poll=p) for c in collectors for p in c.polls()
        )
        self.faults: deque[PollFault] = deque(maxlen=MAX_FAULTS)
        self._fault_log = FaultLog()
        self.snapshot = Snapshot()
        self.changed = clock.monotonic()
        self._dirty = asyncio.Event()
        self._left_out: set[tuple[str, str]] = set()

    def inherit(self, before: "Poller") -> None:
        """Take over the last deliveries of an earlier poller, each for the poll that reads it."""
        self.faults.extend(before.faults)
        self.snapshot, self.changed = before.snapshot, before.changed
        old = {(state.collector, state.name): state for state in before.states}
        delivered: dict[tuple[str, str], list[tuple[Poll, Delivery]]] = {}
        for state in before.states:
            if state.delivery:
                delivered.setdefault(_kind(state), []).append((state.poll, state.delivery))
        for state in self.states:
            found = inherited(state.poll, delivered.get(_kind(state), ()))
            if found:
                # The old poll is closed: what is at zero waits for the new one.
                state.delivery, state.data_time = replace(found, reveal=None), found.data_time
            past = old.get((state.collector, state.name))
            if past and found:
                state.data_time, state.last_success = past.data_time, past.last_success
        self.swap()

    async def run(self) -> None:
        """Poll until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._publish())
            group.create_task(self._watch())
            for state in self.states:
                group.create_task(self._keep_polling(state))

    def ready(self) -> bool:
        """Return whether every poll was tried, and at least one has delivered."""
        if self.tried() < len(self.states):
            return False
        return not self.states or any(s.delivery for s in self.states)

    def tried(self) -> int:
        """Return how many polls have run to their end, with or without success."""
        return sum(1 for state in self.states if state.tried)

    async def _keep_polling(self, state: PollState) -> None:
        while True:
            wait = state.poll.due() - self._clock.monotonic()
            if wait > 0:
                await self._clock.sleep(min(wait, MAX_SLEEP))
                continue
            await self.poll_once(state)

    async def poll_once(self, state: PollState) -> None:
        """Run one poll and keep its delivery."""
        async with state.busy:
            state.started = self._clock.monotonic()
            self._telemetry.count(own.POLLS, (state.collector,))
            delivery = await self._attempt(state, state.poll.run)
            if delivery:
                self._keep(state, delivery)
            state.tried = True
            state.duration = self._clock.monotonic() - state.started

    async def _attempt(
        self, state: PollState, work: Callable[[], Awaitable[Delivery | None]]
    ) -> Delivery | None:
        """Return the delivery of a poll's work; an error is recorded as the poll's fault."""
        try:
            return await work()
        except PollError as error:
            self._fail(state, error.reason, str(error))
        except Exception as error:  # the process boundary: a defect in one poll costs only it
            log.exception("%s: unexpected error", state.name)
            self._fail(state, Reason.INTERNAL, f"{type(error).__name__}: {error}")
            await asyncio.sleep(1.0)
        return None

    def _keep(self, state: PollState, delivery: Delivery) -> None:
        self._fault_log.noted(state.name, delivery.notes)
        state.delivery, state.notes = delivery, delivery.notes
        state.generation = None
        if delivery.data_time is not None:
            state.data_time = delivery.data_time
        if delivery.fault:
            self._fail(state, delivery.fault.reason, str(delivery.fault))
        else:
            state.fault, state.last_success = None, self._clock.monotonic()
            self._fault_log.worked(state.name)
        if delivery.notes and not delivery.fault:
            self._record_fault(state, Reason.PARTIAL, "; ".join(delivery.notes))
        self._dirty.set()

    def _fail(self, state: PollState, reason: Reason, text: str) -> None:
        self._fault_log.failed(state.name, reason, text)
        state.fault = PollFault(self._clock.monotonic(), state.name, reason, text)
        self._record_fault(state, reason, text)

    def _record_fault(self, state: PollState, reason: Reason, text: str) -> None:
        labels = (state.collector, state.name, str(reason))
        self._telemetry.count(own.POLL_FAILURES, labels)
        self.faults.appendleft(PollFault(self._clock.monotonic(), state.name, reason, text))

    async def _publish(self) -> None:
        """Publish a new snapshot soon after a change."""
        while True:
            await self._dirty.wait()
            await asyncio.sleep(BATCH)
            self._dirty.clear()  # before the swap: a delivery during it needs another one
            self.swap()

    def swap(self) -> None:
        """Replace the snapshot by one of all current deliveries."""
        now = self._clock.monotonic()
        live = [s for s in self.states if s.delivery and s.delivery.expires > now]
        parts = (part for state in live for part in _parts(state))
        self.snapshot = snapshot(parts, self.snapshot.generation + 1, self.snapshot)
        self.changed = now
        for state in live:
            if state.generation is None:  # the first snapshot with this delivery and its zeros
                state.generation = self.snapshot.generation
        self._report_left_out(self.snapshot.left_out)
        self._swapped()

    def _report_left_out(self, left_out: Sequence[LeftOut]) -> None:
        """Count and log what contradicts the rest, once for as long as it does."""
        current = {(each.family, each.reason) for each in left_out}
        for each in left_out:
            key = (each.family, each.reason)
            if key not in self._left_out:
                self._telemetry.count(own.SERIES_DROPPED, key, each.series)
                log.warning("%s", each.text)
        for name, reason in sorted(self._left_out - current):
            log.info("%s: all series are exposed again (%s)", name, reason)
        self._left_out = current

    async def _watch(self) -> None:
        """Withdraw expired deliveries, and reveal series that every scraper has seen at zero."""
        while True:
            await asyncio.sleep(TICK)
            await self.tick()

    async def tick(self) -> None:
        """Withdraw and reveal once."""
        now = self._clock.monotonic()
        seen = self._seen(now)
        for state in self.states:
            delivery = state.delivery
            if delivery and delivery.expires <= now:
                state.delivery = None
                self._dirty.set()
            elif delivery and delivery.reveal and _reached(state, seen):
                await self._reveal(state, delivery.reveal)

    async def _reveal(
        self, state: PollState, work: Callable[[], Awaitable[Delivery | None]]
    ) -> None:
        if state.busy.locked():
            return
        async with state.busy:
            revealed = await self._attempt(state, work)
            if revealed:
                state.delivery, state.generation = revealed, None
                self._dirty.set()

    async def close(self) -> None:
        """Close all collectors."""
        for collector in self.collectors:
            await collector.close()


def _kind(state: PollState) -> tuple[str, str]:
    """Return what polls have in common of which one may take over what another read."""
    return state.collector, state.poll.family or state.name


def _parts(state: PollState) -> tuple[Part, ...]:
    return state.delivery.parts if state.delivery else ()


def _reached(state: PollState, seen: int | None) -> bool:
    return seen is not None and state.generation is not None and state.generation <= seen
