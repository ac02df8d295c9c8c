"""What fires now, and since when: every Alertmanager and Prometheus is asked again and again."""

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from exporter import logs
from exporter.bridge.alertmanagers import Alertmanager, HeldAlert, merged
from exporter.bridge.incidents import FiringIncident, incidents
from exporter.bridge.prometheus import Beginning, Beginnings, beginnings
from exporter.clock import Clock
from exporter.errors import IonmonError

EVERY = 5.0  # seconds between two answers of a server
AGAIN = 0.5  # seconds until one that does not answer is asked again: it may have restarted
_SHARE = 20  # of the time at most a twentieth is spent on reading what fires
T = TypeVar("T")

log = logs.logger("bridge")


class PolledServer(Generic[T]):
    """A server that is asked again and again: its newest answer, or why there is none.

    Times are those of the monotonic clock. recovered_at is when it first answered, or answered
    again; returned_at leaves the first answer out. What it has may be missing for a while after.
    """

    def __init__(self, name: str, ask: Callable[[], T], clock: Clock) -> None:
        self.name, self._ask, self._clock = name, ask, clock
        self.answer: T | None = None  # None while it does not answer
        self.fault = "it was not asked yet"
        self.queried_at = self.recovered_at = clock.monotonic()
        self.returned_at = -math.inf
        self.answers = 0

    async def poll(self, executor: Executor) -> None:
        """Ask for ever."""
        while True:
            took = await self.once(executor)
            await self._clock.sleep(AGAIN if self.fault else max(EVERY, _SHARE * took))

    async def once(self, executor: Executor) -> float:
        """Ask now, and return how many seconds it took."""
        began = self._clock.monotonic()
        try:
            answer = await asyncio.get_running_loop().run_in_executor(executor, self._ask)
        except IonmonError as error:
            self.answer, self.fault = None, str(error)
            logs.once(log, self.name, f"{self.name}: {error}")
        else:
            if self.fault:
                logs.over(log, self.name, f"{self.name} answers again")
            # One that had something and has nothing restarted between two answers, or will fill
            # again: Watchdog always fires.
            if self.fault or (self.answer and not answer):
                self.recovered_at = began
                self.returned_at = began if self.answers else -math.inf
            self.answer, self.fault, self.queried_at = answer, "", began
        self.answers += 1
        return self._clock.monotonic() - began


Holding = PolledServer[tuple[HeldAlert, ...]]
Timing = PolledServer[tuple[Beginning, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringNow:
    """The incidents that go on, and which servers do not answer, with the reason.

    certain         whether every Prometheus answers, so that all beginnings are known
    complete_since  since when all servers answer, by the monotonic clock; infinite while one does
                    not
    held_since      since when all Alertmanagers do, as far back as the bridge asks them
    """

    incidents: tuple[FiringIncident, ...]
    beginnings: Beginnings
    faults: tuple[str, ...]
    certain: bool
    complete_since: float
    held_since: float

    def by_fingerprint(self) -> dict[str, FiringIncident]:
        """Return each incident by its alert's fingerprint, and by those of its escalations."""
        found = {one: each for each in self.incidents for one in each.escalations}
        return found | {each.alert.fingerprint: each for each in self.incidents}


class FiringAlerts:
    """Keeps what fires now up to date; any thread may read it."""

    def __init__(self, alertmanagers: Sequence[Holding], prometheis: Sequence[Timing]) -> None:
        self.alertmanagers, self.prometheis = tuple(alertmanagers), tuple(prometheis)
        self._known: tuple[tuple[int, ...], FiringNow] | None = None

    def replace(self, alertmanagers: Sequence[Holding], prometheis: Sequence[Timing]) -> None:
        """Go on with other servers."""
        self.alertmanagers, self.prometheis = tuple(alertmanagers), tuple(prometheis)
        self._known = None

    def now(self) -> FiringNow:
        """Return what fires, by the newest answers."""
        stamp = tuple(source.answers for source in self.servers())
        known = self._known
        if known is None or known[0] != stamp:
            self._known = known = (stamp, self._read())
        return known[1]

    def servers(self) -> tuple[Holding | Timing, ...]:
        """Return every server that is asked."""
        return (*self.alertmanagers, *self.prometheis)

    def queried_at(self) -> float | None:
        """Return when the oldest answer was asked for, by the monotonic clock; None without any."""
        return min((each.queried_at for each in self.servers() if not each.fault), default=None)

    def _read(self) -> FiringNow:
        sources = self.servers()
        held = merged(each.answer for each in self.alertmanagers if each.answer is not None)
        began = Beginnings(one for each in self.prometheis for one in each.answer or ())
        return FiringNow(
            incidents=incidents(held, began),
            beginnings=began,
            faults=tuple(f"{each.name}: {each.fault}" for each in sources if each.fault),
            certain=not any(each.fault for each in self.prometheis),
            complete_since=_since((each.fault, each.recovered_at) for each in sources),
            held_since=_since((each.fault, each.returned_at) for each in self.alertmanagers),
        )


def _since(servers: Iterable[tuple[str, float]]) -> float:
    """Return the latest of the times at which servers came back, infinity while one is away."""
    return max((math.inf if fault else at for fault, at in servers), default=math.inf)


def holding(alertmanager: Alertmanager, clock: Clock) -> Holding:
    """Return the source of what an Alertmanager holds."""
    return PolledServer(f"Alertmanager {alertmanager.address}", alertmanager.held, clock)


def timing(address: str, clock: Clock) -> Timing:
    """Return the source of the beginnings that a Prometheus knows."""
    return PolledServer(f"Prometheus {address}", partial(beginnings, address), clock)
