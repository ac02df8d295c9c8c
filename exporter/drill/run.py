"""Runs a drill: one alert after the other, each watched until every channel has answered.

Alertmanager counts by integration, and two alerts at once would be counted together. All of them
fire until the last one was watched: an end that is notified would be counted as a message.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault
from exporter.catalog.alert_names import DRILL, DRILL_LABEL
from exporter.clock import Clock
from exporter.drill.evidence import DrillSources
from exporter.drill.judging import ChannelOutcome, DrillResult
from exporter.drill.plan import DrillAlert, DrillPlan
from exporter.drill.reached import DrilledChannel
from exporter.drill.watching import EVERY, AlertWatch
from exporter.errors import IonmonError
from exporter.settings.types import duration

# Alertmanager forgets after resolve_timeout (5m) what nobody posts again, so that the alerts of a
# drill that is killed end by themselves.
POST_AGAIN = 60.0
SHORTEST_TRY = 10.0  # seconds for which Alertmanager tries at least (notify.MinTimeout)
LONGEST_TRY = 600.0  # seconds for which a channel is watched at most, after its group_wait
PEER_WAIT = 15.0  # seconds that each further member of a cluster waits (cluster.peer-timeout)
MARGIN = 5.0
ENDS_WITHIN = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrilledOutcome:
    """What became of an alert at one channel."""

    alert: DrillAlert
    channel: DrilledChannel
    outcome: ChannelOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillReport:
    """What became of a drill; times are Unix seconds.

    nobody   alerts that reach no channel
    stopped  whether it was stopped before it was through
    alive    which Alertmanagers could not be made to end its alerts, and why
    faults   what could not be read
    """

    drill: str
    began: float
    outcomes: tuple[DrilledOutcome, ...]
    nobody: tuple[DrillAlert, ...]
    stopped: bool
    alive: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """Whether every channel took its alert, or was held back on purpose."""
        good = (DrillResult.TOOK, DrillResult.HELD)
        reached = not self.alive and not self.nobody
        return reached and all(each.outcome.result in good for each in self.outcomes)


class DrillRun:
    """A drill under way; setting `stopping` ends it in order."""

    def __init__(self, plan: DrillPlan, sources: DrillSources, clock: Clock, say: Say) -> None:
        """Send nothing yet."""
        self._plan, self._sources, self._clock, self._say = plan, sources, clock, say
        self.stopping = asyncio.Event()
        self._posted: list[DrillAlert] = []
        self._takers: dict[Alertmanager, None] = {}
        self._posted_at = 0.0

    async def run(self) -> DrillReport:
        """Send every alert, watch it, and end them all. Raises IonmonError before the first one."""
        self._refuse_another()
        outcomes: list[DrilledOutcome] = []
        try:
            for alert in self._plan.alerts:
                outcomes += await self._drilled(alert)
        finally:
            alive = [fault for server in self._takers if (fault := await self._ended(server))]
        return DrillReport(
            drill=self._plan.id,
            began=self._sources.began,
            outcomes=tuple(outcomes),
            nobody=tuple(each for each in self._plan.alerts if not each.channels),
            stopped=self.stopping.is_set(),
            alive=tuple(alive),
            faults=tuple(self._sources.faults),
        )

    def _refuse_another(self) -> None:
        found = next((each for each in self._sources.held() if each.name == DRILL), None)
        if found is not None:
            name = found.labels.get(DRILL_LABEL, "")
            raise IonmonError(
                f"another drill is under way: {name}; wait for it. One that was killed ends by "
                "itself within 5 minutes"
            )

    async def _drilled(self, alert: DrillAlert) -> list[DrilledOutcome]:
        if not alert.channels:
            return []
        watch = AlertWatch(alert, self._sources)
        if not self.stopping.is_set():
            await self._watched(alert, watch)
        for channel, outcome in watch.outcomes.items():
            self._say(f"{alert.name}: {channel.receiver} {outcome.result}")
        return [
            DrilledOutcome(alert=alert, channel=channel, outcome=outcome)
            for channel, outcome in watch.outcomes.items()
        ]

    async def _watched(self, alert: DrillAlert, watch: AlertWatch) -> None:
        watch.before(self._sources.reading(), 0.0)
        began = self._clock.monotonic()
        self._posted.append(alert)
        if not self._post():
            watch.end(DrillResult.FAILED, "no Alertmanager takes it")
            return
        watch.held = self._sources.holding_back(alert.labels)
        patience = _patience(alert, len(self._sources.servers))
        self._say(f"{alert.name}: sent; {_waits(alert)}")
        while not self.stopping.is_set():
            elapsed = self._clock.monotonic() - began
            watch.learn(self._sources.reading(), elapsed)
            if watch.is_final or elapsed > patience:
                return
            if self._clock.monotonic() - self._posted_at > POST_AGAIN:
                self._post()
            await self._pause()
        watch.end(DrillResult.STOPPED, "stopped")

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), EVERY)
        except TimeoutError:
            return

    def _post(self) -> bool:
        """Post what fires to every Alertmanager, and return whether any took it."""
        body = [_body(alert) for alert in self._posted]
        taken = False
        for server in self._sources.servers:
            try:
                server.post(body)
                self._takers[server] = None
                taken = True
            except AlertmanagerFault as error:
                self._sources.faults[str(error)] = None
        self._posted_at = self._clock.monotonic()
        return taken

    async def _ended(self, server: Alertmanager) -> str:
        """End the alerts at one Alertmanager; return why they may go on, empty where none does."""
        until = self._clock.monotonic() + ENDS_WITHIN
        fault = "they still fire"
        while self._clock.monotonic() < until:
            try:
                ends = list(self._ends(server))
                if not ends:
                    return ""
                server.post(ends)
            except AlertmanagerFault as error:
                fault = str(error)
            await self._clock.sleep(EVERY)
        return f"{server.address}: {fault}"

    def _ends(self, server: Alertmanager) -> Iterator[Mapping[str, Any]]:
        for held in server.held():
            if held.labels.get(DRILL_LABEL) == self._plan.id and held.name == DRILL:
                # By Alertmanager's own clock; its times are shown cut to the millisecond.
                at = datetime.fromtimestamp(held.updated_at + 0.001, UTC)
                ends_at = at.isoformat(timespec="milliseconds")
                yield {
                    "labels": dict(held.labels),
                    "annotations": dict(held.annotations),
                    "endsAt": ends_at,
                }


def _body(alert: DrillAlert) -> Mapping[str, Any]:
    """Return an alert as Alertmanager takes it; without times, it sets both by its own clock."""
    return {"labels": dict(alert.labels), "annotations": dict(alert.annotations)}


def _patience(alert: DrillAlert, servers: int) -> float:
    """Return for how many seconds an alert is watched: until Alertmanager itself gives up."""
    longest = max(each.group_wait + _tries(each) for each in alert.channels)
    return longest + PEER_WAIT * (servers - 1) + MARGIN


def _tries(channel: DrilledChannel) -> float:
    return min(max(channel.group_interval, SHORTEST_TRY), LONGEST_TRY)


def _waits(alert: DrillAlert) -> str:
    wait = max(each.group_wait for each in alert.channels)
    most = max(map(_tries, alert.channels))
    return f"waiting for group_wait {duration(wait)}, then at most {duration(most)} for answers"
