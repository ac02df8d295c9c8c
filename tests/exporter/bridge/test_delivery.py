"""What the journal owes is delivered: once, in time, through every fault of the target."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from exporter.bridge import delivery
from exporter.bridge.delivery import IN_A_ROW, MOST_TRIES
from exporter.bridge.delivery_faults import GIVEN_UP
from exporter.bridge.outcome import Later, Outcome, Refused, Sent
from tests.exporter.bridge.delivering import Bench
from tests.exporter.bridge.samples import firing, journal, notified, resolved

HOUR, DAY = 3_600.0, 86_400.0


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


def test_an_alert_that_breaks_its_sender_costs_itself_only(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect in making one event is a dead letter, with its traceback in the log."""

    def broken(number: int) -> Outcome:
        return Sent() if number != 1 else Sent(1 / 0)

    bench.taker.answer = broken
    bench.owe(1, 2)
    bench.go_on(1)
    assert bench.count("sent") == 1
    (letter,) = bench.journal.deliveries.dead_letters()
    assert letter.error == "a defect of ionmon; see its log"
    (logged,) = [record for record in caplog.records if record.exc_info]
    assert "ZeroDivisionError" in caplog.text
    assert logged.getMessage() == f"an alert could not be made ready for {letter.target}"


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
