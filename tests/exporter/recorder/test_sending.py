"""What an instance sends, and sends again."""

from exporter.recorder.changes import RegistryReading
from exporter.recorder.layout import Shape
from exporter.recorder.sending import MOST_KEPT, MOST_KEPT_FIELDS, Flush, SendLog

SHAPE = Shape(type="counter", help="C.", labels=())
NAN = float("nan")


def send(ledger: SendLog, **totals: float) -> Flush | None:
    """Make a flush of a reading, and have it applied."""
    flush = ledger.next(RegistryReading(totals))
    ledger.applied()
    return flush


def test_a_flush_holds_what_changed() -> None:
    """The first flush has everything, the next what rose since; without a change there is none."""
    ledger = SendLog()
    first = ledger.next(RegistryReading({"a": 2.0, "b": 0.0}, {"g": 1.0}, {"c": SHAPE}, 4))
    assert first == Flush(
        number=1,
        before=0,
        totals={"a": 2.0, "b": 0.0},
        levels={"g": 1.0},
        shapes={"c": SHAPE},
        dropped=4,
    )
    ledger.applied()
    assert ledger.next(RegistryReading({"a": 2.0, "b": 0.0}, {"g": 1.0}, {"c": SHAPE}, 4)) is None
    second = ledger.next(RegistryReading({"a": 5.0, "b": 0.0}, {"g": 2.0}, {"c": SHAPE}, 6))
    assert second == Flush(
        number=2, before=1, totals={"a": 3.0}, levels={"g": 2.0}, shapes={}, dropped=2
    )


def test_a_flush_on_its_way_stays_as_it_is() -> None:
    """Until its reply is there, what is counted meanwhile waits for the next."""
    ledger = SendLog()
    first = ledger.next(RegistryReading({"a": 2.0}))
    assert ledger.next(RegistryReading({"a": 7.0})) is first
    ledger.applied()
    assert ledger.next(RegistryReading({"a": 7.0})) == Flush(number=2, before=1, totals={"a": 5.0})


def test_a_counter_that_fell_begins_anew() -> None:
    """After a reset all that the counter shows is a rise."""
    ledger = SendLog()
    send(ledger, a=9.0)
    assert send(ledger, a=4.0) == Flush(number=2, before=1, totals={"a": 4.0})
    assert send(ledger, a=5.0) == Flush(number=3, before=2, totals={"a": 1.0})


def test_a_base_is_someone_else_s() -> None:
    """What was there at the start is not sent."""
    assert send(SendLog({"a": 9.0}), a=9.0) is None
    assert send(SendLog({"a": 9.0}), a=10.0) == Flush(number=1, before=0, totals={"a": 1.0})


def test_a_level_that_is_no_number_is_sent_once() -> None:
    """NaN is the same as the NaN before."""
    ledger = SendLog()
    assert ledger.next(RegistryReading(levels={"g": NAN})) is not None
    ledger.applied()
    assert ledger.next(RegistryReading(levels={"g": NAN})) is None
    assert ledger.next(RegistryReading(levels={"g": 1.0})) == Flush(
        number=2, before=1, totals={}, levels={"g": 1.0}
    )


def test_a_beat_has_every_gauge() -> None:
    """It is sent though nothing changed."""
    ledger = SendLog()
    ledger.next(RegistryReading({"a": 1.0}, {"g": 1.0}))
    ledger.applied()
    assert ledger.next(RegistryReading({"a": 1.0}, {"g": 1.0}), beat=True) == Flush(
        number=2, before=1, totals={}, levels={"g": 1.0}
    )


def test_what_a_failover_took_back_is_sent_again_in_one() -> None:
    """Rises after the last flush that Redis has are added up, with all gauges and shapes."""
    ledger = SendLog()
    ledger.next(RegistryReading({"a": 1.0}, {"g": 1.0}, {"c": SHAPE}))
    ledger.applied()
    send(ledger, a=3.0)
    send(ledger, a=7.0, b=2.0)
    ledger.next(RegistryReading({"a": 8.0}))
    ledger.rewind(1, 1)
    again = Flush(
        number=5,
        before=1,
        totals={"a": 7.0, "b": 2.0},
        levels={"g": 1.0},
        shapes={"c": SHAPE},
        dropped=0,
    )
    assert ledger.next(RegistryReading({"a": 9.0})) == again
    ledger.applied()
    assert (ledger.number, ledger.lost, ledger.fields) == (5, 0, ("g",))


def test_a_second_failover_to_the_same_moment_loses_nothing() -> None:
    """A flush that was sent again is kept, too, and numbers that it skipped are not lost."""
    ledger = SendLog()
    for total in (1.0, 3.0, 7.0):
        send(ledger, a=total)
    for number in (4, 5):
        ledger.rewind(1, 1)
        assert ledger.next(RegistryReading()) == Flush(number=number, before=1, totals={"a": 6.0})
        ledger.applied()
    assert ledger.lost == 0


def test_a_second_failover_may_go_further_back() -> None:
    """What came before the first failover is kept, too, and is sent again with what followed it."""
    ledger = SendLog()
    for total in (1.0, 3.0, 7.0):
        send(ledger, a=total)
    ledger.rewind(2, 2)
    assert ledger.next(RegistryReading()) == Flush(number=4, before=2, totals={"a": 4.0})
    ledger.applied()
    ledger.rewind(1, 1)
    assert (ledger.next(RegistryReading()), ledger.lost) == (
        Flush(number=5, before=1, totals={"a": 6.0}),
        0,
    )


def test_only_so_many_flushes_are_kept() -> None:
    """What a failover takes back beyond them is lost, and counted in flushes."""
    ledger = SendLog()
    for number in range(1, MOST_KEPT + 4):
        send(ledger, a=float(number))
    ledger.rewind(0, 0)
    assert ledger.next(RegistryReading()) == Flush(
        number=MOST_KEPT + 4, before=0, totals={"a": float(MOST_KEPT)}
    )
    assert ledger.lost == 3


def test_only_so_many_fields_are_kept() -> None:
    """Large flushes are kept fewer."""
    ledger = SendLog()
    half = {str(n): 1.0 for n in range(MOST_KEPT_FIELDS // 2)}
    for step in (1.0, 2.0, 3.0):
        send(ledger, **dict.fromkeys(half, step))
    ledger.rewind(0, 0)
    again = ledger.next(RegistryReading())
    assert again is not None
    assert (set(again.totals.values()), ledger.lost) == ({2.0}, 1)


def test_nothing_is_lost_where_redis_has_everything() -> None:
    """A Redis that knows no number but has the totals gets an empty flush."""
    ledger = SendLog()
    send(ledger, a=1.0)
    ledger.rewind(0, 1)
    assert (ledger.next(RegistryReading()), ledger.lost) == (
        Flush(number=2, before=0, totals={}),
        0,
    )
