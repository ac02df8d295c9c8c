"""What an instance sends, and sends again."""

import pytest

from exporter.recorder import sending
from exporter.recorder.layout import Shape
from exporter.recorder.naming import RegistryReading
from exporter.recorder.sending import MOST_KEPT, Dated, Flush, SendLog

SHAPE = Shape(type="counter", help="C.", labels=())


def send(ledger: SendLog, **rises: float) -> Flush | None:
    """Make a flush of rises, and have it applied."""
    ledger.add(RegistryReading(rises), 0.0)
    flush = ledger.next()
    ledger.applied()
    return flush


def again(ledger: SendLog, redis_has: int, counted: int | None = None) -> Flush:
    """Rewind, and return the flush that is sent then."""
    ledger.rewind(redis_has, redis_has if counted is None else counted)
    flush = ledger.next()
    assert flush is not None
    return flush


def test_a_flush_holds_what_changed() -> None:
    """Rises, levels, shapes and drops of a reading are in one flush; without any there is none."""
    ledger = SendLog()
    ledger.add(
        RegistryReading(
            totals={"a": 2.0, "b": 0.0}, levels={"g": 1.0}, gone={}, shapes={"c": SHAPE}, dropped=4
        ),
        7.0,
    )
    assert ledger.next() == Flush(
        number=1,
        before=0,
        totals={"a": 2.0, "b": 0.0},
        levels={"g": Dated(1.0, 7.0)},
        shapes={"c": Dated(SHAPE, 7.0)},
        dropped=4,
    )
    ledger.applied()
    assert ledger.next() is None
    ledger.add(
        RegistryReading(totals={"a": 3.0}, levels={"g": 2.0}, gone={}, shapes={}, dropped=2), 8.0
    )
    assert ledger.next() == Flush(
        number=2, before=1, totals={"a": 3.0}, levels={"g": Dated(2.0, 8.0)}, dropped=2
    )


def test_a_flush_on_its_way_stays_as_it_is() -> None:
    """Until its reply is there, rises meanwhile are added up and wait for the next."""
    ledger = SendLog()
    ledger.add(RegistryReading({"a": 2.0}), 0.0)
    first = ledger.next()
    ledger.add(RegistryReading({"a": 5.0}), 1.0)
    ledger.add(RegistryReading({"a": 1.0, "b": 1.0}), 2.0)
    assert ledger.next() is first
    ledger.applied()
    assert ledger.next() == Flush(number=2, before=1, totals={"a": 6.0, "b": 1.0})


def test_a_forked_child_has_the_gauges_and_not_the_rises() -> None:
    """Its gauges are as old as the parent's; rises that wait are the parent's."""
    ledger = SendLog()
    ledger.add(RegistryReading({"a": 9.0}, {"g": 1.0}, {}, {"c": SHAPE}), 5.0)
    assert ledger.child().next() == Flush(
        number=1,
        before=0,
        totals={},
        levels={"g": Dated(1.0, 5.0)},
        shapes={"c": Dated(SHAPE, 5.0)},
    )


def test_a_beat_has_every_gauge_and_shape() -> None:
    """It is sent though nothing changed; what changed is apart, and has its own time."""
    ledger = SendLog()
    ledger.add(RegistryReading({"a": 1.0}, {"g": 1.0, "h": 1.0}, {}, {"c": SHAPE}), 1.0)
    ledger.next()
    ledger.applied()
    ledger.add(RegistryReading(levels={"g": 2.0}), 2.0)
    assert ledger.next(beat=True) == Flush(
        number=2,
        before=1,
        totals={},
        levels={"g": Dated(2.0, 2.0)},
        other_levels={"h": Dated(1.0, 1.0)},
        other_shapes={"c": Dated(SHAPE, 1.0)},
        is_whole=True,
    )


def test_a_gauge_that_is_gone_is_removed_once() -> None:
    """After a failover it is removed again: the older Redis may have it. One that is back stays."""
    ledger = SendLog()
    ledger.add(RegistryReading(levels={"g": 1.0, "h": 1.0}), 0.0)
    ledger.next()
    ledger.applied()
    ledger.add(RegistryReading(gone={"g": None, "h": None}), 1.0)
    assert ledger.next() == Flush(number=2, before=1, totals={}, gone=("g", "h"))
    ledger.applied()
    assert ledger.next() is None
    ledger.add(RegistryReading(levels={"h": 2.0}), 2.0)
    found = again(ledger, 1)
    assert (found.gone, found.levels, ledger.fields) == (("g",), {"h": Dated(2.0, 2.0)}, ("h", "g"))


