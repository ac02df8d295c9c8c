"""Marks as the state file keeps them: bits, what has to be written anew, how far back they go."""

from exporter.cloud_monitoring.ledger import KEPT
from exporter.cloud_monitoring.read_window import SECOND, Reach, ReadSpan
from tests.exporter.cloud_monitoring.ledgers import at, claim, new_ledger

MINUTE = 60 * SECOND


def test_the_first_bit_is_the_first_period_after_the_floor() -> None:
    """The state files of all versions say so: a shifted bit would be another point's."""
    ledger = new_ledger()
    mark = ledger.mark("a", ("x",))
    for minute in (1, 4):
        claim(ledger, mark, at(minute))
    assert mark.mask == 0b1001
    ledger.settle(at(0), at(2), 0)
    claim(ledger, mark, at(3))
    assert (mark.floor, mark.mask) == (2, 0b11)


def test_marks_of_a_ledger_that_went_back_are_written_anew() -> None:
    """What is on the disk has another floor."""
    ledger = new_ledger()
    mark = ledger.mark("a", ("x",))
    claim(ledger, mark, at(9))
    ledger.settle(at(0), at(70), 0)
    mark.dirty = False
    assert ledger.rewind(at(12.5))
    assert mark.dirty


def test_the_deepest_read_reaches_25_hours_back() -> None:
    """Google accepts no point that is older; to look further costs calls for nothing."""
    ledger, now = new_ledger(), at(3_000)
    ledger.settle(at(0), at(2_990), at(2_990) - at(0))
    reach = Reach(margin=0, depth=100_000 * MINUTE, lookback=100_000 * MINUTE)
    assert ledger.window(ReadSpan(now, now), reach) == (now - 25 * 60 * MINUTE, now)
    assert KEPT == 25 * 60 * MINUTE
