"""A metrics scope: one call for many projects, each counted as if it were listed."""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.catalog import own
from exporter.cloud_monitoring.checkpoint_rows import drop
from exporter.cloud_monitoring.target import Margins
from exporter.collectors.scope_poll import ScopePoll
from exporter.errors import PollError, Reason
from tests.exporter.cloud_monitoring.paper import PaperPoint
from tests.exporter.collectors.scopes import INSTANCES, REQUESTS, ScopeBench, by_project


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ScopeBench]:
    """Give three projects, of which s sees all, after half an hour of requests."""
    found = ScopeBench(tmp_path / "state.db", "s", "a", "b")
    found.minutes(30, 10, 20, 30)
    yield found
    found.store.close()


LISTED = {"projects": ["s", "a", "b"]}
SCOPE = {"scope": "s"}
MIXED = {"scope": "s", "projects": ["b"]}


def test_a_round_is_one_call(bench: ScopeBench) -> None:
    """All projects of a scope are read by one call, and billed as the series that it returns."""
    bench.use(**SCOPE)
    assert set(by_project(bench.read())) == {"s", "a", "b"}
    bench.minutes(1, 10, 20, 30)
    before = by_project(bench.read())
    bench.minutes(1, 10, 20, 30)
    assert by_project(bench.read()) == {
        "s": before["s"] + 10,
        "a": before["a"] + 20,
        "b": before["b"] + 30,
    }
    assert [project for project, _ in bench.api.called] == ["s"] * 3
    assert bench.telemetry.value(own.API_SERIES, ("s", REQUESTS)) == 9
    assert bench.telemetry.value(own.DATA_SECONDS, ("b", REQUESTS)) > 0


def test_an_empty_scope_is_billed_as_one_series(bench: ScopeBench) -> None:
    """A family without any series costs one series a call, however many projects there are."""
    bench.api.points.clear()
    bench.use(**SCOPE)
    bench.read()
    assert bench.telemetry.sum(own.API_SERIES) == 1


@pytest.mark.parametrize("seed", range(12))
def test_no_change_of_settings_resets_or_doubles_a_counter(bench: ScopeBench, seed: int) -> None:
    """Through reloads, kills and refusals, listed or in the scope, every request counts once."""
    chance = random.Random(seed)
    bench.use(**chance.choice([LISTED, SCOPE, MIXED]))
    shown: dict[str, float] = {}
    for _ in range(40):
        bench.minutes(chance.randint(1, 4), *(chance.choice([0, 1, 7]) for _ in range(3)))
        bench.api.denied = set() if chance.random() < 0.8 else {chance.choice("sab")}
        now = by_project(bench.revealed())
        for project, value in now.items():
            assert value >= shown.get(project, 0), project
        shown.update(now)
        if chance.random() < 0.3:
            bench.kill()
        if chance.random() < 0.3:
            bench.use(**chance.choice([LISTED, SCOPE, MIXED]))
    bench.api.denied = set()
    bench.use(**SCOPE)
    final = by_project(bench.revealed())
    assert final == {project: bench.truth(project) for project in ("s", "a", "b")}


@pytest.mark.parametrize("filters", [True, False])
def test_a_listed_project_owns_its_series(bench: ScopeBench, *, filters: bool) -> None:
    """A scope leaves a listed project's series out, also of what is billed where that works."""
    bench.api.filters = filters
    bench.use(**MIXED)
    found = bench.read()
    assert set(by_project({"s": found[f"s/{REQUESTS}"]})) == {"s", "a"}
    assert set(by_project({"b": found[f"b/{REQUESTS}"]})) == {"b"}
    billed = bench.telemetry.value(own.API_SERIES, ("s", REQUESTS))
    assert billed == (2 if filters else 3)


def test_a_listed_scoping_project_returns_only_its_own(
    bench: ScopeBench, caplog: pytest.LogCaptureFixture
) -> None:
    """A listed project's answer is read without foreign series, and queried so from then on."""
    bench.use(projects=["s", "b"])
    with caplog.at_level(logging.WARNING):
        assert set(by_project(bench.read())) == {"s", "b"}
    assert "s also returns series of a, which is not read" in caplog.text
    assert "series of b" not in caplog.text
    bench.minutes(1, 10, 20, 30)
    before = bench.telemetry.value(own.API_SERIES, ("s", REQUESTS))
    assert set(by_project(bench.read())) == {"s", "b"}
    assert bench.telemetry.value(own.API_SERIES, ("s", REQUESTS)) == before + 1
    assert bench.api.called[-2][1].endswith('resource.labels.project_id = "s"')


