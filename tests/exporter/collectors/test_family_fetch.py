"""What polls of counters and of gauges share: when to read, and at what cost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.cloud_monitoring.schedule import IDLE_AFTER, IDLE_INTERVAL
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
