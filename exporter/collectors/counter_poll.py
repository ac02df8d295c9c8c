"""Polls a counter of one project: each point counts once, on disk before it is exposed."""

import asyncio
import json
import logging
from concurrent.futures import ThreadPoolExecutor

from exporter.catalog.model import MetricKind, ValueType
from exporter.cloud_monitoring.counter_reader import CounterReader, SeriesCache
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.late_points import LateReach, NewestReader
from exporter.cloud_monitoring.lateness import promised
from exporter.cloud_monitoring.ledger import KEPT, Ledger, Mark
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND, Reach, ReadSpan
from exporter.cloud_monitoring.self_metrics import account_counting, account_gap
from exporter.cloud_monitoring.source_clock import MAX_OFFSET, Moment
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.cloud_monitoring.totals import Total
from exporter.cloud_monitoring.zero_series import prime
from exporter.collectors.base import Delivery
from exporter.collectors.family_fetch import FamilyFetch
from exporter.collectors.scheduled_poll import ScheduledPoll
from exporter.errors import PollError, Reason, StateError
from exporter.exposition.samples import Part, Sample

log = logging.getLogger("ionmon.cloud_monitoring")

NEVER = float("inf")  # a counter that is no longer read stays exposed, flat
IDLE_PERIODS = 3  # without a point, the covered time ends so much earlier
RETIRE_AFTER = 86400  # seconds without a point
RETIRE_EVERY = 60  # polls
MIN_DEPTH = 600.0  # seconds that every read goes back


