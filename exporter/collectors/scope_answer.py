"""One answer of a scoping project, shared by the polls of the projects whose series are in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.owners import PageExtract, owner, reads, target_filter
from exporter.cloud_monitoring.points import Raw, unix_nanoseconds
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import FamilyTarget, SeriesSource
from exporter.errors import PollError


@dataclass(frozen=True, slots=True)
class LaterPoints:
    """A series, of which only some points are read."""

    metric: Raw
    resource: Raw
    metric_kind: int
    value_type: int
    points: list[Raw]


class ScopeAnswer:
    """The pages of one call, by the project of their series.

    The first poll that reads in a round makes the call, for the points of all projects that are not
    settled. A project whose points were not read for longer makes it anew.
    """

    def __init__(self, client: SeriesSource, target: FamilyTarget, lookback: float) -> None:
        """Make calls by `client`, which return points of `lookback` seconds at most."""
        self._client, self._target = client, target
        self._lookback = int(lookback * SECOND)
        self.begin({})

    def begin(self, reached: Mapping[str, int]) -> None:
        """Begin a round; `reached` has a time for each project, whose later points are needed."""
        self._reached = reached
        self._forget()

    def _forget(self) -> None:
        self._start: int | None = None
        self._pages: dict[str, list[PageExtract]] = {}
        self._errors: list[Raw] = []
        self._fault: PollError | None = None
        self.returned = 0

    @property
    def owners(self) -> tuple[str, ...]:
        """The projects that have series in the answer, without those that are listed."""
        return tuple(self._pages)

    def pages(self, project: str, query: SeriesQuery) -> Iterator[PageExtract]:
        """Yield a project's part of each page. Raises PollError; pages before it are valid."""
        if self._start is None:
            earliest = max(min(self._reached.values(), default=query.start), self._oldest(query))
            self._call(query, min(query.start, earliest))
        elif self._lacks(project, query, self._start):
            self._call(query, query.start)
        for page in self._pages.get(project, ()):
            yield _after(page, query.start)
        if self._errors:
            yield PageExtract((), self._errors)
        if self._fault:
            raise self._fault

    def _oldest(self, query: SeriesQuery) -> int:
        return query.end - self._lookback

    def _lacks(self, project: str, query: SeriesQuery, start: int) -> bool:
        """Return whether the answer, which begins at `start`, lacks points of a project.

        A read may look further back for late points; how far is for the scope's own read to decide.
        """
        reached = self._reached.get(project)
        return reached is not None and max(query.start, min(reached, query.end - 1)) < start

    def _call(self, query: SeriesQuery, start: int) -> None:
        self._forget()
        target = self._target
        query = replace(query, project=target.project, filter=target_filter(target), start=start)
        self._start = start
        try:
            for page in self._client.pages(query):
                self._take(page)
        except PollError as error:
            self._fault = error

    def _take(self, page: Raw) -> None:
        """Give each series of a page to its project; a listed project reads its own itself."""
        found: dict[str, list[Raw]] = {}
        for series in page.time_series:
            found.setdefault(owner(series, self._target.project), []).append(series)
        for project, series in found.items():
            if reads(self._target, project):
                self._pages.setdefault(project, []).append(PageExtract(series))
        self._errors.extend(page.execution_errors)
        self.returned += len(page.time_series)


class MemberSeries:
    """What the polls of one project of a scope read instead of calling."""

    def __init__(self, answer: ScopeAnswer, project: str) -> None:
        self._answer, self._project = answer, project

    def pages(self, query: SeriesQuery) -> Iterator[PageExtract]:
        """Yield the project's part of each page. Raises PollError."""
        return self._answer.pages(self._project, query)


def _after(page: PageExtract, start: int) -> PageExtract:
    """Return a page as a call for the points after `start` would return it."""
    found = (_later(series, start) for series in page.time_series)
    return replace(page, time_series=[series for series in found if series.points])


def _later(series: Raw, start: int) -> Raw | LaterPoints:
    # Points come newest first, or in no order.
    if all(unix_nanoseconds(p.interval.end_time) > start for p in series.points[-1:]) and all(
        unix_nanoseconds(p.interval.end_time) > start for p in series.points[:1]
    ):
        return series
    points = [p for p in series.points if unix_nanoseconds(p.interval.end_time) > start]
    return LaterPoints(
        metric=series.metric,
        resource=series.resource,
        metric_kind=series.metric_kind,
        value_type=series.value_type,
        points=points,
    )
