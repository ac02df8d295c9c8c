"""The part of the bridge that shows what fires and keeps acknowledgements, put together."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor

from exporter import logs
from exporter.bridge.acknowledgement_rows import AcknowledgementRows
from exporter.bridge.acknowledging import UNSEEN, Acknowledging
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
from exporter.telemetry import Telemetry

COUNT_EVERY = 1.0  # seconds

log = logs.logger("bridge")


class AcknowledgementPart:
    """Asks servers what fires, posts acknowledgements, answers pages and API."""

    def __init__(
        self,
        settings: Settings,
        journal: AlertJournal,
        clock: Clock,
        telemetry: Telemetry,
        unseen: float = UNSEEN,
        explain: Explain = unexplained,
    ) -> None:
        """Go on with what the journal has. Raises StateError."""
        self._clock, self._telemetry = clock, telemetry
        at = tuple(map(Alertmanager, settings.prometheus.alertmanagers))
        self.firing = FiringAlerts(
            [holding(each, clock) for each in at],
            [timing(each, clock) for each in servers(settings)],
        )
        rows = AcknowledgementRows(journal.transaction)
        self._bury(rows)
        self.acknowledging = Acknowledging(self.firing, rows, clock, unseen)
        self._postings = tuple(
            Posting(one, source, self.acknowledging.open, clock)
            for one, source in zip(at, self.firing.alertmanagers, strict=True)
        )
        self._site = AlertSite(self.firing, self.acknowledging, clock, settings)
        groups = PagerDutyGroups(journal.transaction)
        self._pagerduty = PagerDutyPart(settings, groups, self.firing, self.acknowledging, clock)
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
        """Go on with other settings; other servers are asked from the next start on."""
        self._site.settings = settings
        self._pagerduty.apply(settings)

    async def run(self) -> None:
        """Work until this is cancelled."""
        sources = (*self.firing.alertmanagers, *self.firing.prometheis)
        # A thread each: a server that hangs holds up no other.
        threads = len(sources) + len(self._postings)
        executor = ThreadPoolExecutor(threads, thread_name_prefix="alerts")
        try:
            async with asyncio.TaskGroup() as group:
                for work in self._works(executor):
                    group.create_task(work)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    def _works(self, executor: Executor) -> list[Coroutine[None, None, None]]:
        asking = [each.poll(executor) for each in self.firing.alertmanagers]
        asking += [each.poll(executor) for each in self.firing.prometheis]
        posting = [each.keep(executor) for each in self._postings]
        return [*asking, *posting, self.acknowledging.judge(), self._pagerduty.run(), self._count()]

    async def _count(self) -> None:
        """Keep the metrics, for ever."""
        while True:
            self._telemetry.set(own_acknowledgement.OPEN, (), len(self.acknowledging.open()))
            for each in self.firing.servers():
                up = float(not each.fault)
                self._telemetry.set(own_acknowledgement.SERVER_UP, (each.name,), up)
            await self._clock.sleep(COUNT_EVERY)
