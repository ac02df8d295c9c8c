"""ListTimeSeries over a world: the query, the points that are readable by now, and pages."""

import base64
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import NamedTuple

import grpc
from google.cloud.monitoring_v3 import Aggregation as AggregationMessage

from exporter.catalog.model import MetricKind
from exporter.simulator import filter_text
from exporter.simulator.aggregation import Aggregation, Listed, aggregate
from exporter.simulator.faults import Faults
from exporter.simulator.filter_text import Subject, matches
from exporter.simulator.projects import ALONE, Projects, project_of, resource_in
from exporter.simulator.refusal import Refusal, invalid
from exporter.simulator.truth import TruthPoint
from exporter.simulator.wire import Raw, google_unit
from exporter.simulator.world import Metric, World

MOST_POINTS = 100_000
SECOND = 1_000_000_000
HEADERS = 1
KEPT_ANSWERS = 16


class ListQuery(NamedTuple):
    """A parsed request: project, filter tree, metric type, seconds (start, end], aggregation."""

    project: str
    node: filter_text.Node
    metric: str
    start: float
    end: float
    how: Aggregation


class Cursor(NamedTuple):
    """The start of a page: points, or headers, before it; and the time of the first page."""

    offset: int
    now: float


class Page(NamedTuple):
    """A part of an answer: series, next page's token, unit, whether first, series of all pages."""

    series: list[Listed]
    token: str
    unit: str
    first: bool
    whole: int


class SeriesListing:
    """Answers ListTimeSeries requests from a world; `delay` replaces every metric's own."""

    def __init__(
        self,
        world: World,
        faults: Faults,
        delay: float | None = None,
        projects: Projects = ALONE,
    ) -> None:
        self._world, self._faults, self._delay = world, faults, delay
        self._projects = projects
        self._answers: OrderedDict[tuple[str, float], list[Listed]] = OrderedDict()
        self._mutex = Lock()

    def delay(self, metric: Metric) -> float:
        """Return after how many seconds a point of a metric is readable."""
        return float(metric.source.delay) if self._delay is None else self._delay

    def page(self, request: Raw, now: float, call: int) -> Page:
        """Return the requested page. Raises Refusal."""
        query = parse_query(request)
        self._faults.refuse_metric(query.metric)
        digest = _digest(request)
        cursor = _cursor(request.page_token, digest, now)
        series = self._answer(digest, query, cursor.now)
        size = request.page_size if 0 < request.page_size < MOST_POINTS else MOST_POINTS
        if request.view == HEADERS:
            on_page, total = _headers(series, cursor.offset, size), len(series)
        else:
            total = sum(len(one.points) for one in series)
            size = self._faults.page_size(call, size, total)
            on_page = list(points_between(series, cursor.offset, size))
        after = cursor.offset + size
        token = _token(Cursor(after, cursor.now), digest) if after < total else ""
        unit = google_unit(self._world.metrics[query.metric][0])
        first = cursor.offset == 0
        return Page(series=on_page, token=token, unit=unit, first=first, whole=len(series))

    def _answer(self, digest: str, query: ListQuery, now: float) -> list[Listed]:
        """Return the whole answer, which the pages of one query share."""
        with self._mutex:
            found = self._answers.get((digest, now))
        if found is None:
            found = self.select(query, now)
            with self._mutex:
                self._answers[digest, now] = found
                while len(self._answers) > KEPT_ANSWERS:
                    self._answers.popitem(last=False)
        return found

    def select(self, query: ListQuery, now: float) -> list[Listed]:
        """Return all series of a query that are visible at `now`, points from new to old."""
        metrics = self._world.metrics.get(query.metric)
        if metrics is None:
            raise Refusal(
                grpc.StatusCode.NOT_FOUND,
                f'Cannot find metric(s) that match type = "{query.metric}".',
            )
        found = [one for metric in metrics for one in self._visible(metric, query, now)]
        return [one for one in aggregate(found, query.how, query.end) if one.points]

    def _visible(self, metric: Metric, query: ListQuery, now: float) -> Iterator[Listed]:
        source, delay = metric.source, self.delay(metric)
        has_base = source.kind is MetricKind.CUMULATIVE and query.how.aligner != "ALIGN_NONE"
        start = query.start - (source.period if has_base else 0)
        found = self._world.series(
            source.metric, source.resource, start, min(query.end, now - delay)
        )
        for project in self._projects.seen_from(query.project):
            for one in found:
                listed = Listed(
                    metric_type=source.metric,
                    resource_type=source.resource,
                    kind=source.kind,
                    value_type=source.value,
                    metric=one.metric,
                    resource=resource_in(project, one.resource),
                    points=(),
                )
                if not matches(query.node, _subject(project, listed)):
                    continue
                points = self._readable(listed.key, one.points, now - delay)
                if points:
                    yield replace(listed, points=points)

    def _readable(
        self, key: str, points: Sequence[TruthPoint], until: float
    ) -> tuple[TruthPoint, ...]:
        """Return the points that are readable by now, from new to old."""
        safe = until - self._faults.late_by
        return tuple(
            p
            for p in reversed(points)
            if p.end <= safe or p.end + self._faults.lateness(key, p.end) <= until
        )


