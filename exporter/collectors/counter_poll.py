"""Polls a counter of one project: each point counts once, on disk before it is exposed."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

from exporter.cloud_monitoring.counter_reader import CounterReader, SeriesCache
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.points import SECOND
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.self_metrics import account_counting, account_gap
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.cloud_monitoring.totals import Total
from exporter.cloud_monitoring.zero_series import prime
from exporter.collectors.base import Delivery
from exporter.collectors.family_fetch import FamilyFetch
from exporter.errors import PollError, Reason, StateError
from exporter.exposition.snapshot import Part, Sample

NEVER = float("inf")  # a counter that is no longer read stays exposed, flat
IDLE_PERIODS = 3
RETIRE_AFTER = 86400
RETIRE_EVERY = 60


class CounterPoll:
    """Reads one counter family of one project on its own schedule."""

    def __init__(self, target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor) -> None:
        self.name, self.project, self.family = target.name, target.project, target.family.name
        self.fetch = FamilyFetch(target, shared)
        self._target, self._shared, self._pool = target, shared, pool
        self._cache = SeriesCache(target.family, target.source, target.project, target.limit)
        self._ledger: Ledger | None = None
        self._runs = 0

    @property
    def interval(self) -> float:
        """Seconds between runs."""
        return self.fetch.timetable.interval

    @property
    def stretched(self) -> bool:
        """Return whether the interval is longer than configured."""
        return self.fetch.stretched

    def due(self) -> float:
        """Return the Unix time of the next run."""
        return self.fetch.timetable.next

    async def run(self) -> Delivery:
        """Read once in a worker thread. Raises PollError."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.read)

    def read(self) -> Delivery:
        """Count everything new and commit it to disk. Raises PollError."""
        return self.fetch.planned(self._read)

    def _read(self, now: float) -> Delivery:
        described = self.fetch.describe()
        try:
            ledger = self._open(now, described)
            statistics, fault, gone = self._count(ledger, now, described)
            # Committed before it is exposed: what was exposed once must never be counted again.
            self._shared.store.commit(self.name, self._shape(), ledger, gone)
        except StateError as error:
            self._forget()
            raise PollError(Reason.STATE, str(error)) from error
        except BaseException:
            self._forget()  # else the next commit would store marks of points that were not added
            raise
        self.fetch.account(statistics)
        account_counting(ledger, statistics, self._target, self._shared.telemetry)
        return self._delivery(ledger, statistics, fault)

    def _count(
        self, ledger: Ledger, now: float, described: Described
    ) -> tuple[PollStatistics, PollError | None, tuple[list[Mark], list[Total]]]:
        """Read what is not settled, count new points, settle the time that was read in full."""
        at, margins = int(now * SECOND), self._shared.margins
        start, end = ledger.window(at, int(margins.lookback * SECOND))
        reader = CounterReader(self._target.source, ledger, self._cache)
        fault = self.fetch.pages(reader, start, end)
        if fault is None or fault.reason is Reason.PARTIAL:
            reader.close()
        prime(self._target.family, ledger)
        gone: tuple[list[Mark], list[Total]] = ([], [])
        if fault is None:  # else points that were not returned would be settled without being read
            reached = _reached(reader.statistics.newest, at, described)
            lost = ledger.settle(start, reached, int(margins.late * SECOND))
            account_gap(lost, self._target, self._shared.telemetry)
            gone = self._retire(ledger, at)
        return reader.statistics, fault, gone

    def _open(self, now: float, described: Described) -> Ledger:
        """Return the ledger: from memory, from the store, or a new one."""
        if self._ledger is None:
            self._ledger = self._shared.store.load(self.name, self._shape())
        if self._ledger is None:
            period = int(described.period * SECOND)
            oldest = now - described.delay - self._shared.margins.late
            start = int(oldest * SECOND)
            if self._shared.store.restarted(self.name):
                # What was counted before is unknown: only points of the future are new for sure.
                start = int(now * SECOND) + period
            self._ledger = Ledger.begin(period, start)
        return self._ledger

    def _forget(self) -> None:
        """Drop the ledger, so that the next poll loads it from the store."""
        self._ledger = None
        self._cache.forget()

    def _shape(self) -> str:
        """Return what stored totals depend on; a ledger of another shape is not continued."""
        family, source = self._target.family, self._target.source
        return json.dumps([family.label_names, source.metric, source.resource, source.scale])

    def _retire(self, ledger: Ledger, at: int) -> tuple[list[Mark], list[Total]]:
        """Remove series without points for a day, on every RETIRE_EVERY-th poll."""
        self._runs += 1
        if self._runs % RETIRE_EVERY:
            return [], []
        closed = {i for i, label in enumerate(self._target.family.labels) if label.values}
        # Behind every window, so that no point of a retired series is read a second time.
        oldest = at - int(max(RETIRE_AFTER, self._shared.margins.lookback) * SECOND)
        gone = ledger.retire(oldest, frozenset(closed))
        if any(gone):
            self._cache.forget()  # else a series that comes back would be counted into its old mark
        return gone

    def _delivery(
        self, ledger: Ledger, statistics: PollStatistics, fault: PollError | None
    ) -> Delivery:
        hidden = any(not total.shown for total in ledger.totals.values())
        return Delivery(
            parts=(self._part(ledger),),
            expires=NEVER,
            data_time=statistics.newest / SECOND if statistics.newest else None,
            notes=tuple(statistics.notes),
            fault=fault,
            reveal=self._reveal if hidden else None,
        )

    def _part(self, ledger: Ledger) -> Part:
        created, totals = ledger.start / SECOND, ledger.totals.values()
        samples = tuple(Sample(t.labels, t.exposed_value(), created) for t in totals)
        return Part(self._target.family, samples)

    async def _reveal(self) -> Delivery | None:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self.reveal)

    def reveal(self) -> Delivery | None:
        """Expose the true values of series that were seen at zero, once that is on disk."""
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
        return Delivery(parts=(self._part(ledger),), expires=NEVER, data_time=None)


def _reached(newest: int, now: int, described: Described) -> int:
    """Return up to when the source time is covered.

    Without new points the end still moves on, IDLE_PERIODS later than with them.
    """
    period = int(described.period * SECOND)
    silent = now - int(described.delay * SECOND) - IDLE_PERIODS * period
    return min(max(newest, silent - silent % period), now)