class CounterPoll(ScheduledPoll):
    """Reads one counter family of one project on its own schedule."""

    def __init__(self, target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor) -> None:
        super().__init__(FamilyFetch(target, shared), pool)
        self._target, self._shared = target, shared
        self._cache = SeriesCache(target.family, target.source, target.project, target.limit)
        self._ledger: Ledger | None = None
        self._runs = 0
        self._source = shared.source
        self._late_reach, self._deep = LateReach(), False

    def read(self) -> Delivery:
        """Count everything new and commit it to disk. Raises PollError."""
        return self.fetch.planned(self._read)

    def _read(self) -> Delivery:
        described = self.fetch.describe()
        try:
            ledger = self._open(described)
            self._rewind(ledger, described)
            statistics, fault, gone = self._count(ledger, described)
            # Committed before it is exposed: what was exposed once must never be counted again.
            self._shared.store.commit(self.name, self._shape(), ledger, gone)
        except StateError as error:
            self._forget()
            raise PollError(Reason.STATE, str(error)) from error
        except BaseException:
            self._forget()  # else the next commit would store marks of points that were not added
            raise
        if note := self.fetch.late(statistics.newest):
            statistics.notes.append(note)
        self.fetch.account(statistics, deep=self._deep)
        account_counting(ledger, statistics, self._target, self._shared.telemetry)
        return self._delivery(ledger, statistics, fault)

    def _count(
        self, ledger: Ledger, described: Described
    ) -> tuple[PollStatistics, PollError | None, tuple[list[Mark], list[Total]]]:
        """Read what is not settled, count new points, settle the time that was read in full."""
        reader = CounterReader(self._target.source, ledger, self._cache)
        before = self._source.moment()
        fault = self.fetch.pages(reader, *self._window(ledger))
        if fault is None or fault.reason is Reason.PARTIAL:
            reader.close()
        prime(self._target.family, ledger)
        self._late_reach.learn(ledger, reader.statistics)
        moment = self._source.moment()  # of the answer: the clock may have been wrong until then
        if fault and fault.reason is Reason.NOT_FOUND:
            fault = self._missing(fault, ledger, moment)
        elif fault is None and _corrected(before, moment):
            # What was requested was of another time: the next read begins where this one should.
            return reader.statistics, None, ([], [])
        elif fault is None:
            # Only now: points that were not returned would be settled without being read.
            return reader.statistics, None, self._settle(ledger, reader.statistics, described)
        return reader.statistics, fault, ([], [])

    def _window(self, ledger: Ledger) -> tuple[int, int]:
        """Return the (start, end] to read, in nanoseconds."""
        moment, margins = self._source.moment(), self._shared.margins
        shallow = max(margins.late, MIN_DEPTH)
        depth = margins.late  # CUMULATIVE values hold the past
        if self._target.source.kind is MetricKind.DELTA:
            depth = max(self.fetch.depth(shallow), self._late_reach.seconds)
        self._deep = depth > shallow
        now = ReadSpan(_nanoseconds(moment.earliest), _nanoseconds(moment.latest))
        reach = Reach(
            margin=_nanoseconds(margins.late),
            depth=_nanoseconds(depth),
            lookback=_nanoseconds(margins.lookback),
        )
        start, end = ledger.window(now, reach)
        if not ledger.marks and ledger.watermark == ledger.start:
            # Nothing was ever counted: is there really nothing, or only what is very late?
            start = min(start, now.start - _nanoseconds(depth))
        return start, end

    def _settle(
        self, ledger: Ledger, statistics: PollStatistics, described: Described
    ) -> tuple[list[Mark], list[Total]]:
        """Settle what was read in full; returns what has been removed since."""
        self._source.shown(statistics.newest / SECOND)
        moment = self._source.moment()
        cumulative = self._target.source.kind is MetricKind.CUMULATIVE
        kept = _nanoseconds(self._shared.margins.late) if cumulative else KEPT
        lost = ledger.settle(ledger.recent, _reached(statistics.newest, moment, described), kept)
        account_gap(lost, self._target, self._shared.telemetry)
        return self._retire(ledger, _nanoseconds(moment.earliest))

    def _missing(self, fault: PollError, ledger: Ledger, moment: Moment) -> PollError | None:
        """Return the fault where a metric that has had points is not found, else None."""
        newest = max((total.last for total in ledger.totals.values()), default=0)
        if newest <= _nanoseconds(moment.earliest) - KEPT:
            return None
        return PollError(Reason.NOT_FOUND, f"{fault}; it has had points, so nothing is settled")

    def _rewind(self, ledger: Ledger, described: Described) -> None:
        """Take back what a wrong clock has settled in the future, once two witnesses agree."""
        moment = self._source.moment()
        ahead = ledger.covered / SECOND - moment.latest
        if ahead <= 2 * described.period:
            return
        agree = moment.dated and moment.wall * SECOND < ledger.covered
        if (agree or self._fresh(ledger, described)) and ledger.rewind(_nanoseconds(moment.latest)):
            self._cache.forget()
            log.warning("%s: its counts were settled %.0f s in the future", self.name, ahead)

    def _fresh(self, ledger: Ledger, described: Described) -> bool:
        """Return whether the source's newest point is as old as the clock lets it be.

        It is looked for up to what is settled: a point in the clock's future proves it wrong.
        """
        reader, moment = NewestReader(), self._source.moment()
        oldest = moment.latest - promised(described)
        fault = self.fetch.pages(reader, _nanoseconds(oldest), ledger.covered)
        return fault is None and 0 < reader.newest <= _nanoseconds(moment.latest)

    def _open(self, described: Described) -> Ledger:
        """Return the ledger: from memory, from the store, or a new one."""
        if self._ledger is None:
            self._ledger = self._shared.store.load(self.name, self._shape(), self._fits)
        if self._ledger is None:
            moment, period = self._source.moment(), _nanoseconds(described.period)
            start = moment.earliest - described.delay - self._shared.margins.late
            if self._shared.store.restarted(self.name):
                # What was counted before is unknown: only points of the future are new for sure.
                start = moment.latest + described.period
            self._ledger = Ledger.begin(period, _nanoseconds(start))
        return self._ledger

    def _forget(self) -> None:
        """Drop the ledger, so that the next poll loads it from the store."""
        self._ledger = None
        self._cache.forget()

    def _shape(self) -> str:
        """Return what stored totals depend on; a ledger of another shape is not continued."""
        family, source = self._target.family, self._target.source
        return json.dumps([family.label_names, source.metric, source.resource, source.scale])

    def _fits(self, ledger: Ledger) -> bool:
        source = self._target.source
        return ledger.fits(
            distributions=source.value is ValueType.DISTRIBUTION,
            cumulative=source.kind is MetricKind.CUMULATIVE,
        )

    def _retire(self, ledger: Ledger, at: int) -> tuple[list[Mark], list[Total]]:
        """Remove series without points for a day, on every RETIRE_EVERY-th poll."""
        self._runs += 1
        if self._runs % RETIRE_EVERY:
            return [], []
        closed = {i for i, label in enumerate(self._target.family.labels) if label.values}
        oldest = at - max(RETIRE_AFTER * SECOND, _nanoseconds(self._shared.margins.lookback))
        if self._target.source.kind is MetricKind.DELTA:
            oldest = min(oldest, ledger.watermark)  # else a deep read would count it again
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
            data_time=self.fetch.when(statistics.newest),
            notes=tuple(statistics.notes),
            fault=fault,
            reveal=self._reveal if hidden else None,
        )

    def _part(self, ledger: Ledger) -> Part:
        created, totals = ledger.start / SECOND, ledger.totals.values()
        samples = tuple(Sample(t.labels, t.exposed_value(), created) for t in totals)
        return Part(self._target.family, samples)

    async def _reveal(self) -> Delivery | None:
        return await asyncio.get_running_loop().run_in_executor(self.pool, self.reveal)

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


def _corrected(before: Moment, after: Moment) -> bool:
    """Return whether the first dated answer showed that the clock of the start was wrong."""
    return after.dated and not before.dated and abs(after.now - before.now) > MAX_OFFSET


def _reached(newest: int, moment: Moment, described: Described) -> int:
    """Return up to when the source time is covered: never beyond what the source has shown.

    Without new points the end still moves on, IDLE_PERIODS later than with them.
    """
    period = _nanoseconds(described.period)
    silent = _nanoseconds(moment.earliest - described.delay) - IDLE_PERIODS * period
    return min(max(newest, silent - silent % period), _nanoseconds(moment.now))


def _nanoseconds(seconds: float) -> int:
    return int(seconds * SECOND)
