"""Decodes the points of counters; the ledger decides which of them count."""

from functools import partial

from exporter.catalog.model import CloudMonitoring, Family, MetricKind
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.point_values import PointValues
from exporter.cloud_monitoring.points import (
    SECOND,
    Identities,
    Raw,
    Unsound,
    nanoseconds,
    refusal,
    wire_key,
)
from exporter.cloud_monitoring.poll_statistics import PollStatistics

MAX_AHEAD = 20 * 366 * 86400 * SECOND  # after the watermark; longer than any outage


class SeriesCache:
    """What a counter's polls cache about its series, by the series' bytes on the wire."""

    def __init__(self, family: Family, source: CloudMonitoring, project: str, limit: int) -> None:
        """Start empty; at most `limit` series are exported."""
        self.limit = limit
        self.identities = Identities(family, source, project)
        self.values = PointValues(family, source)
        self.marks: dict[bytes, Mark] = {}

    def forget(self) -> None:
        """Drop everything that refers to removed series."""
        self.marks.clear()
        self.identities.forget()


class CounterReader:
    """Reads the pages of one poll into a ledger."""

    def __init__(self, source: CloudMonitoring, ledger: Ledger, cache: SeriesCache) -> None:
        self.statistics = PollStatistics(cleaned=cache.identities.cleaned)
        self._source, self._ledger, self._cache = source, ledger, cache
        self._cumulative = source.kind is MetricKind.CUMULATIVE
        self._latest = ledger.watermark + MAX_AHEAD
        self._waiting: list[tuple[int, Mark, Raw]] = []

    def read_page(self, page: Raw) -> None:
        """Count the points of a page; cumulative ones wait for `close`."""
        on_page: set[str] = set()
        for series in page.time_series:
            mark = self._mark(series, on_page)
            if mark is not None:
                self._read_points(mark, series.points)

    def _mark(self, series: Raw, on_page: set[str]) -> Mark | None:
        """Return the mark of a series, or None where the series is refused."""
        wire, cache, totals = wire_key(series), self._cache, self._ledger.totals
        found = cache.marks.get(wire) or cache.identities.identity(wire, series)
        refused = refusal(self._source, series)
        if not self.statistics.admit(found.key, refused, on_page):
            return None
        if isinstance(found, Mark):
            return found
        self.statistics.unknown.update(found.unknown)
        if found.labels not in totals and len(totals) >= cache.limit:
            self.statistics.drop("limit", f"more than {cache.limit} series")
            return None
        mark = cache.marks[wire] = self._ledger.mark(found.key, found.labels)
        cache.identities.release(wire)
        return mark

    def _read_points(self, mark: Mark, points: Raw) -> None:
        statistics = self.statistics
        for point in points:
            end = nanoseconds(point.interval.end_time)
            statistics.points += 1
            if end > self._latest:
                statistics.drop("invalid", f"{mark.total.labels}: a point far in the future")
                continue
            statistics.newest = max(statistics.newest, end)
            if self._cumulative:
                self._waiting.append((end, mark, point))
            else:
                self._count(mark, end, point)

    def _count(self, mark: Mark, end: int, point: Raw) -> None:
        """Pass a point to the ledger; an unsound one is dropped."""
        amount = partial(self._cache.values.amount, point)
        try:
            if self._cumulative:
                start = nanoseconds(point.interval.start_time)
                outcome = self._ledger.add_cumulative(mark, start, end, amount)
            else:
                outcome = self._ledger.add_delta(mark, end, amount)
        except Unsound as error:
            self.statistics.drop("invalid", f"{mark.total.labels}: {error}")
        else:
            self.statistics.outcomes[outcome] += 1

    def close(self) -> None:
        """Count cumulative points, oldest first, once all pages were read.

        Pages begin with the newest points. Counted while a page is missing, a series that started
        anew would lose what it rose by before.
        """
        for end, mark, point in sorted(self._waiting, key=lambda waiting: waiting[0]):
            self._count(mark, end, point)
        self._waiting.clear()
