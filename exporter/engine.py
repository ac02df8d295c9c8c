"""Everything that runs for one set of settings: collectors, poller, cost projection."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from exporter.application.cache_reads import CacheReads
from exporter.catalog import own
from exporter.catalog.signals import ALERTED
from exporter.clock import Clock
from exporter.cloud_monitoring.channel import channel
from exporter.cloud_monitoring.checkpoint import Store
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.cost import Load, projected, stretch
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.cloud_monitoring.target import Margins, Shared
from exporter.collectors.application import ApplicationCollector
from exporter.collectors.base import Collector
from exporter.collectors.cloud_monitoring import CloudMonitoringCollector
from exporter.collectors.marks_store import MarksStore
from exporter.collectors.redis import RedisCollector
from exporter.logs import once
from exporter.poller import Poller
from exporter.polling_targets import application_target, collected, family_targets
from exporter.prometheus.flag_watch import FlagWatch
from exporter.service_watch import ServiceWatch
from exporter.settings import Settings
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.engine")

COST_EVERY = 30.0
FIRST_COST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What outlives a reload: clocks, own counters, state file, and what scrapers have seen.

    `seen` returns the newest generation that every scraper has seen, `visited` whether every
    scraper has come since a time; `swapped` is called after each change of a snapshot.
    """

    clock: Clock
    source: SourceClock
    telemetry: Telemetry
    store: Store
    seen: Callable[[float], int | None]
    visited: Callable[[float, float], bool]
    marks: MarksStore | None = None
    swapped: Callable[[], None] = lambda: None


class Engine:
    """Runs the collectors of one set of settings."""

    def __init__(self, settings: Settings, outside: Outside) -> None:
        """Build everything; nothing runs yet. Raises IonmonError where settings are wrong."""
        self.settings = settings
        self._outside = outside
        self.monitoring = _monitoring(settings, outside)
        cache = _watched_cache(settings)
        adjust = cache.adjust if cache else None
        self.redis = RedisCollector(collected(settings.redis), outside.clock, adjust)
        self.application = ApplicationCollector(
            application_target(settings),
            outside.clock,
            outside.telemetry,
            outside.visited,
            store=outside.marks,
            cache=cache,
        )
        every: tuple[Collector | None, ...] = (self.monitoring, self.redis, self.application)
        collectors = tuple(collector for collector in every if collector and collector.polls())
        self.poller = Poller(
            collectors=collectors,
            clock=outside.clock,
            telemetry=outside.telemetry,
            seen=outside.seen,
            swapped=self._swapped,
        )
        self.watch = ServiceWatch(settings, outside.clock, outside.telemetry)
        self._flags = FlagWatch(settings, outside.clock, outside.telemetry)
        self.cost: float | None = None
        self._stretched: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def take_over(self, before: "Engine") -> None:
        """Keep exposing what polls of the same name delivered; drop metrics of old intervals."""
        for family in (own.POLL_INTERVAL, own.POLL_STRETCH):
            self._outside.telemetry.drop(family)
        self.watch.take_over(before.watch)
        self.poller.inherit(before.poller)
        self.application.take_over(before.application)

    def start(self) -> asyncio.Task[None]:
        """Start polling; the task ends when polling does."""
        self._task = asyncio.get_running_loop().create_task(self._run())
        return self._task

    def alive(self) -> bool:
        """Return whether polling goes on."""
        return self._task is not None and not self._task.done()

    async def stop(self) -> None:
        """Stop polling and close connections, after the commits that are under way."""
        if self._task and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.poller.close()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.poller.run())
            group.create_task(self._watch_cost())
            group.create_task(self._flags.run())
            group.create_task(self.watch.run(self.poller.states))

    def _swapped(self) -> None:
        """Let the new snapshot be encoded, then look at what it says of the service."""
        self._outside.swapped()
        self.watch.feed(self.poller.snapshot)

    async def _watch_cost(self) -> None:
        """Project the monthly cost from time to time, and stretch intervals to the budget."""
        while True:
            self.project_cost()
            await self._outside.clock.sleep(FIRST_COST if self.cost is None else COST_EVERY)

    def project_cost(self) -> None:
        """Project the monthly cost from the last polls; does nothing before all were tried."""
        budget = self.settings.google.budget_usd_per_month
        polls = self.monitoring.polls() if self.monitoring else ()
        fetches = [(poll, poll.fetch) for poll in polls]
        self._report_budget(budget)
        if not all(fetch.billed or fetch.tried for _, fetch in fetches):
            return
        loads = [
            Load(poll.name, fetch.billed, fetch.unstretched_interval, poll.family in ALERTED)
            for poll, fetch in fetches
        ]
        factors = stretch(loads, budget)
        if self.monitoring:
            self.monitoring.stretch(factors)
        self.cost = projected(loads, factors)
        self._outside.telemetry.set(own.COST_PROJECTED, (), self.cost)
        self._report_stretch(factors, budget, self.cost)

    def _report_budget(self, budget: float | None) -> None:
        if budget is None:
            self._outside.telemetry.drop(own.COST_BUDGET)
        else:
            self._outside.telemetry.set(own.COST_BUDGET, (), budget)

    def _report_stretch(self, factors: dict[str, float], budget: float | None, cost: float) -> None:
        stretched = {name for name, factor in factors.items() if factor > 1}
        if stretched != self._stretched and budget is not None:
            self._stretched = stretched
            log.info(
                "intervals of %d polls are stretched to stay within %.2f dollars a month",
                len(stretched),
                budget,
            )
        if budget is not None and cost > budget:
            text = (
                f"the budget is {budget:.2f} dollars a month, but even the longest intervals cost "
                f"{cost:.2f}; disable families in google.families"
            )
            once(log, "budget", text)


def _watched_cache(settings: Settings) -> CacheReads | None:
    """Return what takes our own reads off the cache's; None where that server is not watched."""
    name = settings.application.redis
    return CacheReads(name) if any(t.name == name for t in collected(settings.redis)) else None


def _monitoring(settings: Settings, outside: Outside) -> CloudMonitoringCollector | None:
    """Return the collector of Cloud Monitoring; None without a project, so without credentials."""
    google, requested = settings.google, family_targets(settings)
    if not requested:
        return None
    opened = channel(google.endpoint, google.credentials_file, insecure=google.insecure)
    limits = CallLimits(google.timeout, google.calls_per_minute)
    client = MonitoringClient(opened, limits, outside.telemetry, outside.source)
    margins = Margins(google.late_margin, google.lookback)
    shared = Shared(
        client=client,
        descriptors=Descriptors(client),
        store=outside.store,
        source=outside.source,
        telemetry=outside.telemetry,
        margins=margins,
    )
    return CloudMonitoringCollector(requested, shared, google.parallel_calls, opened)
