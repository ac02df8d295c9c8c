"""What polls of counters and of gauges share: when to read, and at what cost."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.gauge_reader import GaugeReader
from exporter.cloud_monitoring.points import Identities
from exporter.cloud_monitoring.schedule import IDLE_AFTER, IDLE_INTERVAL
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.collectors.family_fetch import FamilyFetch
from exporter.errors import PollError, Reason
from tests.exporter.cloud_monitoring.paper import PaperPoint
from tests.exporter.collectors.minutes import Minutes


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Minutes]:
    """Give a bench that has not polled."""
    found = Minutes(tmp_path / "state.db")
    yield found
    found.store.close()


def test_a_poll_says_what_it_reads(bench: Minutes) -> None:
    """Project, family and interval are the poll's own; its name is for people."""
    poll = bench.poll
    assert (poll.project, poll.family) == ("p", "cloudrun_requests_total")
    assert (poll.name, poll.interval, poll.stretched) == ("p/cloudrun_requests_total", 60.0, False)
    poll.fetch.stretch(1.5)
    assert (poll.interval, poll.stretched) == (90.0, True)


def test_a_stretch_does_not_change_what_a_load_is(bench: Minutes) -> None:
    """The budget is weighed by intervals as configured; idle metrics are read more seldom."""
    fetch = bench.poll.fetch
    fetch.stretch(3.0)
    assert fetch.unstretched_interval == 60.0
    bench.api.points.clear()
    for _ in range(IDLE_AFTER):
        bench.poll.read()
    assert fetch.unstretched_interval == IDLE_INTERVAL


def test_a_read_is_planned_by_what_it_found(bench: Minutes) -> None:
    """After a failure within a minute, after a find an interval later; both were tried."""
    fetch = bench.poll.fetch
    assert (fetch.tried, bench.poll.due()) == (False, 0.0)
    bench.api.down = True
    bench.poll.read()
    assert (fetch.tried, bench.poll.due()) == (True, bench.clock.now() + 60.0)
    bench.api.down = False
    fetch.stretch(10.0)
    bench.poll.read()
    assert bench.poll.due() > bench.clock.now() + 300.0


def test_a_partial_answer_with_points_is_planned_as_one_that_worked(bench: Minutes) -> None:
    """Its newest point says when the next can be read."""
    bench.api.partial = True
    bench.poll.fetch.stretch(10.0)
    delivery = bench.poll.read()
    assert delivery.fault is not None
    assert delivery.fault.reason is Reason.PARTIAL
    assert bench.poll.due() > bench.clock.now() + 300.0


def test_a_poll_that_fails_was_tried(bench: Minutes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it raises: the cost of all polls is known once each was tried."""

    def describe(*_: object) -> None:
        raise PollError(Reason.QUOTA, "no turn")

    monkeypatch.setattr(bench.poll._shared.descriptors, "describe", describe)
    with pytest.raises(PollError):
        bench.poll.read()
    assert (bench.poll.fetch.tried, bench.poll.fetch.billed) == (True, 0)


def test_families_are_read_a_little_apart(bench: Minutes) -> None:
    """By up to two seconds, the same at every start."""
    offset = bench.poll.fetch.timetable.offset
    assert 0 < offset < 2.0
    bench.kill()
    assert bench.poll.fetch.timetable.offset == offset


def test_a_long_error_is_cut(bench: Minutes) -> None:
    """What is missing is said in the first 200 characters of the API's words."""
    page = bench.api._page

    def wordy(points: list[PaperPoint]) -> Any:
        found = page(points)
        found.execution_errors.add(message="x" * 300)
        return found

    bench.api._page = wordy
    assert str(bench.poll.read().fault) == f"part of the answer is missing: {'x' * 200}"


class Undescribed:
    """Descriptors that cannot be listed."""

    def describe(self, project: str, source: CloudMonitoring) -> Described:
        """Return the documented values, and why there are no others."""
        return Described(source.period, source.delay, unread=f"{project}: no metric descriptors")


def test_descriptors_that_cannot_be_listed_are_warned_of(
    bench: Minutes, caplog: pytest.LogCaptureFixture
) -> None:
    """Once, where points can be read; else what keeps points away is the fault."""
    fetch = bench.poll.fetch
    fetch._shared = replace(fetch._shared, descriptors=Undescribed())
    bench.api.down = True
    bench.poll.read()
    assert caplog.messages == []
    bench.api.down = False
    for _ in range(2):
        bench.poll.read()
    assert caplog.messages == ["p: no metric descriptors"]


class EmptyPage:
    """A page without series or errors."""

    time_series: tuple[()] = ()
    execution_errors: tuple[()] = ()


class EmptyPages:
    """Serves two empty pages, and checks that the first is gone when the second is requested."""

    def __init__(self) -> None:
        self.queries: list[SeriesQuery] = []
        self.served: list[weakref.ref[EmptyPage]] = []

    def pages(self, query: SeriesQuery) -> Iterator[EmptyPage]:
        """Yield the pages."""
        self.queries.append(query)
        for _ in range(2):
            assert [page() for page in self.served] == [None] * len(self.served)
            page = EmptyPage()
            self.served.append(weakref.ref(page))
            yield page
            del page


@pytest.mark.parametrize(
    ("name", "points"),
    [("cloudrun_requests_total", 100_000), ("cloudrun_request_duration_seconds", 25_000)],
)
def test_pages_are_read_one_at_a_time(bench: Minutes, name: str, points: int) -> None:
    """None is held while the next one is requested; pages of distributions have fewer points."""
    family, api = CATALOG[name], EmptyPages()
    assert isinstance(family.source, CloudMonitoring)
    target = FamilyTarget(project="p", family=family, source=family.source)
    fetch = FamilyFetch(target, replace(bench.poll.fetch._shared, client=api))
    reader = GaugeReader(family.source, Identities(family, family.source, "p"))
    assert fetch.pages(reader, 0, 1) is None
    assert len(api.served) == 2
    assert [query.page_size for query in api.queries] == [points]
