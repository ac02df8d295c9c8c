"""What the journal owes is delivered: once, in time, through every fault of the target."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.bridge import delivery
from exporter.bridge.delivery import IN_A_ROW, MOST_TRIES, DeliveryLoop
from exporter.bridge.delivery_faults import GIVEN_UP, DeliveryFaults
from exporter.bridge.journal import AlertJournal
from exporter.bridge.journal_rows import JournaledAlert
from exporter.bridge.outcome import Later, Outcome, Refused, Sent
from exporter.catalog import own_delivery
from exporter.errors import StateError
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.bridge.samples import BEGAN, firing, journal, notified, resolved

HOUR, DAY = 3_600.0, 86_400.0


@dataclass
class Taker:
    """A target that keeps what it is sent, and answers as it is set."""

    answer: Callable[[int], Outcome] = lambda _: Sent()
    tried: list[int] = field(default_factory=list)

    def deliver(self, journaled: JournaledAlert) -> Outcome:
        """Keep the alert's number."""
        number = int(journaled.alert.fingerprint, 16)
        self.tried.append(number)
        return self.answer(number)


@dataclass
class Bench:
    """A journal, a target and a delivery, at a time that is set by hand."""

    journal: AlertJournal
    taker: Taker = field(default_factory=Taker)
    clock: HandClock = field(default_factory=lambda: HandClock(BEGAN))
    telemetry: Telemetry = field(default_factory=lambda: Telemetry(BEGAN))

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the journal has, as after a kill."""
        self.faults = DeliveryFaults(self.clock)
        owed = self.journal.deliveries
        self.delivery = DeliveryLoop(owed, self.clock, self.telemetry, self.faults)
        self.delivery.targets = {"sentry": self.taker}

    def owe(self, *numbers: int) -> None:
        """Journal alerts that the target is owed."""
        given = notified(*map(firing, numbers))
        self.journal.receive(given, ("sentry",), self.clock.now())

    def go_on(self, seconds: float, every: float = 1.0) -> None:
        """Let time pass, and deliver what is due."""
        end = self.clock.time + seconds
        while self.clock.time < end:
            self.clock.time += every
            self.delivery.deliver_due()

    def count(self, outcome: str) -> float:
        """Return how often something became of a try."""
        return self.telemetry.value(own_delivery.DELIVERIES, ("sentry", outcome))

    def gauge(self, name: str) -> float:
        """Return a gauge of the target."""
        family = next(f for f in own_delivery.FAMILIES if f.name == f"ionmon_bridge_{name}")
        return self.telemetry.value(family, ("sentry",))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Make one on a new journal."""
    opened = journal(tmp_path / "journal.sqlite")
    yield Bench(opened)
    opened.close()


def test_each_alert_is_delivered_once(bench: Bench) -> None:
    """What fires is delivered once; its repeats and its end are not."""
    bench.owe(1, 2)
    bench.go_on(5)
    bench.owe(1, 2)
    given = notified(resolved(firing(1)))
    bench.journal.receive(given, ("sentry",), bench.clock.now())
    bench.go_on(DAY, every=60)
    assert bench.taker.tried == [1, 2]
    assert (bench.count("sent"), bench.gauge("deliveries_pending")) == (2, 0)


def test_a_failure_is_tried_again_ever_more_rarely(bench: Bench) -> None:
    """Tries are 5 s apart at first, then twice as long each time, up to a quarter of an hour."""
    tries: list[float] = []

    def away(_: int) -> Outcome:
        tries.append(bench.clock.time)
        return Later("away")

    bench.taker.answer = away
    bench.owe(1)
    bench.go_on(2 * HOUR)
    apart = [after - before for before, after in pairwise(tries)]
    expected = [min(5.0 * 2**n, 900.0) for n in range(len(apart))]
    assert len(apart) > 10
    for found, wanted in zip(apart, expected, strict=True):
        assert 0.8 * wanted <= found <= 1.2 * wanted + 1


def test_after_a_day_it_is_a_dead_letter(bench: Bench) -> None:
    """A hundred failures, about a day, end in a dead letter, which `retry` sends again."""
    bench.taker.answer = lambda _: Later("Sentry answered 503")
    bench.owe(1)
    bench.go_on(22 * HOUR, every=30)
    assert bench.gauge("dead_letters") == 0
    bench.go_on(6 * HOUR, every=30)
    (letter,) = bench.journal.deliveries.dead_letters()
    assert (letter.tries, letter.error) == (MOST_TRIES, "Sentry answered 503")
    assert len(bench.taker.tried) == MOST_TRIES
    assert bench.gauge("dead_letters") == 1
    bench.taker.answer = lambda _: Sent()
    bench.go_on(DAY, every=60)
    assert len(bench.taker.tried) == MOST_TRIES
    assert bench.journal.deliveries.retry(bench.clock.now()) == 1
    bench.go_on(1)
    assert bench.gauge("dead_letters") == 0
    assert bench.count("sent") == 1


