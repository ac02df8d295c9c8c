"""The part of the bridge that shows what fires and keeps acknowledgements, put together."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from exporter import logs
from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledging import Acknowledging
from exporter.bridge.alert_api import AlertApi
from exporter.bridge.alert_pages import AlertPages
from exporter.bridge.alert_site import AlertSite
from exporter.bridge.alertmanagers import Alertmanager
from exporter.bridge.callers import FormTokens
from exporter.bridge.explaining import Explain, unexplained
from exporter.bridge.firing import FiringAlerts, holding, timing
from exporter.bridge.journal import AlertJournal
from exporter.bridge.pagerduty_groups import PagerDutyGroups
from exporter.bridge.pagerduty_part import PagerDutyPart
from exporter.bridge.posting import Posting
from exporter.bridge.prometheus import servers
from exporter.catalog import own_acknowledgement, own_bridge
from exporter.clock import Clock
from exporter.settings import Settings
from exporter.telemetry import Key, Telemetry

COUNT_EVERY = 1.0  # seconds
LONGEST_POSTED = 600.0  # seconds; Alertmanager ends what is not posted again in half of it
THREADS = 64  # for servers; each Alertmanager needs two

log = logs.logger("bridge")


class AcknowledgementPart:
    """Asks servers what fires, posts acknowledgements, answers pages and API."""

    def __init__(
        self,
        settings: Settings,
        journal: AlertJournal,
        clock: Clock,
        telemetry: Telemetry,
        explain: Explain = unexplained,
    ) -> None:
        """Go on with what the journal has. Raises StateError."""
        self._clock, self._telemetry = clock, telemetry
        self.firing = FiringAlerts((), ())
        rows = AcknowledgementRows(journal.transaction)
        self._bury(rows)
        # What ended them may not have reached an Alertmanager before the last process was killed.
        self._ended = rows.ended(clock.now() - LONGEST_POSTED)
        self.acknowledging = Acknowledging(self.firing, rows, clock)
        self._group: asyncio.TaskGroup | None = None
        # Made when they are needed: a server that hangs holds up no other.
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="alerts")
        self._postings: dict[str, Posting] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._use_servers(settings)
        self._site = AlertSite(self.firing, self.acknowledging, clock, settings)
        groups = PagerDutyGroups(journal.transaction)
        self._pagerduty = PagerDutyPart(
            settings=settings,
            groups=groups,
            firing=self.firing,
            acknowledging=self.acknowledging,
            clock=clock,
        )
        self._site.in_pagerduty = self._pagerduty.may_have
        self._site.has_had = journal.has_had
        self.paths = (
            AlertPages(self._site, FormTokens(journal.records), explain),
            AlertApi(self._site),
        )

    def _bury(self, rows: AcknowledgementRows) -> None:
        """End acknowledgements that are damaged on disk, and say so once."""
        damaged = rows.bury(self._clock.now())
        if damaged:
            self._telemetry.count(own_bridge.DAMAGED_ROWS, ("acknowledgement",), damaged)
            log.error(
                "acknowledgements in the journal are damaged and ended; what fires can be "
                "acknowledged again",
                extra=logs.fields(count=damaged),
            )

    def apply(self, settings: Settings) -> None:
        """Go on with other settings, and other servers."""
        self._site.settings = settings
        self._pagerduty.apply(settings)
        self._use_servers(settings)

    def _use_servers(self, settings: Settings) -> None:
        """Ask the servers of the settings; one that is asked already goes on."""
        known = {each.name: each for each in self.firing.alertmanagers}
        timed = {each.name: each for each in self.firing.prometheis}
        at = tuple(map(Alertmanager, settings.prometheus.alertmanagers))
        held = [holding(each, self._clock) for each in at]
        times = [timing(each, self._clock) for each in servers(settings)]
        held = [known.get(each.name, each) for each in held]
        self.firing.replace(held, [timed.get(each.name, each) for each in times])
        former = self._postings
        self._postings = {
            source.name: self._postings.get(source.name)
            or Posting(
                to=one,
                source=source,
                open_=self.acknowledging.open,
                clock=self._clock,
                ended=self._ended,
            )
            for one, source in zip(at, held, strict=True)
        }
        for name in former.keys() - self._postings.keys():
            self._executor.submit(former[name].end)
        if self._group:
            self._start(self._group)

    async def run(self) -> None:
        """Work until this is cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._start(group)
                for work in (self.acknowledging.judge(), self._pagerduty.run(), self._count()):
                    group.create_task(work)
        finally:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def _start(self, group: asyncio.TaskGroup) -> None:
        """Ask servers that are not asked yet, and end what is about others."""
        works = {each.name: each.poll for each in self.firing.servers()}
        works |= {f"post {name}": each.keep for name, each in self._postings.items()}
        for name in self._tasks.keys() - works.keys():
            self._tasks.pop(name).cancel()
        for name in works.keys() - self._tasks.keys():
            self._tasks[name] = group.create_task(works[name](self._executor))

    async def _count(self) -> None:
        """Keep the metrics, for ever."""
        while True:
            self._telemetry.set(own_acknowledgement.OPEN, (), len(self.acknowledging.open()))
            up: dict[Key, float] = {(s.name,): float(not s.fault) for s in self.firing.servers()}
            self._telemetry.replace(own_acknowledgement.SERVER_UP, up)
            await self._clock.sleep(COUNT_EVERY)
