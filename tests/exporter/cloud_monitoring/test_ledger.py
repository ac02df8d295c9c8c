"""Exactly-once counting: which points count, windows, and what is settled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.ledger import Ledger, Outcome
from exporter.cloud_monitoring.read_window import SECOND, Reach, ReadSpan
from exporter.cloud_monitoring.totals import Amount, Total
from tests.exporter.cloud_monitoring.ledgers import (
    add_number,
    at,
    claim,
    counts_of,
    new_ledger,
    points,
)

MINUTE = 60 * SECOND
FINE = layout((1.0, 2.0, 4.0, 8.0), 1.0, REQUESTS)


def test_counting_begins_on_a_whole_period() -> None:
    """The start is floored to a period, and nothing is covered, lost or seen at first."""
    assert new_ledger(at(0.9)) == Ledger(
        period=MINUTE, start=at(0), watermark=at(0), covered=at(0), gap=0, first=True
    )
    assert new_ledger().data_seconds == 0.0


def test_a_point_counts_once() -> None:
    """On the grid or between, a point after the start is claimed once; at the start never."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    ends = [at(0), at(1), at(0.5), at(3), at(2.25)]
    assert [claim(book, mark, end) for end in ends] == [False, True, True, True, True]
    assert not any(claim(book, mark, end) for end in ends)
    assert claim(book, book.mark("b", ("x",)), at(1)), "series are claimed by themselves"
    assert claim(book, mark, at(2)), "a point before others is late, not doubled"


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("claim"), st.integers(0, 400)),
            st.tuples(st.just("settle"), st.integers(0, 60)),
        ),
        max_size=60,
    ),
    st.booleans(),
)
def test_claims_are_as_a_set_would_have_them(steps: list[tuple[str, int]], whole: bool) -> None:
    """Among claims and settlings, a claim works exactly once, and only after the watermark."""
    book, seen, now = new_ledger(), set[int](), at(0)
    mark = book.mark("a", ("x",))
    for what, number in steps:
        if what == "settle":
            now += number * MINUTE // 4
            book.settle(book.watermark, now, 5 * MINUTE)
            continue
        end = at(number if whole else number / 4)
        expected = end > book.watermark and end not in seen
        assert claim(book, mark, end) is expected
        seen.add(end)


def window(book: Ledger, now: int, depth: int = 5, latest: int = 0) -> tuple[int, int]:
    """Return what is read at a moment, with a margin of five minutes and a look-back of an hour."""
    reach = Reach(margin=5 * MINUTE, depth=depth * MINUTE, lookback=60 * MINUTE)
    return book.window(ReadSpan(now, latest or now), reach)


def test_a_window_reaches_back_to_the_watermark_or_the_look_back() -> None:
    """What is settled is not read again, nor what lies before the look-back."""
    book = new_ledger()
    assert window(book, at(30)) == (at(0), at(30))
    assert window(book, at(90)) == (at(30), at(90))


def test_a_window_begins_a_margin_behind_what_is_covered() -> None:
    """A regular read begins there, a deeper one earlier; what is covered may be ahead of now."""
    book = new_ledger()
    book.settle(at(0), at(50), 45 * MINUTE)
    assert window(book, at(52)) == (at(45), at(52))
    assert window(book, at(52), 20) == (at(30), at(52))
    assert book.recent == at(45)
    assert window(book, at(52), 600) == (at(5), at(52)), "what is settled stays so"
    assert window(book, at(40), 20, at(80)) == (at(20), at(80))
    assert book.recent == at(35)


def test_a_window_is_never_empty() -> None:
    """Where counting begins later than now, there still is something to ask for."""
    book = new_ledger()
    for now in (at(0), at(-1)):
        start, end = window(book, now)
        assert start < end == now


def test_settling_moves_the_watermark_behind_the_newest() -> None:
    """The watermark is a late margin behind what is covered, on a whole period, never earlier."""
    book = new_ledger()
    assert book.settle(at(0), at(12.5), 5 * MINUTE) == 0
    assert (book.watermark, book.covered, book.first) == (at(7), at(12.5), False)
    assert book.data_seconds == 750.0
    assert book.settle(at(7), at(11), 5 * MINUTE) == 0
    assert (book.watermark, book.covered) == (at(7), at(12.5))


