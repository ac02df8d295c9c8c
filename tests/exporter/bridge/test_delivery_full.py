"""What is owed while the journal cannot be written: tried no more often, and noted when it can."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exporter.bridge.outcome import Later, Refused, Sent
from exporter.errors import StateError
from tests.exporter.bridge.delivering import Bench
from tests.exporter.bridge.samples import journal

HOUR = 3_600.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Make one on a new journal."""
    opened = journal(tmp_path / "journal.sqlite")
    yield Bench(opened)
    opened.close()


@contextmanager
def full(bench: Bench) -> Iterator[None]:
    """Let the journal's deliveries be read only, as a full disk does."""
    connection = bench.journal._file.connection
    connection.execute(
        "CREATE TEMP TRIGGER full BEFORE UPDATE ON delivery BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    yield
    connection.execute("DROP TRIGGER full")


def go_on_full(bench: Bench, seconds: int) -> None:
    """Let time pass while the journal cannot be written, which each look says."""
    for _ in range(seconds):
        with pytest.raises(StateError):
            bench.go_on(1)


def test_a_full_disk_does_not_hasten_what_fails(bench: Bench) -> None:
    """Tries that the journal cannot note are as far apart as others, and end with a success."""
    bench.taker.answer = lambda _: Later("500")
    bench.owe(1)
    with full(bench):
        go_on_full(bench, 120)
        assert len(bench.taker.tried) == 5
        assert bench.faults.lasting(100) == ("sentry: 500",)
        bench.taker.answer = lambda _: Sent()
        go_on_full(bench, 120)
        assert bench.faults.lasting(0) == ()
    bench.go_on(HOUR, every=60)
    assert len(bench.taker.tried) == 6
    assert (bench.count("sent"), bench.gauge("deliveries_pending")) == (1, 0)


def test_a_full_disk_asks_no_second_time_for_what_is_refused(bench: Bench) -> None:
    """What a target refuses while the journal cannot note it is a dead letter when it can."""
    bench.taker.answer = lambda number: Refused("400") if number == 1 else Sent()
    bench.owe(1, 2, 3)
    with full(bench):
        go_on_full(bench, 5)
        assert bench.taker.tried == [1, 2, 3]
        assert bench.journal.deliveries.dead_letters() == ()
    bench.go_on(1)
    assert [letter.error for letter in bench.journal.deliveries.dead_letters()] == ["400"]
    assert bench.taker.tried == [1, 2, 3]
    assert (bench.count("sent"), bench.count("dead")) == (2, 1)


def test_a_target_that_is_back_gets_all_while_the_disk_is_full(bench: Bench) -> None:
    """The first that arrives takes along what was put off in memory only."""
    bench.taker.answer = lambda _: Later("away")
    bench.owe(*range(1, 21))
    with full(bench):
        go_on_full(bench, 100)
        bench.taker.answer = lambda _: Sent()
        go_on_full(bench, 100)
        assert bench.count("sent") == 20
    bench.go_on(2)
    assert bench.gauge("deliveries_pending") == 0
