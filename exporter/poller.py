"""Runs every poll on its own schedule, turns errors into outcomes, swaps one immutable snapshot."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from exporter.catalog import own
from exporter.clock import Clock
from exporter.collectors.base import Collector, Delivery, Poll
from exporter.errors import PollError, Reason
from exporter.exposition.snapshot import Part, Snapshot, snapshot
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.poller")

TICK = 0.25
SETTLE = 0.02
MOST_FAULTS = 50
LONGEST_SLEEP = 30.0  # the wall clock may be set meanwhile


@dataclass(frozen=True, slots=True)
class PollFault:
    """Something that went wrong: when, in which poll, why, in words."""

    time: float
    poll: str
    reason: str
    text: str


@dataclass(slots=True, eq=False, kw_only=True)
class PollState:
    """What is known of one poll; times are Unix seconds, spans seconds."""

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
        """Say whether the last run delivered everything."""
        return self.faultless() and self.delivery is not None

    def series(self) -> int:
        """Return how many series the last delivery holds; any thread may ask."""
        delivery = self.delivery  # read once: the poller may withdraw it meanwhile
        return sum(len(part.samples) for part in delivery.parts) if delivery else 0

    def faultless(self) -> bool:
        """Say whether nothing is known to be wrong with the poll."""
        return self.fault is None and not self.notes


class Poller:
    """Owns the polls of all collectors and the snapshot they add up to."""

    def __init__(
        self,
        collectors: Sequence[Collector],
        clock: Clock,
        telemetry: Telemetry,
        seen: Callable[[float], int | None],
    ) -> None:
        """Poll what `collectors` read; `seen` tells which generation every scraper has got."""
        self.collectors = tuple(collectors)
        self._clock, self._telemetry, self._seen = clock, telemetry, seen
        self.states = tuple(
            PollState(collector=c.name, poll=p) for c in collectors for p in c.polls()
        )
        self.faults: deque[PollFault] = deque(maxlen=MOST_FAULTS)
        self.snapshot = Snapshot()
        self.changed = clock.now()
        self._dirty = asyncio.Event()
        self._doubled: tuple[str, ...] = ()

    def inherit(self, before: "Poller") -> None:
        """Take over from an earlier poller what polls of the same name delivered last."""
        self.faults.extend(before.faults)
        self.snapshot, self.changed = before.snapshot, before.changed
        old = {(state.collector, state.name): state for state in before.states}
        for state in self.states:
            past = old.get((state.collector, state.name))
            if past and past.delivery:
                state.delivery = replace(past.delivery, reveal=None)
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
        """Say whether every poll has been tried, and any of them has delivered."""
        if self.tried() < len(self.states):
            return False
        return not self.states or any(s.delivery for s in self.states)

    def tried(self) -> int:
        """Return how many polls have been run to their end, with or without success."""
        return sum(1 for state in self.states if state.tried)

    async def _keep_polling(self, state: PollState) -> None:
        while True:
            wait = state.poll.due() - self._clock.now()
            if wait > 0:
                await self._clock.sleep(min(wait, LONGEST_SLEEP))
                continue
            await self.poll_once(state)

    async def poll_once(self, state: PollState) -> None:
        """Run one poll and keep what it brought."""
        async with state.busy:
            state.started = self._clock.now()
            self._telemetry.count(own.POLLS, (state.collector,))
            delivery = await self._attempt(state, state.poll.run)
            if delivery:
                self._keep(state, delivery)
            state.tried = True
            state.duration = self._clock.now() - state.started

    async def _attempt(
        self, state: PollState, work: Callable[[], Awaitable[Delivery | None]]
    ) -> Delivery | None:
        """Return what a poll's work delivers; an error is noted as the poll's fault."""
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
        for note in delivery.notes:
            if note not in state.notes:
                log.warning("%s: %s", state.name, note)
        if not state.faultless() and not (delivery.fault or delivery.notes):
            log.info("%s: works again", state.name)
        state.delivery, state.notes = delivery, delivery.notes
        state.generation = None
        state.data_time = delivery.data_time or state.data_time
        if delivery.fault:
            self._fail(state, delivery.fault.reason, str(delivery.fault))
        else:
            state.fault, state.last_success = None, self._clock.now()
        if delivery.notes and not delivery.fault:
            self._note_fault(state, Reason.PARTIAL, "; ".join(delivery.notes))
        self._dirty.set()

    def _fail(self, state: PollState, reason: Reason, text: str) -> None:
        if state.fault is None or state.fault.reason != reason:
            log.warning("%s: %s", state.name, text)
        state.fault = PollFault(self._clock.now(), state.name, reason, text)
        self._note_fault(state, reason, text)

    def _note_fault(self, state: PollState, reason: Reason, text: str) -> None:
        labels = (state.collector, state.name, str(reason))
        self._telemetry.count(own.POLL_FAILURES, labels)
        self.faults.appendleft(PollFault(self._clock.now(), state.name, reason, text))

    async def _publish(self) -> None:
        """Swap the snapshot soon after a change; what comes together is swapped together."""
        while True:
            await self._dirty.wait()
            await asyncio.sleep(SETTLE)
            self._dirty.clear()  # before the swap, so that nothing that comes later is forgotten
            self.swap()

    def swap(self) -> None:
        """Make the snapshot of what all polls delivered last and is not expired."""
        now = self._clock.now()
        live = [s for s in self.states if s.delivery and s.delivery.expires > now]
        parts = (part for state in live for part in _parts(state))
        self.snapshot = snapshot(parts, self.snapshot.generation + 1)
        self.changed = now
        for state in live:
            if (
                state.generation is None
            ):  # the first snapshot that shows it: its zeros are seen here
                state.generation = self.snapshot.generation
        self._report_doubled(self.snapshot.doubled)

    def _report_doubled(self, names: tuple[str, ...]) -> None:
        for name in set(names) - set(self._doubled):
            self._telemetry.count(own.SERIES_DROPPED, (name, "duplicate"))
            log.warning("%s: two polls read the same series; the first one's is shown", name)
        self._doubled = names

    async def _watch(self) -> None:
        """Withdraw what has expired, and reveal what every scraper has seen at zero."""
        while True:
            await asyncio.sleep(TICK)
            await self.tick()

    async def tick(self) -> None:
        """Look once at what time and scrapers allow."""
        now, seen = self._clock.now(), self._seen(self._clock.now())
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
            shown = await self._attempt(state, work)
            if shown:
                state.delivery, state.generation = shown, None
                self._dirty.set()

    async def close(self) -> None:
        """Close all collectors."""
        for collector in self.collectors:
            await collector.close()


def _parts(state: PollState) -> tuple[Part, ...]:
    return state.delivery.parts if state.delivery else ()


def _reached(state: PollState, seen: int | None) -> bool:
    return seen is not None and state.generation is not None and state.generation <= seen