def test_of_very_many_gauges_that_are_gone_the_first_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A beat takes out again only so many; what an instance remembers does not grow for ever."""
    monkeypatch.setattr(sending, "MOST_GONE", 2)
    ledger = SendLog()
    for name in "abc":
        ledger.add(RegistryReading({}, levels={name: 1.0}), 0.0)
        ledger.add(RegistryReading({}, gone={name: None}), 0.0)
    assert again(ledger, 0).gone == ("a", "b", "c")
    assert ledger.fields == ("b", "c")


def test_what_a_failover_took_back_is_sent_again_in_one() -> None:
    """Rises after the last flush that Redis has are added up, with all gauges, shapes and drops."""
    ledger = SendLog()
    ledger.add(RegistryReading({"a": 1.0}, {"g": 1.0}, {}, {"c": SHAPE}), 3.0)
    ledger.next()
    ledger.applied()
    send(ledger, a=2.0)
    ledger.add(RegistryReading({"a": 4.0, "b": 2.0}, dropped=3), 4.0)
    ledger.next()
    ledger.applied()
    ledger.add(RegistryReading({"a": 1.0}), 5.0)
    ledger.next()
    assert again(ledger, 1) == Flush(
        number=5,
        before=1,
        totals={"a": 7.0, "b": 2.0},
        other_levels={"g": Dated(1.0, 3.0)},
        other_shapes={"c": Dated(SHAPE, 3.0)},
        dropped=3,
        is_whole=True,
        again=True,
    )
    ledger.applied()
    assert (ledger.number, ledger.lost, ledger.fields) == (5, 0, ("g",))


def test_a_second_failover_to_the_same_moment_loses_nothing() -> None:
    """What was sent again is kept, too, and numbers that it skipped are not lost."""
    ledger = SendLog()
    for rise in (1.0, 2.0, 4.0):
        send(ledger, a=rise)
    for number in (4, 5):
        found = again(ledger, 1)
        assert (found.number, found.before, found.totals) == (number, 1, {"a": 6.0})
        ledger.applied()
    assert ledger.lost == 0


def test_a_failover_may_go_to_any_moment_of_any_history() -> None:
    """Further back than the last one, or to a flush that the last one took back."""
    ledger = SendLog()
    for rise in (1.0, 2.0, 4.0):
        send(ledger, a=rise)
    for redis_has, missing in ((2, 4.0), (1, 6.0), (0, 7.0), (3, 0.0), (2, 4.0)):
        assert sum(again(ledger, redis_has).totals.values()) == missing
        ledger.applied()
    assert ledger.lost == 0


def test_older_flushes_are_kept_as_one() -> None:
    """A Redis from before all of them gets everything, one from among them what came after."""
    ledger = SendLog()
    for _ in range(MOST_KEPT + 3):
        send(ledger, a=1.0)
    assert again(ledger, 3).totals == {"a": MOST_KEPT}
    ledger.applied()
    assert ledger.lost == 0
    assert again(ledger, 0).totals == {"a": MOST_KEPT + 3}
    ledger.applied()
    assert ledger.lost == 0
    assert again(ledger, 1).totals == {"a": MOST_KEPT}
    assert ledger.lost == 2


def test_only_so_many_rises_are_kept_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of large flushes fewer are kept one by one; none is dropped."""
    monkeypatch.setattr(sending, "MOST_KEPT_RISES", 40)
    ledger = SendLog()
    for _ in range(4):
        send(ledger, **{str(name): 1.0 for name in range(20)})
    assert set(again(ledger, 2).totals.values()) == {2.0}
    ledger.applied()
    assert set(again(ledger, 0).totals.values()) == {4.0}
    ledger.applied()
    assert (set(again(ledger, 1).totals.values()), ledger.lost) == ({2.0}, 1)


def test_nothing_is_lost_where_redis_has_everything() -> None:
    """A Redis that forgot the number and has the totals gets an empty flush."""
    ledger = SendLog()
    send(ledger, a=1.0)
    found = again(ledger, 0, counted=1)
    assert (found.number, found.before, found.totals, ledger.lost) == (2, 0, {}, 0)


def test_what_may_be_counted_is_not_sent_again() -> None:
    """An unanswered flush that a forgetful Redis may have is lost, and said so, not doubled."""
    ledger = SendLog()
    send(ledger, a=1.0)
    ledger.add(RegistryReading({"a": 5.0}), 0.0)
    ledger.next()
    assert ledger.reached == 1
    ledger.unanswered()
    assert ledger.reached == 2
    assert (again(ledger, 0, counted=2).totals, ledger.lost) == ({}, 1)


def test_a_first_flush_is_in_redis_once_its_reply_is_missing() -> None:
    """Before, it is not sent; after its reply, it is known to be applied."""
    ledger = SendLog()
    ledger.add(RegistryReading({"a": 1.0}), 0.0)
    ledger.next()
    assert (ledger.number, ledger.reached) == (0, 0)
    ledger.unanswered()
    assert (ledger.number, ledger.reached) == (0, 1)
    ledger.applied()
    assert (ledger.number, ledger.reached) == (1, 1)


def test_gauges_of_an_unanswered_flush_are_set_again() -> None:
    """They are what changed last, and a Redis that went back may have them or not."""
    ledger = SendLog()
    ledger.add(RegistryReading({}, levels={"old": 1.0}), 0.0)
    ledger.next()
    ledger.applied()
    ledger.add(RegistryReading({}, levels={"new": 2.0}), 1.0)
    ledger.next()
    found = again(ledger, 0)
    assert found.levels == {"new": Dated(2.0, 1.0)}
    assert found.other_levels == {"old": Dated(1.0, 0.0)}


def test_two_large_flushes_are_not_kept_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one is kept by itself, however large; the one before it is joined."""
    monkeypatch.setattr(sending, "MOST_KEPT_RISES", 1)
    ledger = SendLog()
    for _ in range(2):
        send(ledger, a=1.0, b=1.0)
    assert len(ledger._kept) == 1
    assert again(ledger, 1).totals == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize(("redis_has", "lost"), [(2, 0), (1, 1)])
def test_a_flush_whose_number_redis_has_is_not_lost(redis_has: int, lost: int) -> None:
    """Of one without an answer nothing is known but its number, where Redis has it."""
    ledger = SendLog()
    send(ledger, a=1.0)
    ledger.add(RegistryReading({"a": 2.0}), 0.0)
    assert ledger.next() is not None
    ledger.unanswered()
    again(ledger, redis_has, 2)
    assert ledger.lost == lost