def _subject(project: str, listed: Listed) -> Subject:
    return Subject(
        metric_type=listed.metric_type,
        resource_type=listed.resource_type,
        project=project,
        metric=listed.metric,
        resource=listed.resource,
    )


def parse_query(request: Raw) -> ListQuery:
    """Read a request. Raises Refusal where it is wrong."""
    if not request.filter:
        raise invalid('Field filter had an invalid value of "": the filter is required.')
    if request.order_by:
        raise invalid("Field orderBy must be empty.")
    if not request.interval.HasField("start_time") or not request.interval.HasField("end_time"):
        raise invalid("Field interval.startTime and interval.endTime are required.")
    start, end = (_nanoseconds(s) for s in (request.interval.start_time, request.interval.end_time))
    if start >= end:
        raise invalid("Field interval had an invalid value: the start must be before the end.")
    node = filter_text.parse(request.filter)
    return ListQuery(
        project=project_of(request.name),
        node=node,
        metric=filter_text.metric_type(node),
        start=start // SECOND,
        end=end // SECOND,
        how=_aggregation(request),
    )


def _nanoseconds(stamp: Raw) -> int:
    return int(stamp.seconds) * SECOND + int(stamp.nanos)


def _aggregation(request: Raw) -> Aggregation:
    if not request.HasField("aggregation"):
        if request.HasField("secondary_aggregation"):
            raise invalid("secondaryAggregation needs aggregation.")
        return Aggregation(0.0)
    message = request.aggregation
    found = Aggregation(
        float(message.alignment_period.seconds),
        AggregationMessage.Aligner(message.per_series_aligner).name,
        AggregationMessage.Reducer(message.cross_series_reducer).name,
        tuple(message.group_by_fields),
    )
    found.check()
    return found


def points_between(series: Sequence[Listed], offset: int, size: int) -> Iterator[Listed]:
    """Yield the series whose points lie in [offset, offset + size) of all points in a row."""
    before = 0
    for one in series:
        first, last = max(0, offset - before), min(len(one.points), offset + size - before)
        if first < last:
            yield replace(one, points=one.points[first:last])
        before += len(one.points)
        if before >= offset + size:
            return


def _headers(series: Sequence[Listed], offset: int, size: int) -> list[Listed]:
    return [replace(one, points=()) for one in series[offset : offset + size]]


def _digest(request: Raw) -> str:
    """Return what all pages of one query have in common."""
    same = type(request)()
    same.CopyFrom(request)
    same.page_token, same.page_size = "", 0
    return hashlib.blake2b(same.SerializeToString(deterministic=True), digest_size=8).hexdigest()


def _token(cursor: Cursor, digest: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([*cursor, digest]).encode()).decode()


def _cursor(token: str, digest: str, now: float) -> Cursor:
    if not token:
        return Cursor(0, now)
    try:
        offset, at, known = json.loads(base64.urlsafe_b64decode(token))
        cursor = Cursor(int(offset), float(at))
    except (ValueError, TypeError):
        raise invalid("Field pageToken had an invalid value.") from None
    if known != digest:
        raise invalid("Field pageToken belongs to another query.")
    return cursor
