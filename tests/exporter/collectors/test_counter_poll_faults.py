"""Polls that fail, wholly or in part: what is kept, told, and counted later."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog import own
from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.read_window import SECOND
from exporter.errors import PollError, Reason
from tests.exporter.cloud_monitoring.messages import OK, SERVICE
from tests.exporter.cloud_monitoring.paper import PaperPoint
from tests.exporter.collectors.minutes import DELAY, START, Minutes, named, shown

REFUSES = """
PRAGMA foreign_keys = ON;
CREATE TABLE known (id INTEGER PRIMARY KEY);
CREATE TABLE claim (id INTEGER REFERENCES known (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TRIGGER refuse AFTER UPDATE ON ledger BEGIN INSERT INTO claim VALUES (1); END;
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Minutes]:
    """Give a bench that has polled once."""
    found = Minutes(tmp_path / "state.db")
    found.poll.read()
    yield found
    found.store.close()


def test_a_partial_answer_is_shown_and_settles_nothing(bench: Minutes) -> None:
    """What came is counted, the poll is at fault, and what was missing counts later."""
    assert bench.poll._ledger is not None
    covered = bench.poll._ledger.covered
    bench.api.partial = True
    bench.minutes(30, 10)
    missing = [p for p in bench.api.points if p.end > START and p.end % 180 == 0]
    bench.api.points = [p for p in bench.api.points if p not in missing]
    delivery = bench.poll.read()
    assert delivery.fault is not None
    assert (delivery.fault.reason, bench.poll._ledger.covered) == (Reason.PARTIAL, covered)
    hidden = [p for p in missing if p.visible <= bench.clock.now()]
    assert shown(delivery) == {named("2xx"): 400 - 10 * len(hidden)}
    bench.api.points += missing
    bench.api.partial = False
    assert shown(bench.poll.read()) == {named("2xx"): 400}
    assert bench.poll._ledger.covered > covered


def test_an_error_on_any_page_makes_an_answer_partial(bench: Minutes) -> None:
    """Only the first of several pages is partial, and the delivery is."""
    bench.minutes(3, 10)
    bench.api.page_points, page = 1, bench.api._page

    def first(points: list[PaperPoint]) -> Any:
        found = page(points)
        if points[0].end == bench.end - DELAY:
            found.execution_errors.add(message="zone-a")
        return found

    bench.api._page = first
    fault = bench.poll.read().fault
    assert fault is not None
    assert (fault.reason, str(fault)) == (Reason.PARTIAL, "part of the answer is missing: zone-a")


def test_an_api_that_is_away_keeps_the_page(bench: Minutes) -> None:
    """Counters stay as they were, the poll is at fault, and is tried again within a minute."""
    bench.api.down = True
    bench.minutes(5, 10)
    bench.poll.fetch.stretch(10.0)
    delivery = bench.poll.read()
    assert delivery.fault is not None
    assert (delivery.fault.reason, shown(delivery)) == (Reason.UNAVAILABLE, {named("2xx"): 100})
    assert bench.poll.due() == bench.clock.now() + 60.0


def not_found(query: Any) -> Iterator[Any]:
    """Answer as where a project does not have the metric."""
    raise PollError(Reason.NOT_FOUND, f"NOT_FOUND: {query.project}")
    yield


def test_a_metric_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    """A project that never had the metric answers NOT_FOUND; that is no data, not a failure."""
    bench = Minutes(tmp_path / "state.db")
    bench.api.pages = not_found
    delivery = bench.poll.read()
    assert (delivery.fault, delivery.data_time) == (None, None)
    bench.store.close()


def test_a_metric_that_is_gone_settles_nothing(bench: Minutes) -> None:
    """NOT_FOUND of a metric that had points is a fault; when it is back, all of it is counted."""
    pages, covered = bench.api.pages, bench.told(own.DATA_SECONDS)
    bench.api.pages = not_found
    for _ in range(100):
        bench.minutes(1, 10)
        fault = bench.poll.read().fault
        assert fault is not None
        assert str(fault) == "NOT_FOUND: p; it has had points, so nothing is settled"
    assert bench.told(own.DATA_SECONDS) == covered
    bench.api.pages = pages
    bench.minutes(2)
    assert shown(bench.poll.read()) == {named("2xx"): 1120}
    assert bench.told(own.DATA_SECONDS) == covered + 6120


def test_a_metric_that_was_gone_for_a_day_is_no_fault(bench: Minutes) -> None:
    """A log-based metric that was deleted fails for a day, then it has no data."""
    bench.api.pages = not_found
    bench.minutes(24 * 60)
    assert bench.poll.read().fault is not None
    bench.minutes(60)
    assert bench.poll.read().fault is None


def test_an_outage_beyond_the_look_back_is_a_gap(
    bench: Minutes, caplog: pytest.LogCaptureFixture
) -> None:
    """What can still be read is counted; the rest is told as a gap, and not as covered time."""
    covered = bench.told(own.DATA_SECONDS)
    bench.minutes(180, 10)
    with caplog.at_level(logging.ERROR):
        delivery = bench.poll.read()
    readable = 120 - DELAY // 60
    assert shown(delivery) == {named("2xx"): 100 + 10 * readable}
    assert bench.told(own.GAP) == (180 - readable) * 60.0
    assert bench.told(own.DATA_SECONDS) == covered + readable * 60.0
    assert "3720 s of source time could not be read" in caplog.text
    bench.minutes(1, 10)
    bench.poll.read()
    assert bench.told(own.GAP) == 3720.0


def test_a_failed_commit_counts_nothing_and_the_next_poll_all(bench: Minutes) -> None:
    """A full disk is a fault of the state; with room again every point counts once."""
    bench.minutes(3, 10)
    store: Any = bench.store
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    bench.minutes(3, *([10] * 3))
    bench.api.labels += [(OK, {**SERVICE, "service_name": str(n)}) for n in range(99)]
    end = bench.end - DELAY
    bench.api.points += [PaperPoint(3 + n, end, 1, bench.end) for n in range(99)]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(PollError, match="full; nothing was counted") as caught:
        bench.poll.read()
    assert caught.value.reason is Reason.STATE
    assert bench.poll.due() == bench.clock.now() + 60.0
    store._connection.execute("PRAGMA max_page_count = 100000")
    bench.poll.read()
    bench.poll.reveal()
    totals = bench.totals()
    assert (totals[named("2xx")], totals[named("5xx")], len(totals)) == (160, 10, 102)
    bench.poll.read()
    assert bench.totals() == totals


def test_a_commit_that_fails_at_its_end_is_no_commit(bench: Minutes) -> None:
    """Where the database refuses only at COMMIT, the next poll begins from what is on disk."""
    store: Any = bench.store
    store._connection.executescript(REFUSES)
    bench.minutes(20, 10)
    with pytest.raises(PollError, match="FOREIGN KEY constraint failed"):
        bench.poll.read()
    store._connection.execute("DROP TRIGGER refuse")
    bench.poll.read()
    bench.kill()
    bench.poll.read()
    assert bench.totals() == {named("2xx"): 300}


def test_a_damaged_file_counts_nothing_twice(tmp_path: Path) -> None:
    """Counting starts anew from now: what may have been counted before is not counted again."""
    bench = Minutes(tmp_path / "state.db")
    bench.poll.read()
    bench.store.close()
    (tmp_path / "state.db").write_bytes(b"damage" * 1000)
    bench.start()
    queries: list[Any] = []
    pages = bench.api.pages
    bench.api.pages = lambda query: (queries.append(query), pages(query))[1]
    for _ in range(4):
        assert bench.poll.read().fault is None
        assert bench.totals() == {}
        bench.minutes(1, 10)
    for _ in range(3):
        bench.poll.read()
        bench.minutes(1, 10)
    bench.poll.read()
    assert bench.poll._ledger is not None
    after = [p for p in bench.api.points if p.end * SECOND > bench.poll._ledger.start]
    readable = [p for p in after if p.visible <= bench.clock.now()]
    assert bench.totals() == {named("2xx"): 10 * len(readable)}
    assert all(query.start < query.end for query in queries)
    assert min(p.end for p in after) > START
    bench.store.close()


def test_a_mismatch_stops_the_poll(bench: Minutes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A metric that is another kind than the catalog says is not read at all."""
    described = Described(60, 120, "the API has GAUGE INT64, the catalog DELTA INT64")
    monkeypatch.setattr(bench.poll._shared.descriptors, "describe", lambda *_: described)
    with pytest.raises(PollError, match="cloudrun_requests_total: the API has GAUGE") as caught:
        bench.poll.read()
    assert (caught.value.reason, bench.api.calls) == (Reason.MISMATCH, 1)


def test_what_fails_within_counting_is_counted_by_the_next_poll(
    bench: Minutes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claims of a poll that broke down are forgotten with it: every point still counts once."""
    bench.minutes(3, 10)
    with monkeypatch.context() as broken:
        broken.setattr("exporter.cloud_monitoring.totals.Total.add_amount", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            bench.poll.read()
    bench.poll.read()
    assert bench.totals() == {named("2xx"): 130}
