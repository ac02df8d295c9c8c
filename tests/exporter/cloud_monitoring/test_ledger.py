"""Exactly-once counting: claims, windows, settling, rises, and what is retired."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.cumulative import Held
from exporter.cloud_monitoring.ledger import SECOND, Ledger, Outcome
from exporter.cloud_monitoring.totals import Amount, Total
from tests.exporter.cloud_monitoring.ledgers import add_number, claim

MINUTE = 60 * SECOND
FINE = layout((1.0, 2.0, 4.0, 8.0), 1.0, REQUESTS)


def ledger(start: int = 1000 * MINUTE) -> Ledger:
    """Return a ledger that counts from a start on."""
    return Ledger.begin(MINUTE, start)


def at(minute: float) -> int:
    """Return the nanosecond of a minute after the start."""
    return round((1000 + minute) * MINUTE)


def test_counting_begins_on_a_whole_period() -> None:
    """The start is floored to a period, and nothing is covered, lost or seen at first."""
    assert ledger(at(0.9)) == Ledger(
        period=MINUTE, start=at(0), watermark=at(0), covered=at(0), gap=0, first=True
    )
    assert ledger().data_seconds == 0.0


def test_a_point_counts_once() -> None:
    """On the grid or between, a point after the start is claimed once; at the start never."""
    book = ledger()
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
    book, seen, now = ledger(), set[int](), at(0)
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


def test_a_window_reaches_back_to_the_watermark_or_the_look_back() -> None:
    """What is settled is not asked for again, nor what lies before the look-back."""
    book = ledger()
    assert book.window(at(30), 60 * MINUTE) == (at(0), at(30))
    assert book.window(at(90), 60 * MINUTE) == (at(30), at(90))


def test_a_window_is_never_empty() -> None:
    """Where counting begins later than now, there still is something to ask for."""
    book = ledger()
    for now in (at(0), at(-1)):
        start, end = book.window(now, 60 * MINUTE)
        assert start < end == now


def test_settling_moves_the_watermark_behind_the_newest() -> None:
    """The watermark is a late margin behind what is covered, on a whole period, never earlier."""
    book = ledger()
    assert book.settle(at(0), at(12.5), 5 * MINUTE) == 0
    assert (book.watermark, book.covered, book.first) == (at(7), at(12.5), False)
    assert book.data_seconds == 750.0
    assert book.settle(at(7), at(11), 5 * MINUTE) == 0
    assert (book.watermark, book.covered) == (at(7), at(12.5))


def test_what_the_look_back_does_not_reach_is_a_gap() -> None:
    """Time between what was covered and what could be asked for is lost, and covered by nobody."""
    book = ledger()
    book.settle(at(0), at(10), 5 * MINUTE)
    assert book.settle(at(40), at(100), 5 * MINUTE) == 30 * MINUTE
    assert (book.gap, book.watermark, book.data_seconds) == (30 * MINUTE, at(95), 70 * 60.0)
    assert not claim(book, book.mark("a", ("x",)), at(50))


def test_what_could_not_be_asked_for_is_settled() -> None:
    """With a look-back shorter than the late margin the watermark is where the asking began."""
    book = ledger()
    book.settle(at(40), at(42), 5 * MINUTE)
    assert book.watermark == at(40)


def test_a_series_shows_zero_until_it_was_seen() -> None:
    """Series of the first page show their value at once; later ones are at zero first."""
    book = ledger()
    early = book.total(("a",))
    book.settle(at(0), at(10), 0)
    late = book.total(("b",))
    for total in (early, late):
        add_number(total, 5, at(1))
    assert [early.exposed_value(), late.exposed_value()] == [5, 0]
    late.shown = True
    assert late.exposed_value() == 5
    assert book.total(("b",)) is late


def test_settled_marks_are_taken_out() -> None:
    """A mark goes when it has no claim after the watermark; a cumulative one when it is old."""
    book = ledger()
    for key, end in (("old", at(1)), ("new", at(9)), ("between", at(8.5)), ("past", at(0.5))):
        mark = book.mark(key, ("x",))
        claim(book, mark, end)
        add_number(mark.total, 1, end)
    for key, end in (("cumulative", at(9)), ("dead", at(0))):
        rising = book.mark(key, ("x",))
        rising.held, rising.end = Held((1,)), end
    book.settle(at(0), at(10), 5 * MINUTE)
    marks, totals = book.retire(at(0), frozenset())
    assert ([mark.key for mark in marks], totals) == (["old", "past", "dead"], [])
    assert list(book.marks) == ["new", "between", "cumulative"]


def test_marks_of_dead_instances_do_not_pile_up() -> None:
    """Of instances that come and go for thirty days only those of the last two are kept."""
    book, day = ledger(), 1440
    for today in range(30):
        for number in range(20):
            key = book.mark(f"{today}-{number}", ("x",))
            begun = at(today * day + 60 * number)
            for minute in (1, 2):
                book.add_cumulative(key, begun, begun + minute * MINUTE, points(minute))
        end = at((today + 1) * day)
        book.settle(book.watermark, end, 5 * MINUTE)
        book.retire(end - day * MINUTE, frozenset())
    assert len(book.marks) <= 40
    assert book.total(("x",)).value == 30 * 20 * 2


def test_a_retired_series_that_comes_back_counts_nothing_twice() -> None:
    """Its first point is a base, whatever it has; later points count their rise."""
    book = ledger()
    book.add_cumulative(book.mark("a", ("x",)), at(0), at(1), points(100))
    book.settle(at(0), at(2000), 5 * MINUTE)
    assert [mark.key for mark in book.retire(at(500), frozenset())[0]] == ["a"]
    mark = book.mark("a", ("x",))
    found = [
        book.add_cumulative(mark, at(0), at(m), points(n)) for m, n in ((2001, 90), (2002, 97))
    ]
    assert found == [Outcome.BASE, Outcome.COUNTED]
    assert mark.total.value == 7
    book.add_cumulative(mark, at(2003), at(2004), points(5))
    assert mark.total.value == 12


def test_a_mark_that_is_not_settled_stays() -> None:
    """While no poll could settle the time after its last point, a first point would count whole."""
    book = ledger()
    book.add_cumulative(book.mark("a", ("x",)), at(0), at(1), points(100))
    book.total(("x",)).last = at(5000)
    assert book.retire(at(500), frozenset()) == ([], [])


def test_totals_that_are_gone_leave_with_their_marks() -> None:
    """A resource without points since the oldest goes whole; one code class keeps the others."""
    book = ledger()
    seen = {("a", "2xx"): at(50), ("a", "5xx"): 0, ("b", "2xx"): at(20), ("b", "5xx"): at(20)}
    for labels, last in seen.items():
        mark = book.mark("|".join(labels), labels)
        mark.total.last, mark.held, mark.end = last, Held((1,)), at(50)
    marks, totals = book.retire(at(20), frozenset({1}))
    assert [total.labels for total in totals] == [("b", "2xx"), ("b", "5xx")]
    assert [mark.key for mark in marks] == ["b|2xx", "b|5xx"]
    assert list(book.totals) == [("a", "2xx"), ("a", "5xx")]


def points(*numbers: float) -> Callable[[], Amount]:
    """Return what reads the next of `numbers` at every call, and fails after the last."""
    left = iter(numbers)
    return lambda: Amount(value=next(left))


def test_a_point_has_one_outcome() -> None:
    """It counts, was seen, comes too late, or lies before the start; only new ones are read."""
    book = ledger()
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
    book = ledger()
    mark = book.mark("a", ("x",))
    assert all(claim(book, mark, end) for end in (at(0.5), at(4.5), at(7.5)))
    book.settle(at(0), at(9), 5 * MINUTE)
    assert claim(book, mark, at(4.25))
    assert mark.off_grid == {at(4.5), at(7.5), at(4.25)}
    assert not claim(book, mark, at(0.5))


@pytest.mark.parametrize("end", [at(1), at(1.5)])
def test_what_cannot_be_read_is_not_claimed(end: int) -> None:
    """An unsound point stays open, so that it counts once it can be read."""
    book = ledger()
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
    book = ledger()
    mark = book.mark("a", ("x",))
    with monkeypatch.context() as broken:
        broken.setattr(Total, "add_amount", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            book.add_delta(mark, end, points(3))
    assert book.add_delta(mark, end, points(3)) is Outcome.SEEN


def test_a_distribution_may_be_empty_or_in_another_layout() -> None:
    """One without events counts and leaves the total alone; one in another layout adds to it."""
    book = ledger()
    mark = book.mark("a", ("x",))
    strange = layout((3.0, 5.0), 1.0, REQUESTS)
    amounts = [
        Amount(value=3.0, counts=(1, 1), layout=FINE),
        Amount(value=0.0, counts=(0,), layout=FINE),
        Amount(value=9.0, counts=(1,), layout=strange),
    ]
    found = [book.add_delta(mark, at(n), lambda a=a: a) for n, a in enumerate(amounts, 1)]
    assert found == [Outcome.COUNTED] * 3
    assert (mark.total.value, mark.total.last, sum(mark.total.counts)) == (12.0, at(3), 3)
    assert not claim(book, mark, at(2))


def test_a_cumulative_point_has_one_outcome() -> None:
    """The first of an old series is a base; then rises count, once, and whole after a new start."""
    book = ledger()
    mark = book.mark("a", ("x",))
    before, anew = at(-60), at(3.5)
    steps = [(before, 1, 100), (before, 2, 130), (before, 2, 140), (before, 1, 150), (anew, 4, 7)]
    found = [book.add_cumulative(mark, start, at(m), points(n)) for start, m, n in steps]
    assert found == [
        Outcome.BASE,
        Outcome.COUNTED,
        Outcome.SEEN,
        Outcome.SEEN,
        Outcome.COUNTED,
    ]
    assert (mark.total.value, mark.total.last) == (37, at(4))
    assert (mark.start, mark.end, mark.held) == (anew, at(4), Held((7,)))


def test_a_base_keeps_its_series_alive() -> None:
    """A series that is met with an old start has its time, and is not retired before it rose."""
    book = ledger()
    book.add_cumulative(book.mark("a", ("x",)), at(-1), at(1), points(9))
    assert book.total(("x",)).last == at(1)
    assert book.retire(at(0), frozenset()) == ([], [])


def test_a_series_that_began_at_the_watermark_counts_whole() -> None:
    """Nothing of it can have been counted; a nanosecond earlier something can."""
    book = ledger()
    book.settle(at(0), at(10), 5 * MINUTE)
    marks = [book.mark(key, (key,)) for key in "ab"]
    starts = (at(5), at(5) - 1)
    found = [
        book.add_cumulative(mark, start, at(6), points(8))
        for mark, start in zip(marks, starts, strict=True)
    ]
    assert found == [Outcome.COUNTED, Outcome.BASE]
    assert [mark.total.value for mark in marks] == [8, 0]


def test_a_rise_is_of_every_number() -> None:
    """Buckets that were left out had no events; a fall in one is no rise, and no loss in others."""
    book = ledger()
    mark = book.mark("a", ("x",))
    for minute, value, counts in ((1, 4.0, (1, 1)), (2, 3.0, (2, 0, 2)), (3, 3.5, (2, 1, 2))):
        amount = Amount(value=value, counts=counts, layout=FINE)
        book.add_cumulative(mark, at(-1), at(minute), lambda a=amount: a)
    assert (mark.total.value, list(mark.total.counts)) == (0.5, [1, 1, 2, 0, 0])


def test_a_cumulative_point_that_cannot_be_read_changes_nothing() -> None:
    """The next one counts what the series rose by since the last that could be read."""
    book = ledger()
    mark = book.mark("a", ("x",))
    book.add_cumulative(mark, at(-1), at(1), points(5))
    with pytest.raises(StopIteration):
        book.add_cumulative(mark, at(-1), at(2), points())
    assert (mark.end, mark.held) == (at(1), Held((5,)))
    assert book.add_cumulative(mark, at(-1), at(3), points(9)) is Outcome.COUNTED
    assert mark.total.value == 4


def test_a_point_that_would_make_a_total_infinite_is_refused() -> None:
    """The total stays, the point is not tried again, and the next one counts."""
    book = ledger()
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
