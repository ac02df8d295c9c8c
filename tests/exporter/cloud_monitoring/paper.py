"""A Cloud Monitoring on paper: points with the time at which they become readable."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.points import PageMessage, Raw
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.errors import PollError, Reason

KINDS = {"GAUGE": 1, "DELTA": 2, "CUMULATIVE": 3}
VALUES = {"BOOL": 1, "INT64": 2, "DOUBLE": 3, "STRING": 4, "DISTRIBUTION": 5, "MONEY": 6}


@dataclass
class PaperPoint:
    """A point of a series; `visible` is the Unix second from which it can be read."""

    series: int
    end: int
    value: Raw
    visible: float
    start: int | None = None


@dataclass
class PaperApi:
    """Serves points of one metric through the client's `pages`, as the API documents it.

    A page holds `page_points` points; after `breaks_after` pages the API is away. Answers have a
    date where there is a `source` to learn from it.
    """

    labels: list[tuple[dict[str, str], dict[str, str]]]
    kind: str = "DELTA"
    value: str = "INT64"
    now: float = 0.0
    down: bool = False
    page_points: int = 100_000
    partial: bool = False
    breaks_after: int = 100_000
    points: list[PaperPoint] = field(default_factory=list)
    calls: int = 0
    described: list[Raw] = field(default_factory=list)
    source: SourceClock | None = None
    missing: bool = False
    empty: bool = False

    def pages(self, query: SeriesQuery) -> Iterator[Raw]:
        """Yield pages of (start, end], newest first, a page holding so many points."""
        self.calls += 1
        if self.down:
            raise PollError(Reason.UNAVAILABLE, "UNAVAILABLE: on paper")
        if self.source:
            self.source.answered(float(int(self.now)), self.source.monotonic())
        if self.missing:
            raise PollError(Reason.NOT_FOUND, "NOT_FOUND: on paper")
        readable = [] if self.empty else self.points
        found = [
            p
            for p in readable
            if p.visible <= self.now
            and not self.empty
            and query.start < p.end * SECOND <= query.end
        ]
        found.sort(key=lambda p: (p.series, -p.end))
        groups = range(0, max(len(found), 1), self.page_points)
        for number, at in enumerate(groups):
            if number == self.breaks_after:
                raise PollError(Reason.UNAVAILABLE, "UNAVAILABLE: in the middle, on paper")
            yield self._page(found[at : at + self.page_points])

    def _page(self, points: list[PaperPoint]) -> Raw:
        page = PageMessage()
        if self.partial:
            page.execution_errors.add(message="on paper")
        last = None
        for point in points:
            if point.series != last:
                series, last = page.time_series.add(), point.series
                metric, resource = self.labels[point.series]
                series.metric.labels.update(metric)
                series.resource.labels.update(resource)
                series.resource.type = "cloud_run_revision"
                series.metric_kind, series.value_type = KINDS[self.kind], VALUES[self.value]
            raw = series.points.add()
            raw.interval.end_time.seconds = point.end
            raw.interval.start_time.seconds = point.start or point.end - 60
            self._set(raw, point.value)
        return page

    def _set(self, raw: Raw, value: Raw) -> None:
        if self.value == "DISTRIBUTION":
            raw.value.distribution_value.CopyFrom(value)
        else:
            setattr(raw.value, f"{self.value.lower()}_value", value)

    def descriptors(self, project: str, text: str) -> Iterator[Raw]:
        """Know the given descriptors; without one, documented values serve."""
        del project, text
        return iter(self.described)
