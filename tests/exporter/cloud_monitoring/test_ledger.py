"""Exactly-once counting: claims, windows, settling, layouts, and what is retired."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.ledger import SECOND, Ledger
from exporter.cloud_monitoring.totals import Total, add_buckets, add_number
from exporter.exposition.snapshot import Buckets, Exemplar

MINUTE = 60 * SECOND
FINE = layout((1.0, 2.0, 4.0, 8.0), 1.0, REQUESTS)
TEN = tuple(float(n) for n in range(1, 11))


def ledger(cut: int = 1000 * MINUTE) -> Ledger:
    """Return a ledger that counts from a cut on."""
    return Ledger.begin(MINUTE, cut)


def at(minute: float) -> int:
    """Return the nanosecond of a minute after the cut."""
    return round((1000 + minute) * MINUTE)


def counted(total: Total) -> tuple[tuple[float, ...] | None, list[int], float]:
    """Return bounds, counts and sum."""
    return total.bounds, list(total.counts), total.value


def test_counting_begins_on_a_whole_period() -> None:
    """The cut is floored to a period, and nothing is covered, lost or seen at first."""
    assert ledger(at(0.9)) == Ledger(MINUTE, at(0), at(0), at(0), 0, first=True)
    assert ledger().data_seconds == 0.0


def test_a_point_counts_once() -> None:
    """On the grid or between, a point after the cut is claimed once; at the cut never."""
    book = ledger()
    mark = book.mark("a", ("x",))
    ends = [at(0), at(1), at(0.5), at(3), at(2.25)]
    assert [book.claim(mark, end) for end in ends] == [False, True, True, True, True]
    assert not any(book.claim(mark, end) for end in ends)
    assert book.claim(book.mark("b", ("x",)), at(1)), "series are claimed by themselves"
    assert book.claim(mark, at(2)), "a point before others is late, not doubled"


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
    """Among claims and settlings, a claim works exactly once, and only after the horizon."""
    book, seen, now = ledger(), set[int](), at(0)
    mark = book.mark("a", ("x",))
    for what, number in steps:
        if what == "settle":
            now += number * MINUTE // 4
            book.settle(book.horizon, now, 5 * MINUTE)
            continue
        end = at(number if whole else number / 4)
        expected = end > book.horizon and end not in seen
        assert book.claim(mark, end) is expected
        seen.add(end)


def test_a_window_reaches_back_to_the_horizon_or_the_look_back() -> None:
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


def test_settling_moves_the_horizon_behind_the_newest() -> None:
    """The horizon is a late margin behind what is covered, on a whole period, never earlier."""
    book = ledger()
    assert book.settle(at(0), at(12.5), 5 * MINUTE) == 0
    assert (book.horizon, book.covered, book.first) == (at(7), at(12.5), False)
    assert book.data_seconds == 750.0
    assert book.settle(at(7), at(11), 5 * MINUTE) == 0
    assert (book.horizon, book.covered) == (at(7), at(12.5))


def test_what_the_look_back_does_not_reach_is_a_gap() -> None:
    """Time between what was covered and what could be asked for is lost, and covered by nobody."""
    book = ledger()
    book.settle(at(0), at(10), 5 * MINUTE)
    assert book.settle(at(40), at(100), 5 * MINUTE) == 30 * MINUTE
    assert (book.gap, book.horizon, book.data_seconds) == (30 * MINUTE, at(95), 70 * 60.0)
    assert not book.claim(book.mark("a", ("x",)), at(50))


def test_what_could_not_be_asked_for_is_settled() -> None:
    """With a look-back shorter than the late margin the horizon is where the asking began."""
    book = ledger()
    book.settle(at(40), at(42), 5 * MINUTE)
    assert book.horizon == at(40)


def test_a_series_shows_zero_until_it_was_seen() -> None:
    """Series of the first page show their value at once; later ones are at zero first."""
    book = ledger()
    early = book.total(("a",))
    book.settle(at(0), at(10), 0)
    late = book.total(("b",))
    for total in (early, late):
        add_number(total, 5, at(1))
    assert [early.page_value(), late.page_value()] == [5, 0]
    late.shown = True
    assert late.page_value() == 5
    assert book.total(("b",)) is late


def test_buckets_show_zero_until_they_were_seen() -> None:
    """A histogram at zero has all its bounds, no events and no exemplars."""
    total = Total((), shown=False)
    add_buckets(total, FINE, (1, 2, 3), 9.0, at(1))
    total.exemplars[0] = Exemplar("t", "s", 0.5, 1.0)
    assert total.page_value() == Buckets(FINE.bounds, (0, 0, 0, 0, 0), 0.0)
    total.shown = True
    shown = Buckets(FINE.bounds, (1, 2, 3, 0, 0), 9.0, ((0, Exemplar("t", "s", 0.5, 1.0)),))
    assert total.page_value() == shown


def test_numbers_and_distributions_add_up() -> None:
    """Counts, sums and the newest end; a truncated distribution has zeros at its end."""
    total = Total((), shown=True)
    total.dirty = False
    add_number(total, 2, at(2))
    add_number(total, 3, at(1))
    assert (total.value, total.last, total.dirty) == (5, at(2), True)
    total = Total((), shown=True)
    assert add_buckets(total, FINE, (1, 1), 2.0, at(1))
    assert add_buckets(total, FINE, (0, 0, 0, 0, 4), 40.0, at(2))
    assert counted(total) == (FINE.bounds, [1, 1, 0, 0, 4], 42.0)
    assert total.last == at(2)


def test_a_finer_layout_merges_into_the_bounds_that_are_there() -> None:
    """Where a new layout has all exported bounds, counting goes on exactly."""
    total = Total((), shown=True)
    add_buckets(total, layout((2.0, 8.0), 1.0, REQUESTS), (1, 2, 3), 0.0, at(1))
    assert add_buckets(total, FINE, (10, 20, 30, 40, 50), 0.0, at(2))
    assert counted(total) == ((2.0, 8.0), [31, 72, 53], 0.0)


def test_a_coarser_layout_keeps_the_bounds_that_both_have() -> None:
    """Where enough bounds are shared, the others merge away, and nothing is lost."""
    total = Total((), shown=True)
    add_buckets(total, layout(TEN, 1.0, REQUESTS), (1,) * 11, 5.0, at(1))
    total.exemplars[0] = Exemplar("t", "s", 0.5, 1.0)
    assert add_buckets(total, layout(TEN[1:-1], 1.0, REQUESTS), (1,) * 9, 5.0, at(2))
    assert counted(total) == (TEN[1:-1], [3, 2, 2, 2, 2, 2, 2, 2, 3], 10.0)
    assert total.exemplars == {}


def test_a_foreign_layout_starts_the_total_anew() -> None:
    """With too few shared bounds the total is only what came in the new layout."""
    total = Total((), shown=True)
    add_buckets(total, FINE, (1, 1), 2.0, at(1))
    strange = layout((3.0, 4.0), 1.0, REQUESTS)
    assert not add_buckets(total, strange, (5, 6, 7), 50.0, at(2))
    assert counted(total) == ((3.0, 4.0), [5, 6, 7], 50.0)


def test_a_distribution_without_buckets_lies_above_all_bounds() -> None:
    """Its events are counted in the last bucket, whatever came before it."""
    plain = layout((), 1.0, REQUESTS)
    total = Total((), shown=True)
    add_buckets(total, FINE, (1,), 1.0, at(1))
    assert add_buckets(total, plain, (7,), 70.0, at(2))
    assert counted(total) == (FINE.bounds, [1, 0, 0, 0, 7], 71.0)
    alone = Total((), shown=True)
    assert add_buckets(alone, plain, (7,), 70.0, at(2))
    assert counted(alone) == ((), [7], 70.0)


def test_settled_marks_are_taken_out() -> None:
    """A mark goes when it has no claim after the horizon; a cumulative one stays."""
    book = ledger()
    for key, end in (("old", at(1)), ("new", at(9)), ("between", at(8.5)), ("past", at(0.5))):
        mark = book.mark(key, ("x",))
        book.claim(mark, end)
        add_number(mark.total, 1, end)
    book.mark("cumulative", ("x",)).held = (1,)
    book.settle(at(0), at(10), 5 * MINUTE)
    marks, totals = book.retire(at(0), frozenset())
    assert ([mark.key for mark in marks], totals) == (["old", "past"], [])
    assert list(book.marks) == ["new", "between", "cumulative"]


def test_totals_that_are_gone_leave_with_their_marks() -> None:
    """A resource without points since the oldest goes whole; one code class keeps the others."""
    book = ledger()
    seen = {("a", "2xx"): at(50), ("a", "5xx"): 0, ("b", "2xx"): at(20), ("b", "5xx"): at(20)}
    for labels, last in seen.items():
        mark = book.mark("|".join(labels), labels)
        mark.total.last, mark.held = last, (1,)
    marks, totals = book.retire(at(20), frozenset({1}))
    assert [total.labels for total in totals] == [("b", "2xx"), ("b", "5xx")]
    assert [mark.key for mark in marks] == ["b|2xx", "b|5xx"]
    assert list(book.totals) == [("a", "2xx"), ("a", "5xx")]


@given(st.sets(st.sampled_from(TEN)), st.sets(st.sampled_from(TEN)), st.data())
def test_no_event_moves_across_a_bound(
    first: set[float], second: set[float], data: st.DataObject
) -> None:
    """After any change of layout that goes on, cumulative counts at the bounds left are exact."""
    total, truth = Total((), shown=True), []
    for edges in (tuple(sorted(first)), tuple(sorted(second))):
        size = len(edges) + 1
        counts = data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
        if not add_buckets(total, layout(edges, 1.0, REQUESTS), counts, 0.0, at(1)):
            truth.clear()
        uppers = (*edges, float("inf"))
        truth += [bound for bound, n in zip(uppers, counts, strict=True) for _ in range(n)]
    running = 0
    for bound, count in zip((*(total.bounds or ()), float("inf")), total.counts, strict=True):
        running += count
        assert running == sum(event <= bound for event in truth)
    assert isinstance(total.counts, array)