def test_what_is_refused_costs_itself_only(bench: Bench) -> None:
    """An alert that the target will never take is a dead letter at once; the others arrive."""
    bench.taker.answer = lambda number: Refused("400") if number == 2 else Sent()
    bench.owe(1, 2, 3)
    bench.go_on(1)
    assert bench.taker.tried == [1, 2, 3]
    assert [letter.error for letter in bench.journal.deliveries.dead_letters()] == ["400"]
    assert bench.faults.lasting(600) == ("sentry: 400",)
    bench.clock.time += GIVEN_UP
    assert bench.faults.lasting(600) == ()


def test_an_alert_that_breaks_its_sender_costs_itself_only(bench: Bench) -> None:
    """A defect in making one event is a dead letter, and the others arrive."""

    def broken(number: int) -> Outcome:
        return Sent() if number != 1 else Sent(1 / 0)

    bench.taker.answer = broken
    bench.owe(1, 2)
    bench.go_on(1)
    assert bench.count("sent") == 1
    (letter,) = bench.journal.deliveries.dead_letters()
    assert letter.error == "a defect of ionmon; see its log"


def test_one_that_always_fails_does_not_hold_up_the_others(bench: Bench) -> None:
    """A target that stumbles over one alert gets all others at once."""
    bench.taker.answer = lambda number: Later("500") if number == 1 else Sent()
    bench.owe(*range(1, 50))
    bench.go_on(1)
    assert bench.count("sent") == 48
    bench.go_on(HOUR)
    assert bench.taker.tried.count(1) < 15
    assert set(bench.taker.tried[49:]) == {1}


def test_a_target_that_is_away_is_not_asked_for_each_alert(bench: Bench) -> None:
    """After three failures in a row the others wait with them, without a time-out each."""
    bench.taker.answer = lambda _: Later("away")
    bench.owe(*range(1, 90))
    bench.go_on(1)
    assert bench.taker.tried == list(range(1, IN_A_ROW + 1))
    bench.go_on(2)
    assert len(bench.taker.tried) == IN_A_ROW


def test_when_a_target_is_back_nothing_waits(bench: Bench) -> None:
    """The first alert that arrives after an outage takes all the others along."""
    bench.taker.answer = lambda _: Later("away")
    bench.owe(*range(1, 21))
    bench.go_on(2 * HOUR, every=60)
    bench.taker.answer = lambda _: Sent()
    bench.owe(99)
    bench.go_on(2)
    assert bench.count("sent") == 21


def test_a_wait_that_is_asked_for_is_kept(bench: Bench) -> None:
    """While a target asked to be left alone, new alerts wait as well, and count no try."""
    bench.taker.answer = lambda _: Later("429", wait=120.0)
    bench.owe(1, 2)
    bench.go_on(1)
    bench.taker.answer = lambda _: Sent()
    bench.owe(3)
    bench.go_on(118)
    assert bench.taker.tried == [1]
    bench.go_on(30)
    assert sorted(bench.taker.tried) == [1, 1, 2, 3]


def test_a_limit_that_comes_with_a_success_is_kept(bench: Bench) -> None:
    """A 200 may ask for a pause, too."""
    bench.taker.answer = lambda _: Sent(60.0)
    bench.owe(1, 2)
    bench.go_on(59)
    assert bench.taker.tried == [1]
    bench.go_on(3)
    assert bench.taker.tried == [1, 2]


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


def test_a_target_that_was_removed_keeps_its_letters(bench: Bench) -> None:
    """Without notifications.sentry, what it was owed is a dead letter that says so."""
    bench.owe(1)
    bench.delivery.targets = {}
    bench.go_on(1)
    (letter,) = bench.journal.deliveries.dead_letters()
    assert letter.error == "sentry is not configured any more"


def test_since_when_it_fails(bench: Bench) -> None:
    """The gauge counts from the first failure that no success came after."""
    bench.taker.answer = lambda _: Later("503")
    bench.owe(1)
    bench.go_on(700)
    assert 690 <= bench.gauge("delivery_failing_seconds") <= 700
    assert bench.faults.lasting(delivery.FIRST_WAIT) == ("sentry: 503",)
    bench.taker.answer = lambda _: Sent()
    bench.go_on(900)
    assert bench.gauge("delivery_failing_seconds") == 0
    assert bench.faults.lasting(0) == ()


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


@settings(max_examples=10)
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
