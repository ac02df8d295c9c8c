"""Reads one family of one project: schedule, query, and what the answers cost."""

import logging
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from exporter.catalog import own
from exporter.catalog.model import ValueType
from exporter.cloud_monitoring.client import PAGE_SIZE, SeriesQuery
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.lateness import Lateness
from exporter.cloud_monitoring.ledger import KEPT
from exporter.cloud_monitoring.points import Raw
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.schedule import IDLE_INTERVAL, Delay, Timetable
from exporter.cloud_monitoring.self_metrics import account
from exporter.cloud_monitoring.target import FamilyTarget, Shared
from exporter.collectors.base import Delivery
from exporter.errors import PollError, Reason
from exporter.logs import once

log = logging.getLogger("ionmon.cloud_monitoring")

PROBES = 2  # reads that go back a day, before a metric without points counts as idle
DISTRIBUTIONS = 25_000  # points of a page: each has up to 200 buckets
MAX_POINTS = 200_000  # of a read that goes far back: two pages, or eight of distributions


class PageReader(Protocol):
    """Reads the pages of an answer."""

    def read_page(self, page: Raw) -> None:
        """Read every series of a page."""


class FamilyFetch:
    """What the polls of counters and of gauges have in common."""

    def __init__(self, target: FamilyTarget, shared: Shared) -> None:
        """Be due at once, later with an offset that spreads the families."""
        self.target = target
        self.billed = 0
        self.tried = False
        self._shared, self._source = shared, shared.source
        self._lateness = Lateness(target, shared.telemetry)
        # From the time, not from zero: a process that is restarted often reads far back, too.
        self._probes = PROBES
        self._reads = int(self._source.moment().now // target.interval)
        self._described: Described | None = None
        offset = zlib.crc32(target.name.encode()) % 2000 / 1000
        period = target.period or target.source.period
        documented = Delay.documented(target.source.delay, period)
        self.timetable = Timetable(
            delay=documented, period=period, interval=target.interval, offset=offset
        )

    @property
    def stretched(self) -> bool:
        """Return whether the interval is longer than configured, to stay within the budget."""
        return self.timetable.interval > self.target.interval

    @property
    def unstretched_interval(self) -> float:
        """Seconds between reads without stretching: as configured, longer without any data."""
        idle = self.timetable.idle
        return max(self.target.interval, IDLE_INTERVAL) if idle else self.target.interval

    def stretch(self, factor: float) -> None:
        """Set the interval to the configured one times `factor`."""
        self.timetable.interval = self.target.interval * factor
        telemetry, key = self._shared.telemetry, self.target.key
        telemetry.set(own.POLL_INTERVAL, key, self.timetable.interval)
        telemetry.set(own.POLL_STRETCH, key, factor)

    def planned(self, read: Callable[[], Delivery]) -> Delivery:
        """Read now, and plan the next read. Raises PollError."""
        now = self._source.monotonic()
        try:
            delivery = read()
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

    def describe(self) -> Described:
        """Return the metric's descriptor. Raises PollError where the catalog differs from it."""
        described = self._shared.descriptors.describe(self.target.project, self.target.source)
        if described.mismatch:
            raise PollError(Reason.MISMATCH, f"{self.target.family.name}: {described.mismatch}")
        if self.target.period:
            described = replace(described, period=self.target.period, stated=True)
        if described != self._described:
            self._described = described
            self.timetable.period = described.period
            self.timetable.delay = Delay.documented(described.delay, described.period)
        return described

    def depth(self, margin: float) -> float:
        """Return how many seconds this read goes back; points are free, calls and series are not.

        Every second read goes back twice the margin, every fourth four times, up to a day: so a
        point is found after about as long as it was late. Where nothing was found so far, two
        reads go back a day: before a metric counts as idle, points must not just be very late.
        """
        self._reads += 1
        if self.timetable.newest is None and self.timetable.empty and self._probes:
            self._probes -= 1
            return KEPT / SECOND
        most = MAX_POINTS / max(1, self.billed) * self.timetable.period
        return max(margin, min(margin * (self._reads & -self._reads), KEPT / SECOND, most))

    def when(self, newest: int) -> float | None:
        """Return the monotonic time of a point's end; None for 0, which is no point."""
        if not newest:
            return None
        # Read one after the other, but nothing between them waits.
        return self._source.monotonic() - (self._source.moment().now - newest / SECOND)

    def had_points(self) -> bool:
        """Return whether the metric has had points since the start."""
        return self.timetable.newest is not None

    def late(self, newest: int) -> str:
        """Return a note where points come later than the source promises; else an empty one."""
        described = self._described
        if described is None or not newest:
            return self._lateness.current
        self._source.shown(newest / SECOND)
        return self._lateness.note(newest / SECOND, self._source.moment().now, described)

    def pages(self, reader: PageReader, start: int, end: int) -> PollError | None:
        """Let `reader` read the points in (start, end]. Returns why some are missing, or None.

        NOT_FOUND is a fault as others are; whether it is one is known to the caller.
        """
        text = metric_filter(self.target.source, self.target.selection)
        distributions = self.target.source.value is ValueType.DISTRIBUTION
        query = SeriesQuery(
            project=self.target.project,
            filter=text,
            start=start,
            end=end,
            page_size=DISTRIBUTIONS if distributions else PAGE_SIZE,
        )
        fault: PollError | None = None
        try:
            for page in self._shared.client.pages(query):
                # One at a time: else a scrape would wait for the interpreter behind all of them.
                with self._shared.decoding:
                    reader.read_page(page)
                for error in page.execution_errors:
                    missing = f"part of the answer is missing: {error.message[:200]}"
                    fault = PollError(Reason.PARTIAL, missing)
                del page  # it may take 100 MB, and the next one comes now
        except PollError as error:
            return error
        if fault is None and self._described and self._described.unread:
            # Where points cannot be read either, that fault says it.
            once(log, self._described.unread, self._described.unread)
        return fault

    def account(self, statistics: PollStatistics, *, deep: bool = False) -> None:
        """Add what a read cost and dropped to the exporter's own metrics.

        A deep read returns series that ended since: the next reads will not.
        """
        billed = account(statistics, self.target, self._shared.telemetry)
        self.billed = self.billed if deep and self.billed else billed