def test_what_the_look_back_does_not_reach_is_a_gap() -> None:
    """Time between what was covered and what could be asked for is lost, and covered by nobody."""
    book = new_ledger()
    book.settle(at(0), at(10), 5 * MINUTE)
    assert book.settle(at(40), at(100), 5 * MINUTE) == 30 * MINUTE
    assert (book.gap, book.watermark, book.data_seconds) == (30 * MINUTE, at(95), 70 * 60.0)
    assert not claim(book, book.mark("a", ("x",)), at(50))


def test_a_gap_is_covered_even_where_nothing_was_read() -> None:
    """After a gap the covered time goes on where reading began: covered seconds never fall."""
    book = new_ledger()
    book.settle(at(0), at(10), 5 * MINUTE)
    assert book.settle(at(40), at(20), 5 * MINUTE) == 30 * MINUTE
    assert (book.covered, book.data_seconds) == (at(40), 600.0)


def test_a_late_point_counts_up_to_the_look_back() -> None:
    """A new point counts whatever its lateness; beyond the look-back it is too late, but once."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    book.settle(at(0), at(200), 300 * MINUTE)
    window(book, at(202), 600)
    counted = [
        book.add_delta(mark, at(m), lambda: Amount(value=1)) for m in (199, 150, 143, 142, 10)
    ]
    assert counted == [Outcome.COUNTED] * 3 + [Outcome.LATE] * 2
    assert {book.add_delta(mark, at(m), lambda: Amount(value=1)) for m in (199, 143, 142, 10)} == {
        Outcome.SEEN
    }
    assert mark.total.value == 3


def test_ends_between_whole_periods_are_as_compact_as_others() -> None:
    """The first end of a series says where its grid is; only others are kept one by one."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    assert all(claim(book, mark, at(minute + 0.6)) for minute in range(100))
    assert not any(claim(book, mark, at(minute + 0.6)) for minute in range(100))
    assert mark.off_grid == set()
    assert claim(book, mark, at(3))
    assert mark.off_grid == {at(3)}
    book.settle(at(0), at(50), 0)
    assert [claim(book, mark, at(m)) for m in (49.6, 50.6, 99.6, 100.6)] == [0, 0, 0, 1]


def test_what_was_settled_in_the_future_is_taken_back() -> None:
    """After a wrong clock points count again, none twice, and covered seconds go on from there."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    assert claim(book, mark, at(9))
    book.settle(at(0), at(10), 0)
    book.settle(at(10), at(70), 0)
    assert not book.rewind(at(68)), "counting may start a period ahead"
    assert book.rewind(at(12.5))
    assert (book.watermark, book.covered, book.data_seconds) == (at(12), at(12.5), 70 * 60.0)
    assert [claim(book, mark, at(m)) for m in (9, 12, 13, 14, 13)] == [0, 0, 1, 1, 0]
    book.settle(at(10), at(14), 0)
    assert book.data_seconds == 71.5 * 60


def test_a_start_in_the_future_is_taken_back() -> None:
    """A ledger that was begun a month ahead counts from now on; its covered seconds are none."""
    book = new_ledger(at(43_200))
    mark = book.mark("a", ("x",))
    assert book.rewind(at(5.5))
    assert (book.start, book.watermark, book.data_seconds) == (at(5), at(5), 0.0)
    assert [claim(book, mark, at(m)) for m in (5, 6, 6, 7)] == [0, 1, 0, 1]


def test_a_series_shows_zero_until_it_was_seen() -> None:
    """Series of the first page show their value at once; later ones are at zero first."""
    book = new_ledger()
    early = book.total(("a",))
    book.settle(at(0), at(10), 0)
    late = book.total(("b",))
    for total in (early, late):
        add_number(total, 5, at(1))
    assert [early.exposed_value(), late.exposed_value()] == [5, 0]
    late.shown = True
    assert late.exposed_value() == 5
    assert book.total(("b",)) is late


def test_a_point_has_one_outcome() -> None:
    """It counts, was seen, comes too late, or lies before the start; only new ones are read."""
    book = new_ledger()
    mark, read = book.mark("a", ("x",)), points(5, 7)
    ends = [at(6), at(6), at(5.5), at(5.5), at(0)]
    assert [book.add_delta(mark, end, read) for end in ends] == [
        Outcome.COUNTED,
        Outcome.SEEN,
        Outcome.COUNTED,
        Outcome.SEEN,
        Outcome.BEFORE_START,
    ]
    book.settle(at(0), at(10), 5 * MINUTE)
    assert [book.add_delta(mark, at(m), read) for m in (5, 1, 0, -1)] == [
        Outcome.LATE,
        Outcome.LATE,
        Outcome.BEFORE_START,
        Outcome.BEFORE_START,
    ]
    assert [book.add_delta(mark, at(m), read) for m in (6, 5.5)] == [Outcome.SEEN] * 2
    assert (mark.total.value, mark.total.last, mark.dirty) == (12, at(6), True)


def test_points_off_the_grid_are_remembered_after_the_watermark_only() -> None:
    """What is settled leaves the set with the next claim; the first period has its ends, too."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    assert all(claim(book, mark, end) for end in (at(1), at(0.5), at(4.5), at(7.5)))
    book.settle(at(0), at(9), 5 * MINUTE)
    assert claim(book, mark, at(4.25))
    assert mark.off_grid == {at(4.5), at(7.5), at(4.25)}
    assert not claim(book, mark, at(0.5))


