"""Families read from Cloud Monitoring: one poll for each family of each project."""

import asyncio
import json
import logging
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import grpc

from exporter.catalog import own
from exporter.catalog.model import MetricKind
from exporter.cloud_monitoring.client import Query
from exporter.cloud_monitoring.counter_reader import CounterReader, SeriesCache
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.gauge_reader import GaugeReader, join, limited
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.points import SECOND
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.schedule import IDLE_INTERVAL, Delay, Timetable
from exporter.cloud_monitoring.self_metrics import account, account_counting, account_gap
from exporter.cloud_monitoring.target import Shared, Target
from exporter.cloud_monitoring.totals import Total
from exporter.cloud_monitoring.zero_series import prime
from exporter.collectors.base import Delivery
from exporter.errors import PollError, Reason, StateError
from exporter.exposition.snapshot import Part, Sample

log = logging.getLogger("ionmon.cloud_monitoring")

IDLE_PERIODS = 3
RETIRE_AFTER = 86400
RETIRE_EVERY = 60
STALE_PERIODS = 5


class FamilyPoll:
    """Reads one family of one project on its own schedule."""

    def __init__(self, target: Target, shared: Shared, pool: ThreadPoolExecutor) -> None:
        self.name = target.name
        self.target = target
        self._shared = shared
        self._pool = pool
        self._described: Described | None = None
        self._cache = SeriesCache(target.family, target.source, target.project, target.limit)
        self._ledger: Ledger | None = None
        self._runs = 0
        self.billed = 0
        self.tried = False
        offset = zlib.crc32(self.name.encode()) % 2000 / 1000
        documented = Delay.documented(target.source.delay, target.source.period)
        self.timetable = Timetable(documented, target.source.period, target.interval, offset)

    @property
    def counts(self) -> bool:
        """Say whether the family counts, and so has a ledger."""
        return self.target.source.kind is not MetricKind.GAUGE

    @property
    def asked(self) -> float:
        """Seconds between runs, not stretched: what settings say, longer where nothing is there."""
        idle = self.timetable.idle
        return max(self.target.interval, IDLE_INTERVAL) if idle else self.target.interval

    def due(self) -> float:
        """Return the Unix time of the next run."""
        return self.timetable.next

    def stretch(self, factor: float) -> None:
        """Make the interval so many times what was asked for."""
        self.timetable.interval = self.target.interval * factor
        telemetry, key = self._shared.telemetry, self.target.key
        telemetry.set(own.POLL_INTERVAL, key, self.timetable.interval)
        telemetry.set(own.POLL_STRETCH, key, factor)

    async def run(self) -> Delivery:
        """Read once in a worker thread. Raises PollError."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read)

    def read(self) -> Delivery:
        """Read once: everything new, counted and on disk, or the newest of each gauge."""
        now = self._shared.clock.now()
        try:
            delivery = self._counters(now) if self.counts else self._gauges(now)
        except PollError:
            self.timetable.failed(now)
            raise
        finally:
            self.tried = True
        if delivery.fault and delivery.data_time is None:
            self.timetable.failed(now)
        else:
            self.timetable.saw(now, delivery.data_time)
        return delivery

    def _describe(self) -> Described:
        """Return what the API says of the metric. Raises PollError where it differs."""
        described = self._shared.descriptors.describe(self.target.project, self.target.source)
        if described.mismatch:
            raise PollError(Reason.MISMATCH, f"{self.target.family.name}: {described.mismatch}")
        if described != self._described:
            self._described = described
            self.timetable.period = described.period
            self.timetable.delay = Delay.documented(described.delay, described.period)
        return described

    def _query(self, start: int, end: int) -> Query:
        text = metric_filter(self.target.source, self.target.selection)
        return Query(self.target.project, text, start, end)

    def _pages(self, reader: CounterReader | GaugeReader, query: Query) -> PollError | None:
        """Feed a query's pages to a reader. Returns the fault that makes them incomplete."""
        fault: PollError | None = None
        try:
            for page in self._shared.client.pages(query):
                reader.read_page(page)
                for error in page.execution_errors:
                    text = f"part of the answer is missing: {error.message[:200]}"
                    fault = PollError(Reason.PARTIAL, text)
        except PollError as error:
            if error.reason is not Reason.NOT_FOUND:
                fault = error
        return fault

    def _gauges(self, now: float) -> Delivery:
        described = self._describe()
        source = self.target.source
        self._runs += 1
        if self._runs % RETIRE_EVERY == 0:
            self._cache.identities.forget()
        back = described.delay + STALE_PERIODS * described.period + self.timetable.interval
        reader = GaugeReader(source, self._cache.identities)
        fault = self._pages(reader, self._query(int((now - back) * SECOND), int(now * SECOND)))
        samples = limited(join(source, reader.found.values()), self.target.limit, reader.statistics)
        self._account(reader.statistics)
        if fault and not reader.found:
            raise fault
        return self._delivery(samples, reader.statistics, now, fault)

    def _counters(self, now: float) -> Delivery:
        described = self._describe()
        try:
            ledger = self._open(now, described)
            reader, fault, gone = self._count(ledger, now, described)
            self._shared.store.commit(self.name, self._shape(), ledger, gone)
        except StateError as error:
            self._forget()
            raise PollError(Reason.STATE, str(error)) from error
        except BaseException:
            self._forget()  # or the next commit would keep claims of points that were not added
            raise
        self._account(reader.statistics)
        account_counting(ledger, reader.statistics, self.target, self._shared.telemetry)
        return self._delivery(self._samples(ledger), reader.statistics, now, fault)

    def _count(
        self, ledger: Ledger, now: float, described: Described
    ) -> tuple[CounterReader, PollError | None, tuple[list[Mark], list[Total]]]:
        """Read what is not settled, count what is new, settle what was read in full."""
        at, margins = int(now * SECOND), self._shared.margins
        start, end = ledger.window(at, int(margins.lookback * SECOND))
        reader = CounterReader(self.target.source, ledger, self._cache)
        fault = self._pages(reader, self._query(start, end))
        if fault is None or fault.reason is Reason.PARTIAL:
            reader.close()
        prime(self.target.family, ledger)
        gone: tuple[list[Mark], list[Total]] = ([], [])
        if fault is None:
            reached = self._reached(reader.statistics.newest, at, described)
            lost = ledger.settle(start, reached, int(margins.late * SECOND))
            account_gap(lost, self.target, self._shared.telemetry)
            gone = self._retire(ledger, at)
        return reader, fault, gone

    def _reached(self, newest: int, now: int, described: Described) -> int:
        """Return how far the source time is covered; silence counts after a few periods."""
        period = int(described.period * SECOND)
        silent = now - int(described.delay * SECOND) - IDLE_PERIODS * period
        return min(max(newest, silent - silent % period), now)

    def _open(self, now: float, described: Described) -> Ledger:
        """Return the ledger: kept, loaded, or begun."""
        if self._ledger is None:
            self._ledger = self._shared.store.load(self.name, self._shape())
        if self._ledger is None:
            period = int(described.period * SECOND)
            back = described.delay + self._shared.margins.late
            start = int((now - back) * SECOND)
            if self._shared.store.restarted(self.name):
                start = int(now * SECOND) + period
            self._ledger = Ledger.begin(period, start)
        return self._ledger

    def _forget(self) -> None:
        """Read the ledger from the store again before the next poll counts."""
        self._ledger = None
        self._cache.forget()

    def _shape(self) -> str:
        """Return what stored totals depend on; a ledger of another shape is not continued."""
        family, source = self.target.family, self.target.source
        return json.dumps([family.label_names, source.metric, source.resource, source.scale])

    def _retire(self, ledger: Ledger, at: int) -> tuple[list[Mark], list[Total]]:
        """Now and then take out series that are gone."""
        self._runs += 1
        if self._runs % RETIRE_EVERY:
            return [], []
        closed = {i for i, label in enumerate(self.target.family.labels) if label.values}
        gone = ledger.retire(at - RETIRE_AFTER * SECOND, frozenset(closed))
        if any(gone):
            self._cache.forget()
        return gone

    def _samples(self, ledger: Ledger) -> tuple[Sample, ...]:
        created = ledger.start / SECOND
        return tuple(Sample(t.labels, t.exposed_value(), created) for t in ledger.totals.values())

    def _delivery(
        self,
        samples: tuple[Sample, ...],
        statistics: PollStatistics,
        now: float,
        fault: PollError | None,
    ) -> Delivery:
        held = self._ledger is not None and any(not t.shown for t in self._ledger.totals.values())
        newest = statistics.newest / SECOND if statistics.newest else None
        return Delivery(
            (Part(self.target.family, samples),),
            self._expires(now),
            newest,
            tuple(statistics.notes),
            fault,
            self._reveal if held else None,
        )

    def _expires(self, now: float) -> float:
        """Counters stay, flat; gauges are withdrawn when they are no longer read."""
        if self.counts:
            return float("inf")
        return now + 3 * self.timetable.interval + STALE_PERIODS * self.timetable.period

    async def _reveal(self) -> Delivery | None:
        """Show the true values of series that were seen at zero."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.reveal)

    def reveal(self) -> Delivery | None:
        """Show the true values of series that were seen at zero, once that is on disk."""
        ledger = self._ledger
        if ledger is None:
            return None
        for total in ledger.totals.values():
            if not total.shown:
                total.shown = total.dirty = True
        try:
            self._shared.store.commit(self.name, self._shape(), ledger, ([], []))
        except StateError as error:
            self._forget()
            raise PollError(Reason.STATE, str(error)) from error
        now = self._shared.clock.now()
        return Delivery(
            (Part(self.target.family, self._samples(ledger)),), self._expires(now), None
        )

    def _account(self, statistics: PollStatistics) -> None:
        """Put what a poll cost and dropped into the exporter's own metrics."""
        self.billed = account(statistics, self.target, self._shared.telemetry)


class CloudMonitoringCollector:
    """All families of all projects that are read from Cloud Monitoring."""

    name = "cloud_monitoring"

    def __init__(
        self,
        targets: Sequence[Target] = (),
        shared: Shared | None = None,
        parallel: int = 1,
        channel: grpc.Channel | None = None,
    ) -> None:
        """Poll `targets`, so many at a time; the channel is closed with the collector."""
        self._channel = channel
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="monitoring")
        self._polls = tuple(FamilyPoll(target, shared, self._pool) for target in targets if shared)

    def polls(self) -> Sequence[FamilyPoll]:
        """Return a poll for each family of each project."""
        return self._polls

    def stretch(self, factors: Mapping[str, float]) -> None:
        """Stretch the intervals of polls by name."""
        for poll in self._polls:
            poll.stretch(factors.get(poll.name, 1.0))

    async def close(self) -> None:
        """Cut calls under way short, let what they brought be counted, end the threads."""
        if self._channel:
            self._channel.close()
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