def test_a_project_that_joins_is_seen_to_rise(bench: ScopeBench) -> None:
    """A project that is new in a scope shows 0 first, so that its first requests are a rise."""
    bench.api.points = [p for p in bench.api.points if p.series != 2]
    bench.use(**SCOPE)
    assert "b" not in by_project(bench.read())
    bench.minutes(3, 10, 20, 5)
    found = bench.read()[f"s/{REQUESTS}"]
    assert by_project({"s": found})["b"] == 0
    assert found.reveal is not None
    (poll,) = bench.collector.polls()
    shown = poll.reveal()  # type: ignore[union-attr]
    assert shown is not None
    assert by_project({"s": shown})["b"] == 5
    bench.kill()
    assert by_project(bench.read())["b"] == 5


def test_an_idle_project_stays(bench: ScopeBench) -> None:
    """A project without new points keeps its counters, over a reload and a restart."""
    bench.use(projects=["a", "b"])
    before = by_project(bench.read())
    bench.minutes(40, 1, 1, 0)
    bench.use(**SCOPE)
    assert by_project(bench.read())["b"] >= before["b"]
    bench.kill()
    bench.minutes(1, 1, 1, 3)
    bench.minutes(2, 1, 1, 0)
    bench.api.called.clear()
    assert by_project(bench.read())["b"] == bench.truth("b")
    assert len(bench.api.called) == 1
    assert bench.telemetry.sum(own.POINTS_TOO_LATE) == 0


def test_a_project_that_was_not_read_for_long_is_caught_up(bench: ScopeBench) -> None:
    """Points of an outage of one project count when the scope sees it: by one more call, once."""
    bench.margins = Margins(600.0, 3 * 86400.0)
    bench.use(projects=["a", "b"])
    bench.read()
    bench.use(projects=["a"])
    bench.minutes(1800, 1, 1, 1)
    bench.read()
    bench.use(**SCOPE)
    bench.api.called.clear()
    assert by_project(bench.read())["b"] == bench.truth("b")
    assert len(bench.api.called) == 2
    bench.minutes(1, 1, 1, 1)
    assert by_project(bench.read())["b"] == bench.truth("b")
    assert len(bench.api.called) == 3


def test_a_refused_scope_keeps_its_counters(bench: ScopeBench) -> None:
    """While the scoping project is refused, the counters stay as they were, and the poll fails."""
    bench.use(**SCOPE)
    before = by_project(bench.read())
    bench.minutes(2, 10, 20, 30)
    bench.api.denied = {"s"}
    found = bench.read()[f"s/{REQUESTS}"]
    assert by_project({"s": found}) == before
    assert found.fault is not None
    assert found.fault.reason is Reason.PERMISSION
    bench.api.denied = set()
    assert by_project(bench.read()) == {p: bench.truth(p) for p in ("s", "a", "b")}


def test_a_part_of_an_answer_settles_nothing(bench: ScopeBench) -> None:
    """Series that came while others are missing count; the missing ones count when they come."""
    bench.use(**SCOPE)
    bench.read()
    for partial, breaks_after in ((True, 100), (False, 1)):
        bench.minutes(30, 10, 20, 30)
        bench.api.partial, bench.api.breaks_after, bench.api.page_points = partial, breaks_after, 7
        assert bench.read()[f"s/{REQUESTS}"].fault is not None
        bench.api.partial, bench.api.breaks_after = False, 100
        assert by_project(bench.read()) == {p: bench.truth(p) for p in ("s", "a", "b")}


def test_what_cannot_be_written_is_not_shown(bench: ScopeBench) -> None:
    """Where the state file fails, nothing of the round is exposed, and the next one counts all."""
    bench.use(**SCOPE)
    bench.read()
    bench.minutes(2, 10, 20, 30)
    with _unwritable(bench):
        assert bench.read() == {}
    assert by_project(bench.read()) == {p: bench.truth(p) for p in ("s", "a", "b")}
    bench.kill()
    assert by_project(bench.read()) == {p: bench.truth(p) for p in ("s", "a", "b")}


