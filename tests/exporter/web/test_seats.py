"""Who makes room for whom at the limits of connections."""

import pytest

from exporter.web import seats
from exporter.web.seats import HEALTH_SEATS, STALLED, Seat, Seats, Stage

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Hand:
    """Monotonic time, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """Let the test set the time."""
    made = Hand()
    monkeypatch.setattr(seats, "steady", made.monotonic)
    return made


def taken(found: Seats, host: str, closed: list[str], name: str) -> Seat:
    """Take a seat whose closing is recorded under a name."""
    seat = found.take(host)
    assert seat is not None
    seat.close = lambda: closed.append(name)
    return seat


def test_the_stalled_go_first_then_requests_then_the_idle(clock: Hand) -> None:
    """Who reads nothing of an answer is closed before half a request, and that before the idle."""
    found, closed = Seats(3, 100), list[str]()
    for name, stage in (("i", Stage.IDLE), ("r", Stage.REQUESTING), ("a", Stage.ANSWERED)):
        taken(found, HERE, closed, name).note(stage)
    clock.now += STALLED
    for name in "xyz":
        taken(found, HERE, closed, name).note(Stage.IDLE)
    assert closed == ["a", "r", "i"]


def test_who_reads_an_answer_keeps_the_seat(clock: Hand) -> None:
    """An answer that makes progress is not closed for another address; health is served still."""
    found, closed, left = Seats(1, 100), list[str](), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    seat = taken(found, HERE, closed, "reads")
    seat.unsent = lambda: left[0]
    seat.note(Stage.ANSWERED)
    for _ in range(2):
        clock.now += 10 * STALLED
        del left[0]
        other = found.take(THERE)
        assert other is not None
        assert other.health_only
    assert closed == []
    clock.now += STALLED
    assert not taken(found, THERE, closed, "next").health_only
    assert closed == ["reads"]


def test_seats_for_health_have_a_limit(clock: Hand) -> None:
    """Of more probes than seats for health, the one that is waited for longest makes room."""
    found, closed = Seats(1, 100), list[str]()
    taken(found, HERE, closed, "busy").note(Stage.ANSWERED)
    probes = [taken(found, THERE, closed, f"probe {n}") for n in range(HEALTH_SEATS + 1)]
    assert all(seat.health_only for seat in probes)
    assert closed == ["probe 0"]
    for seat in probes:
        seat.note(Stage.ANSWERED)
    assert found.take(THERE) is None
    clock.now += STALLED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (HERE, HERE, True),
        (HERE, THERE, False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", HERE, True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
    ],
)
@pytest.mark.usefixtures("clock")
def test_what_counts_as_one_address(one: str, other: str, *, same: bool) -> None:
    """An IPv4 address, however it is written, or the network of an IPv6 address."""
    found, closed = Seats(100, 1), list[str]()
    taken(found, one, closed, "first").note(Stage.ANSWERED)
    taken(found, other, closed, "second")
    assert closed == (["first"] if same else [])


@pytest.mark.usefixtures("clock")
def test_a_released_seat_is_free_once() -> None:
    """Releasing twice, or after being closed for another, frees one seat only."""
    found, closed = Seats(1, 100), list[str]()
    first = taken(found, HERE, closed, "first")
    second = taken(found, HERE, closed, "second")
    assert (closed, first.taken) == (["first"], False)
    first.note(Stage.IDLE)
    first.release()
    taken(found, HERE, closed, "third")
    assert (closed, second.taken) == (["first", "second"], False)
