"""From pages to counters: points into a ledger, each of them once."""

from math import isfinite

from exporter.catalog.model import CloudMonitoring, Family, MetricKind, ValueType
from exporter.cloud_monitoring.counters import Ledger, Mark, Total, add_buckets, add_number
from exporter.cloud_monitoring.exemplars import keep_exemplars
from exporter.cloud_monitoring.layouts import Layout, layout, source_bounds
from exporter.cloud_monitoring.points import FIELDS, SECOND, Raw, Unfit, check, wire_key
from exporter.cloud_monitoring.tally import Labels, Tally, taken


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
        for point in series.points:
            stamp = point.interval.end_time
            end = stamp.seconds * SECOND + stamp.nanos
            self.tally.points += 1
            self.tally.newest = max(self.tally.newest, end)
            if cumulative:
                begun = point.interval.start_time
                start = begun.seconds * SECOND + begun.nanos
                held = getattr(point.value, name)
                self._older.setdefault(mark.key, []).append((end, start, held))
            elif self._ledger.claim(mark, end):
                self._add(mark.total, getattr(point.value, name), end)
            elif self._ledger.cut < end <= self._ledger.horizon:
                self.tally.too_late += 1

    def _add(self, total: Total, value: Raw, end: int) -> None:
        scale = self._source.scale
        if self._source.value is ValueType.DISTRIBUTION:
            self._add_distribution(total, value, end)
        elif not isfinite(value):
            self.tally.drop("invalid", f"{total.labels}: {value} is no count")
            return
        else:
            add_number(total, value if scale == 1.0 else value * scale, end)
        self.tally.counted += 1

    def _add_distribution(self, total: Total, value: Raw, end: int) -> None:
        if not value.count:
            return
        layout_ = self._book.layout(value)
        counts = value.bucket_counts if layout_.full else (value.count,)
        weight = value.mean * value.count * self._source.scale
        if not add_buckets(total, layout_, counts, weight, end):
            self.tally.resets += 1
        if value.exemplars:
            keep_exemplars(total, value, self._source.scale)

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
        again = mark.held is None or start > mark.start
        old = mark.held is None and start < self._ledger.horizon
        held = () if again else mark.held or ()
        now = _held(value) if self._source.value is ValueType.DISTRIBUTION else (value,)
        if not old:
            self._add_rise(mark.total, value, _less(now, held), end)
        mark.start, mark.end, mark.held, mark.dirty = start, end, now, True
        mark.total.last = max(mark.total.last, end)

    def _add_rise(self, total: Total, value: Raw, rise: tuple[float, ...], end: int) -> None:
        self.tally.counted += 1
        scale = self._source.scale
        if self._source.value is not ValueType.DISTRIBUTION:
            add_number(total, rise[0] if scale == 1.0 else rise[0] * scale, end)
            return
        counts = tuple(int(count) for count in rise[1:])
        if not add_buckets(total, self._book.layout(value), counts, rise[0] * scale, end):
            self.tally.resets += 1


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


def _held(value: Raw) -> tuple[float, ...]:
    """Return the sum of a distribution's values, then its bucket counts."""
    return (value.mean * value.count, *(value.bucket_counts or (value.count,)))


def _less(now: tuple[float, ...], then: tuple[float, ...]) -> tuple[float, ...]:
    """Return what each number rose by; a fall is no rise."""
    padded = (*then, *((0,) * (len(now) - len(then))))
    return tuple(max(0, a - b) for a, b in zip(now, padded, strict=False))