def test_what_cannot_be_revealed_waits_for_the_next_read(bench: ScopeBench) -> None:
    """A full disk while zeros are shown is no defect: they are shown until values are on disk."""
    bench.api.points = [p for p in bench.api.points if p.series != 2]
    bench.use(**SCOPE)
    bench.read()
    bench.minutes(3, 10, 20, 30)
    (poll,) = bench.collector.polls()
    assert isinstance(poll, ScopePoll)
    assert by_project(bench.read())["b"] == 0
    with _unwritable(bench), pytest.raises(PollError, match="full"):
        poll.reveal()
    assert poll.reveal() is None
    bench.minutes(1, 10, 20, 30)
    with _unwritable(bench), pytest.raises(PollError, match="full"):
        poll.read()
    assert poll.reveal() is None
    assert by_project(bench.read())["b"] == 0
    assert by_project(bench.revealed()) == {p: bench.truth(p) for p in ("s", "a", "b")}


@contextmanager
def _unwritable(bench: ScopeBench) -> Iterator[None]:
    """Let every write of a total's row fail."""
    db = bench.store._connection
    db.execute("CREATE TRIGGER full BEFORE INSERT ON total BEGIN SELECT RAISE(FAIL, 'full'); END")
    yield
    db.execute("DROP TRIGGER full")


def test_what_the_scoping_project_counted_goes_on(bench: ScopeBench) -> None:
    """Counters of other projects in the scoping project's own ledger are theirs in the scope."""
    bench.use(projects=["s"])
    bench.read()
    shape = bench._shape()
    ledger = bench.store.load(f"s/{REQUESTS}", shape)
    assert ledger is not None
    total = ledger.total(("b", "us-central1", "s", "2xx"))
    total.value, total.last, total.shown = 1000, ledger.watermark, True
    bench.store.commit(f"s/{REQUESTS}", shape, ledger)
    bench.use(projects=["s", "b"])
    assert by_project(bench.read())["b"] < 1000
    (row,) = bench.store._connection.execute("SELECT id FROM ledger WHERE name LIKE 'b/%'")
    drop(bench.store._connection, row[0])
    bench.use(**SCOPE)
    assert by_project(bench.read())["b"] >= 1000
    bench.kill()
    found = by_project(bench.read())
    assert found["b"] >= 1000
    assert by_project(bench.use(**LISTED).read()) == found


def test_gauges_are_each_project_s(tmp_path: Path) -> None:
    """A gauge has the newest value of each project, and loses a project that has none."""
    bench = ScopeBench(tmp_path / "state.db", "s", "a", "b", family=INSTANCES)
    bench.api.kind = "GAUGE"
    bench.api.labels = [({"state": "active"}, resource) for _, resource in bench.api.labels]
    bench.use(**SCOPE)
    bench.minutes(10, 1, 2, 3)
    assert by_project(bench.read()) == {"s": 1, "a": 2, "b": 3}
    bench.minutes(30, 1, 2, 0)
    assert by_project(bench.read()) == {"s": 1, "a": 2}
    bench.api.page_points, bench.api.breaks_after = 1, 1
    found = bench.read()
    assert by_project(found) == {"s": 1, "a": 2}
    assert found[f"s/{INSTANCES}"].fault is not None
    bench.store.close()


def test_a_project_by_its_number_reads_its_own(bench: ScopeBench) -> None:
    """A number cannot be compared with the ids of series: they are read, but for listed ones."""
    bench.api.scoping = "123"
    bench.use(projects=["123", "b"])
    found = bench.read()
    assert set(by_project({"n": found[f"123/{REQUESTS}"]})) == {"s", "a"}


def test_series_without_a_project_are_the_caller_s(bench: ScopeBench) -> None:
    """A series whose resource has no project, or its number, belongs to the called project."""
    for resource in ({}, {"project_id": "4711"}):
        bench.api.labels.append((bench.api.labels[0][0], {**_service(), **resource}))
    number = len(bench.api.labels) - 2
    for series in (number, number + 1):
        bench.api.points.append(PaperPoint(series, bench.end - 120, 5, 0.0))
    bench.use(**SCOPE)
    found = by_project(bench.read())
    assert found["4711"] == 5
    assert set(found) == {"s", "a", "b", "4711"}


def _service() -> dict[str, str]:
    return {
        "location": "us-central1",
        "service_name": "other",
        "revision_name": "r1",
        "configuration_name": "other",
    }