@pytest.mark.parametrize("end", [at(1), at(1.5)])
def test_what_cannot_be_read_is_not_claimed(end: int) -> None:
    """An unsound point stays open, so that it counts once it can be read."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    mark.dirty = False
    with pytest.raises(StopIteration):
        book.add_delta(mark, end, points())
    assert (mark.mask, mark.off_grid, mark.dirty) == (0, set(), False)
    assert book.add_delta(mark, end, points(3)) is Outcome.COUNTED


@pytest.mark.parametrize("end", [at(1), at(1.5)])
def test_what_fails_while_it_is_added_never_counts_twice(
    end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A point is claimed before it is added: after a defect in between it is not added again."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    with monkeypatch.context() as broken:
        broken.setattr(Total, "add_amount", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            book.add_delta(mark, end, points(3))
    assert book.add_delta(mark, end, points(3)) is Outcome.SEEN


def test_a_distribution_may_be_empty_or_in_another_layout() -> None:
    """One without events counts and leaves the total alone; one in another layout adds to it."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    strange = layout((3.0, 5.0), 1.0, REQUESTS)
    amounts = [
        Amount(value=3.0, counts=(1, 1), layout=FINE),
        Amount(value=0.0, counts=(0,), layout=FINE),
        Amount(value=9.0, counts=(1,), layout=strange),
    ]
    found = [book.add_delta(mark, at(n), lambda a=a: a) for n, a in enumerate(amounts, 1)]
    assert found == [Outcome.COUNTED] * 3
    assert (mark.total.value, mark.total.last, sum(counts_of(mark.total))) == (12.0, at(3), 3)
    assert not claim(book, mark, at(2))


def test_a_point_that_would_make_a_total_infinite_is_refused() -> None:
    """The total stays, the point is not tried again, and the next one counts."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    found = [
        book.add_delta(mark, at(m), points(n))
        for m, n in ((1, 1.7e308), (2, 1e308), (2, 1), (3, 1))
    ]
    assert found == [Outcome.COUNTED, Outcome.REFUSED, Outcome.SEEN, Outcome.COUNTED]
    assert mark.total.value == 1.7e308
    rising = book.mark("b", ("x",))
    steps = [(1, 0), (2, 1e308), (3, 1.1e308)]
    outcomes = [book.add_cumulative(rising, at(0), at(m), points(n)) for m, n in steps]
    assert outcomes == [Outcome.COUNTED, Outcome.REFUSED, Outcome.REFUSED]
