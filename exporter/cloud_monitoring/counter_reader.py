"""Decodes the points of counters; the ledger decides which of them count."""

import logging
from functools import partial
from operator import itemgetter

from exporter.catalog.model import CloudMonitoring, Family, MetricKind
from exporter.cloud_monitoring.ledger import COUNTED, Ledger, Mark, Outcome
from exporter.cloud_monitoring.point_values import PointValues
from exporter.cloud_monitoring.points import (
    Identities,
    Raw,
    refusal,
    unix_nanoseconds,
    wire_key,
)
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount, Unsound

log = logging.getLogger("ionmon.cloud_monitoring")

MAX_AHEAD = 20 * 366 * 86400 * SECOND  # after the watermark; longer than any outage


class SeriesCache:
    """What a counter's polls cache about its series, by the series' bytes on the wire."""

    def __init__(self, family: Family, source: CloudMonitoring, project: str, limit: int) -> None:
        """Start empty; at most `limit` series are exported."""
        self.name, self.limit = f"{project}/{family.name}", limit
        self._noted = False
        self.identities = Identities(family, source, project)
        self.values = PointValues(family, source)
        self.marks: dict[bytes, Mark] = {}

    def note_buckets(self, mark: Mark) -> None:
        """Log once that a cumulative series changed its buckets, so that some are approximate."""
        if not self._noted:
            self._noted = True
            log.warning(
                "%s: the bounds of a cumulative histogram changed and are not known for all it "
                "has counted; count and sum are exact, some events are counted in higher buckets; "
                "the first series: %s",
                self.name,
                mark.total.labels,
            )

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
        self._waiting: list[tuple[int, int, Mark, Amount]] = []

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
            end = unix_nanoseconds(point.interval.end_time)
            statistics.points += 1
            if end > self._latest:
                statistics.drop("invalid", f"{mark.total.labels}: far in the future", "point")
                continue
            statistics.newest = max(statistics.newest, end)
            if self._cumulative:
                self._wait(mark, end, point)
            else:
                self._count(mark, end, point)

    def _wait(self, mark: Mark, end: int, point: Raw) -> None:
        """Read a cumulative point, which waits for `close`; one that was counted is not read."""
        if end <= mark.end:
            self.statistics.outcomes[Outcome.SEEN] += 1
            return
        try:
            amount = self._cache.values.amount(point)
        except Unsound as error:
            self._drop(mark, str(error))
        else:
            start = unix_nanoseconds(point.interval.start_time)
            self._waiting.append((end, start, mark, amount))

    def _count(self, mark: Mark, end: int, point: Raw) -> None:
        """Pass a DELTA point to the ledger; an unsound one is dropped."""
        try:
            outcome = self._ledger.add_delta(mark, end, partial(self._cache.values.amount, point))
        except Unsound as error:
            self._drop(mark, str(error))
        else:
            self._note(mark, outcome)
            if outcome is COUNTED and end <= self._ledger.recent:
                self.statistics.late += 1
                self.statistics.earliest_late = min(self.statistics.earliest_late or end, end)

    def _note(self, mark: Mark, outcome: Outcome) -> None:
        self.statistics.outcomes[outcome] += 1
        if outcome is COUNTED:
            return
        if outcome is Outcome.REFUSED:
            self._drop(mark, "its total would no longer be a number")
        elif outcome is Outcome.REBUCKETED:
            self._cache.note_buckets(mark)

    def _drop(self, mark: Mark, reason: str) -> None:
        self.statistics.drop("invalid", f"{mark.total.labels}: {reason}", "point")

    def close(self) -> None:
        """Count cumulative points, oldest first, once all pages were read.

        Pages begin with the newest points. Counted while a page is missing, a series that started
        anew would lose what it rose by before.
        """
        for end, start, mark, amount in sorted(self._waiting, key=itemgetter(0)):
            outcome = self._ledger.add_cumulative(mark, start, end, partial(_given, amount))
            self._note(mark, outcome)
        self._waiting.clear()


def _given(amount: Amount) -> Amount:
    return amount
