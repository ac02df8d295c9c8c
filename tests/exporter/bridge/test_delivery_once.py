"""What is owed arrives once: over kills, stops, steps of the clock and a journal that fails."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.bridge.outcome import Later, Outcome, Sent
from exporter.errors import StateError
from tests.exporter.bridge.delivering import Bench
from tests.exporter.bridge.samples import journal

HOUR, DAY = 3_600.0, 86_400.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Make one on a new journal."""
    opened = journal(tmp_path / "journal.sqlite")
    yield Bench(opened)
    opened.close()


@pytest.mark.parametrize("step", [-DAY, -600.0, 600.0, DAY, 400 * DAY])
def test_a_step_of_the_clock_neither_loses_nor_doubles(bench: Bench, step: float) -> None:
    """Set back or ahead, the clock gives nothing up, holds nothing back for long, sends no more."""
    bench.taker.answer = lambda number: Later("500") if number == 1 else Sent()
    bench.owe(1, 2)
    bench.go_on(30)
    bench.clock.off = step
    bench.go_on(5)
    assert bench.gauge("dead_letters") == 0
    bench.taker.answer = lambda _: Sent()
    bench.go_on(HOUR + 60)
    assert bench.count("sent") == 2
    assert bench.taker.tried.count(2) == 1


def test_a_kill_between_sent_and_marked_sends_once_more(bench: Bench) -> None:
    """The one stated case: what was sent and not marked is sent once more after a restart."""

    def killed(_: int) -> Outcome:
        raise KeyboardInterrupt

    bench.owe(1, 2)
    bench.taker.answer = killed
    with pytest.raises(KeyboardInterrupt):
        bench.delivery.deliver_due()
    bench.restart()
    bench.taker.answer = lambda _: Sent()
    bench.go_on(5)
    assert bench.taker.tried == [1, 1, 2]


def test_what_cannot_be_marked_is_not_sent_twice(bench: Bench) -> None:
    """What was sent while the journal could not be written is marked when it can, not sent."""
    bench.journal._file.connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(bench.journal.path, isolation_level=None)

    def locking(number: int) -> Outcome:
        if number == 1:
            other.execute("BEGIN IMMEDIATE")
        return Sent()

    bench.owe(1, 2)
    bench.taker.answer = locking
    with pytest.raises(StateError):
        bench.delivery.deliver_due()
    other.close()
    bench.taker.answer = lambda _: Sent()
    bench.go_on(2)
    assert bench.taker.tried == [1, 2]
    assert bench.count("sent") == 2


def test_a_stop_ends_after_what_is_being_sent(bench: Bench) -> None:
    """After `stop` nothing more is sent; the rest is delivered by the next process."""
    bench.owe(1, 2, 3)

    def stopping(_: int) -> Outcome:
        bench.delivery.stop()
        return Sent()

    bench.taker.answer = stopping
    bench.delivery.deliver_due()
    assert bench.taker.tried == [1]
    bench.taker.answer = lambda _: Sent()
    bench.restart()
    bench.go_on(1)
    assert bench.taker.tried == [1, 2, 3]


OUTCOMES = st.sampled_from([Sent(), Later("500"), Later("429", 30.0), Sent(5.0), KeyboardInterrupt])


@settings(max_examples=settings.default.max_examples // 3)
@given(st.lists(OUTCOMES, max_size=40), st.integers(1, 12))
def test_whatever_happens_each_arrives_and_none_twice(
    tmp_path_factory: pytest.TempPathFactory, outcomes: list[object], alerts: int
) -> None:
    """Through failures, limits and kills each alert arrives, and twice after a kill only."""
    opened = journal(tmp_path_factory.mktemp("journal") / "journal.sqlite")
    bench = Bench(opened)
    arrived: list[int] = []
    kills = 0

    def scripted(number: int) -> Outcome:
        outcome = outcomes.pop(0) if outcomes else Sent()
        if outcome is KeyboardInterrupt or isinstance(outcome, Sent):
            arrived.append(number)
        if outcome is KeyboardInterrupt:
            raise KeyboardInterrupt
        assert isinstance(outcome, Sent | Later)
        return outcome

    bench.taker.answer = scripted
    bench.owe(*range(alerts))
    for _ in range(60):
        try:
            bench.go_on(600, every=200)
        except KeyboardInterrupt:
            kills += 1
            bench.restart()
    opened.close()
    assert set(arrived) == set(range(alerts))
    assert len(arrived) <= alerts + kills
