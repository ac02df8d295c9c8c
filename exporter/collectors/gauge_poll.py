"""Polls a gauge of one project: the newest point of each series, withdrawn when it is too old."""

from concurrent.futures import ThreadPoolExecutor

from exporter.cloud_monitoring.gauge_periods import STALE_PERIODS, GaugePeriods
from exporter.cloud_monitoring.gauge_reader import GaugeReader, join, limited
from exporter.cloud_monitoring.points import Identities
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.collectors.base import Delivery
from exporter.collectors.family_fetch import FamilyFetch
from exporter.collectors.scheduled_poll import ScheduledPoll
from exporter.errors import PollError, Reason
from exporter.exposition.samples import Part

FORGET_EVERY = 60  # polls; labels of series that are gone take memory
MISSED_INTERVALS = 3  # a poll that fails so often has its values withdrawn


class GaugePoll(ScheduledPoll):
    """Reads one gauge family of one project on its own schedule."""

    def __init__(self, target: FamilyTarget, shared: Shared, pool: ThreadPoolExecutor) -> None:
        super().__init__(FamilyFetch(target, shared), pool)
        self._source = shared.source
        self._current = True
        self._identities = Identities(target.family, target.source, target.project)
        self._periods = GaugePeriods(target.name)
        self._runs = 0

    def read(self) -> Delivery:
        """Read the newest point of each series. Raises PollError."""
        return self.fetch.planned(self._read)

    def _read(self) -> Delivery:
        described, target = self.fetch.describe(), self.fetch.target
        self._forget()
        span = self._periods.span(described, self.interval)
        reader = GaugeReader(target.source, self._identities, learns=not described.stated)
        now, moment = self._source.monotonic(), self._source.moment()
        depth = self.fetch.depth(span)
        # Without current values: is there really nothing, or only what is very late?
        back = span if self._current else depth
        start, end = moment.earliest - back, moment.latest
        fault = self.fetch.pages(reader, int(start * SECOND), int(end * SECOND))
        statistics = reader.statistics
        stale = int((moment.earliest - span) * SECOND)
        found = {key: sample for key, sample in reader.found.items() if sample.end > stale}
        self._current = bool(found)
        if note := self.fetch.late(statistics.newest):
            statistics.notes.append(note)
        current, statistics.stale = self._periods.current(described, found)
        samples = limited(join(target.source, current), target.limit, statistics)
        period = self._periods.period(described)
        self.fetch.account(statistics, deep=back > span)
        fault = self._failure(fault)
        if fault and not reader.found:
            raise fault
        return Delivery(
            parts=(Part(target.family, samples),),
            expires=now + MISSED_INTERVALS * self.interval + STALE_PERIODS * period,
            data_time=self.fetch.when(statistics.newest),
            notes=tuple(statistics.notes),
            fault=fault,
        )

    def _forget(self) -> None:
        """Forget the labels of series that are gone, now and then."""
        self._runs += 1
        if self._runs % FORGET_EVERY == 0:
            self._identities.forget()

    def _failure(self, fault: PollError | None) -> PollError | None:
        """Return the fault of a read; a metric that was never there has no data, and none."""
        if fault and fault.reason is Reason.NOT_FOUND and not self.fetch.had_points():
            return None
        return fault
