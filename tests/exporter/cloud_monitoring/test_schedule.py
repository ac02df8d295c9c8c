"""When a metric is polled: just after its next point can be read, at no more calls than asked."""

from collections.abc import Callable
from random import Random

import pytest

from exporter.cloud_monitoring.schedule import (
    FORGET_AFTER,
    IDLE_INTERVAL,
    PRECISION,
    Delay,
    Timetable,
)

PERIOD = 60.0
BEGIN = 1_800_000_017.0
OFFSET = 1.5


def always(_: int) -> bool:
    """Say that the service is busy every minute."""
    return True


class Run:
    """Polls of a metric whose points end each minute and can be read `delay(minute)` later."""

    def __init__(self, delay: Callable[[int], float], interval: float = PERIOD) -> None:
        self._delay = delay
        self.table = Timetable(
            delay=Delay.documented(120.0, PERIOD), period=PERIOD, interval=interval, offset=OFFSET
        )
        self.now = BEGIN
        self._seen: set[int] = set(self._there(always))

    def _there(self, busy: Callable[[int], bool]) -> list[int]:
        """Return the minutes of the last quarter of an hour whose points can be read."""
        last = int(self.now // PERIOD)
        minutes = (m for m in range(last - 15, last + 1) if busy(m))
        return [m for m in minutes if m * PERIOD + self._delay(m) <= self.now]

    def polls(self, hours: float, busy: Callable[[int], bool] = always) -> list[float]:
        """Poll for some hours; return by how much each point was met after it could be read."""
        self.calls, waits, end = 0, [], self.now + hours * 3600
        while self.now < end:
            self.calls += 1
            there = self._there(busy)
            fresh = [m for m in there if m not in self._seen]
            waits += [self.now - m * PERIOD - self._delay(m) for m in fresh]
            self._seen.update(there)
            self.table.saw(self.now, max(there) * PERIOD if there else None)
            self.now = self.table.next
        return waits


@pytest.mark.parametrize("delay", [61.0, 75.0, 90.0, 119.0, 120.0, 140.0, 290.0])
def test_polls_come_to_land_just_after_a_new_point(delay: float) -> None:
    """Below, at or above what is documented, polls are a minute apart and seconds late."""
    run = Run(lambda _: delay)
    run.polls(2.0)
    waits = run.polls(2.0)
    assert max(waits) <= PRECISION + OFFSET + 0.01
    assert 119 <= run.calls <= 121


def test_delays_that_vary_are_followed() -> None:
    """With 20 s of jitter most points are met within 20 s, at a poll a minute."""
    run = Run(lambda minute: 90.0 + 20.0 * Random(minute).random())
    run.polls(2.0)
    waits = sorted(run.polls(4.0))
    assert waits[len(waits) * 3 // 4] <= 20.0
    assert run.calls <= 241


@pytest.mark.parametrize(("before", "after"), [(70.0, 170.0), (170.0, 70.0)])
def test_a_delay_that_changes_is_learnt_anew(before: float, after: float) -> None:
    """Whether points take longer from now on or come sooner, polls follow within hours."""
    run = Run(lambda _: before)
    run.polls(2.0)
    run._delay = lambda _: after
    run.polls(8.0)
    assert max(run.polls(2.0)) <= 30.0


@pytest.mark.parametrize("minutes", [3, 8, 14, 30])
def test_silence_is_no_delay(minutes: int) -> None:
    """After a service was idle, polls land as they did before, and meanwhile no more often."""
    run, quiet = Run(lambda _: 100.0), int(BEGIN // PERIOD) + 180
    run.polls(2.5)
    calm = run.polls(2.0, lambda minute: not quiet <= minute < quiet + minutes)
    assert run.calls <= 121
    assert max(calm) <= PERIOD
    assert max(run.polls(1.0)) <= PRECISION + OFFSET + 0.01


def test_a_service_that_is_seldom_busy_is_read_in_time_and_no_more_often() -> None:
    """A point every five minutes is met within a minute, at a poll a minute."""
    run = Run(lambda _: 100.0)
    waits = run.polls(6.0, lambda minute: minute % 5 == 0)
    assert max(waits) <= PERIOD
    assert run.calls <= 361


@pytest.mark.parametrize(
    ("interval", "each"), [(15.0, 60), (75.0, 120), (300.0, 300), (301.0, 360)]
)
@pytest.mark.parametrize("every", [1, 4])
def test_an_interval_is_kept_in_whole_periods(interval: float, each: int, every: int) -> None:
    """Calls are as far apart as asked, rounded up: stretching an interval saves money."""
    run = Run(lambda _: 100.0, interval)
    run.polls(1.0)
    waits = run.polls(6.0, lambda minute: minute % every == 0)
    least = 6 * 3600 / each - 2 if every == 1 else 0
    assert least <= run.calls <= 6 * 3600 / each + 1
    assert max(waits) <= each + PERIOD


def test_a_metric_that_is_not_there_is_asked_for_seldom() -> None:
    """Two empty polls are an interval apart, then they are ten minutes apart."""
    table = Timetable(
        delay=Delay.documented(120.0, PERIOD), period=PERIOD, interval=PERIOD, offset=OFFSET
    )
    waits = []
    for _ in range(4):
        table.saw(BEGIN, None)
        waits.append(table.next - BEGIN)
    assert waits == [PERIOD, PERIOD, IDLE_INTERVAL, IDLE_INTERVAL]
    table.interval = 3600.0
    table.saw(BEGIN, None)
    assert table.next == BEGIN + 3600.0


def test_a_metric_that_was_there_is_asked_for_at_its_interval() -> None:
    """Silence after points is no reason to look seldom."""
    table = Timetable(
        delay=Delay.documented(120.0, PERIOD), period=PERIOD, interval=PERIOD, offset=OFFSET
    )
    table.saw(BEGIN, BEGIN - 130.0)
    for _ in range(5):
        table.saw(BEGIN, None)
    assert table.next == BEGIN + PERIOD


@pytest.mark.parametrize(("interval", "wait"), [(30.0, 30.0), (60.0, 60.0), (600.0, 60.0)])
def test_a_failed_poll_is_tried_again_within_a_minute(interval: float, wait: float) -> None:
    """The next try comes after the interval, at most a minute."""
    table = Timetable(
        delay=Delay.documented(120.0, PERIOD), period=PERIOD, interval=interval, offset=OFFSET
    )
    table.failed(BEGIN)
    assert table.next == BEGIN + wait


def test_a_guess_lies_between_what_is_known() -> None:
    """Documented, the delay is a promise; the middle is tried until the ends are close."""
    delay = Delay.documented(120.0, PERIOD)
    assert (delay.low, delay.high, delay.guess) == (60.0, 120.0, 90.0)
    assert Delay.documented(30.0, PERIOD).low == 0.0
    delay.low = 115.0
    assert delay.guess == 120.0


def test_what_is_known_from_below_fades() -> None:
    """Every few hundred looks the lower end gives way, so that a delay that fell is found."""
    delay = Delay(100.0, 104.0)
    for _ in range(FORGET_AFTER - 1):
        delay.observe(104.0, PERIOD, new=True)
    assert delay.low == 100.0
    delay.observe(104.0, PERIOD, new=True)
    assert (delay.low, delay.high) == (85.0, 104.0)
    for _ in range(FORGET_AFTER - 1):
        delay.observe(104.0, PERIOD, new=True)
    assert delay.low == 85.0


def test_a_point_from_the_future_teaches_nothing() -> None:
    """The next poll comes after the interval, and the delay stays what was learnt."""
    run = Run(lambda _: 90.0)
    run.polls(1.0)
    delay = (run.table.delay.low, run.table.delay.high)
    run.table.saw(run.now, run.now + 30 * 86400)
    assert run.table.next == run.now + PERIOD
    assert (run.table.delay.low, run.table.delay.high) == delay


@pytest.mark.parametrize(("high", "guess"), [(65.0, 65.0), (65.5, 62.75)])
def test_a_delay_that_is_known_to_five_seconds_is_tried_no_further(
    high: float, guess: float
) -> None:
    """A wider range is halved; a narrow one would cost a poll that comes too early."""
    assert Delay(60.0, high).guess == guess


@pytest.mark.parametrize(("age", "low"), [(80.0, 80.0), (79.0, 19.0)])
def test_a_point_that_is_there_too_early_takes_back_what_was_known(age: float, low: float) -> None:
    """Its delay is no more than its age, whatever polls that came too early have taught."""
    delay = Delay(80.0, 100.0)
    delay.observe(age, PERIOD, new=False)
    assert (delay.low, delay.high) == (low, age)


def test_a_point_from_the_future_is_a_sign_of_life() -> None:
    """A metric that has one is none that the project does not use: two empty polls are no end."""
    table = Timetable(
        delay=Delay.documented(120.0, PERIOD), period=PERIOD, interval=PERIOD, offset=OFFSET
    )
    for newest, wait in ((None, PERIOD), (BEGIN + 86_400, PERIOD), (None, PERIOD), (None, PERIOD)):
        table.saw(BEGIN, newest)
        assert table.next == BEGIN + wait
    table.saw(BEGIN, None)
    assert table.next == BEGIN + IDLE_INTERVAL


@pytest.mark.parametrize(("late", "waits"), [(0.0, 300.0), (100.0, 200.0), (250.0, 170.0)])
def test_a_poll_that_ran_late_is_followed_by_one_in_half_an_interval_or_more(
    late: float, waits: float
) -> None:
    """The grid is kept where it can be, and no second poll comes when little is new."""
    table = Timetable(
        delay=Delay(100.0, 100.0), period=PERIOD, interval=300.0, offset=0.0,
        newest=BEGIN - 400.0, next=BEGIN,
    )  # fmt: skip
    table.saw(BEGIN + late, BEGIN - 400.0)
    assert table.next == BEGIN + late + waits
