"""From pages to counters: points into a ledger, each of them once."""

from exporter.catalog.model import CloudMonitoring, Family, MetricKind, ValueType
from exporter.cloud_monitoring.bucket_layouts import layout, source_bounds
from exporter.cloud_monitoring.exemplars import keep_exemplars
from exporter.cloud_monitoring.ledger import Ledger, Mark
from exporter.cloud_monitoring.point_values import number, spread
from exporter.cloud_monitoring.points import FIELDS, SECOND, Raw, Unfit, check, wire_key
from exporter.cloud_monitoring.poll_statistics import Labels, Tally, taken
from exporter.cloud_monitoring.totals import Amount, Layout, Total, add_buckets, add_number

FARTHEST = 20 * 366 * 86400 * SECOND  # after the horizon; longer than any process was away


class CounterReader:
    """Counts points into a ledger, each once."""

    def __init__(
        self, family: Family, source: CloudMonitoring, ledger: Ledger, book: "Book"
    ) -> None:
        self.tally = Tally()
        self._family, self._source, self._ledger, self._book = family, source, ledger, book
        self._older: dict[str, list[tuple[int, int, Raw]]] = {}

    def page(self, page: Raw) -> None:
        """Take in every series of a page."""
        here: set[str] = set()
        for series in page.time_series:
            self.tally.series += 1
            wire = wire_key(series)
            mark = self._book.marks.get(wire)
            if mark is None or mark.key in here or not _plain(self._source, series):
                mark = self._meet(wire, series, here)
                if mark is None:
                    continue
            here.add(mark.key)
            self._points(mark, series)

    def _meet(self, wire: bytes, series: Raw, here: set[str]) -> Mark | None:
        """Look at a series that is new, doubled or unfit."""
        identity = self._book.labels.identity(wire, series)
        if not taken(self.tally, self._source, series, identity, here):
            return None
        if identity.labels not in self._ledger.totals and not self._book.room(self._ledger):
            self.tally.drop("limit", f"more than {self._book.limit} series")
            return None
        mark = self._ledger.mark(identity.key, identity.labels)
        self._book.marks[wire] = mark
        self._book.labels.release(wire)
        return mark

    def _points(self, mark: Mark, series: Raw) -> None:
        cumulative = self._source.kind is MetricKind.CUMULATIVE
        name = FIELDS[self._source.value]
        latest = self._ledger.horizon + FARTHEST
        for point in series.points:
            stamp = point.interval.end_time
            end = stamp.seconds * SECOND + stamp.nanos
            self.tally.points += 1
            if end > latest:
                self.tally.drop("invalid", f"{mark.total.labels}: a point of the far future")
                continue
            self.tally.newest = max(self.tally.newest, end)
            if cumulative:
                begun = point.interval.start_time
                start = begun.seconds * SECOND + begun.nanos
                held = getattr(point.value, name)
                self._older.setdefault(mark.key, []).append((end, start, held))
            elif self._ledger.open(mark, end):
                self._count(mark, getattr(point.value, name), end)
            elif self._ledger.cut < end <= self._ledger.horizon:
                self.tally.too_late += 1

    def _count(self, mark: Mark, value: Raw, end: int) -> None:
        """Count a DELTA point; one that is unsound is dropped, and not claimed."""
        amount = self._amount(mark, value)
        if amount is None:
            return
        self._ledger.claim(mark, end)
        if not amount.events:
            self.tally.counted += 1
            return
        self._add(mark.total, amount, end)
        if amount.layout is not None and value.exemplars:
            keep_exemplars(mark.total, value, self._source.scale)

    def _amount(self, mark: Mark, value: Raw) -> Amount | None:
        """Return what a point says, or None, counted and noted, where that is unsound."""
        try:
            if self._source.value is ValueType.DISTRIBUTION:
                return spread(value, self._source.scale, self._book.layout)
            return number(value, self._source.scale)
        except Unfit as error:
            self.tally.drop("invalid", f"{mark.total.labels}: {error}")
            return None

    def _add(self, total: Total, amount: Amount, end: int) -> None:
        self.tally.counted += 1
        scale = self._source.scale
        value = amount.value if scale == 1.0 else amount.value * scale
        if amount.layout is None:
            add_number(total, value, end)
        elif not add_buckets(total, amount.layout, amount.counts, value, end):
            self.tally.resets += 1

    def close(self) -> None:
        """Count cumulative points, oldest first, once all pages are in.

        Pages begin with the newest points: to count after a page that never came would pass over
        what a series rose by before it started anew.
        """
        for key, points in self._older.items():
            mark = self._ledger.marks[key]
            for end, start, value in sorted(points, key=lambda p: p[0]):
                if end > mark.end:
                    self._rise(mark, end, start, value)
        self._older.clear()

    def _rise(self, mark: Mark, end: int, start: int, value: Raw) -> None:
        """Add what a cumulative series rose by; all of it where it started anew.

        Of a series that is met with an old start nothing is added: what it had until then lies
        before the cut, or was counted before the series was retired.
        """
        amount = self._amount(mark, value)
        if amount is None:
            return
        again = mark.held is None or start > mark.start
        old = mark.held is None and start < self._ledger.horizon
        now = (amount.value, *amount.counts)
        if not old:
            total, *counts = _less(now, () if again else mark.held or ())
            rise = Amount(total, tuple(int(count) for count in counts), amount.layout)
            self._add(mark.total, rise, end)
        mark.start, mark.end, mark.held, mark.dirty = start, end, now, True
        mark.total.last = max(mark.total.last, end)


class Book:
    """What a counter's polls remember between them: marks and layouts by their bytes."""

    def __init__(self, family: Family, source: CloudMonitoring, labels: Labels, limit: int) -> None:
        self.labels = labels
        self.limit = limit
        self.marks: dict[bytes, Mark] = {}
        self._family, self._scale = family, source.scale
        self._layouts: dict[bytes, Layout] = {}

    def layout(self, value: Raw) -> Layout:
        """Return the layout of a distribution's buckets."""
        wire = value.bucket_options.SerializeToString()
        found = self._layouts.get(wire)
        if found is None:
            bounds = source_bounds(value.bucket_options)
            found = self._layouts[wire] = layout(bounds, self._scale, self._family)
        return found

    def room(self, ledger: Ledger) -> bool:
        """Say whether the family may have one more series."""
        return len(ledger.totals) < self.limit

    def forget(self) -> None:
        """Drop what refers to series that are gone."""
        self.marks.clear()
        self.labels.forget()


def _plain(source: CloudMonitoring, series: Raw) -> bool:
    """Say whether a known series is still what the catalog says; the quick form of check."""
    try:
        check(source, series)
    except Unfit:
        return False
    return True


def _less(now: tuple[float, ...], then: tuple[float, ...]) -> tuple[float, ...]:
    """Return what each number rose by; a fall is no rise."""
    padded = (*then, *((0,) * (len(now) - len(then))))
    return tuple(max(0, a - b) for a, b in zip(now, padded, strict=False))
