"""What a ledger forgets: settled marks, and series without points."""

from exporter.cloud_monitoring.cumulative import Held
from exporter.cloud_monitoring.ledger import Outcome
from exporter.cloud_monitoring.read_window import SECOND
from tests.exporter.cloud_monitoring.ledgers import add_number, at, claim, new_ledger, points

MINUTE = 60 * SECOND


def test_settled_marks_are_taken_out() -> None:
    """A mark goes when it has no claim after the watermark; a cumulative one when it is old."""
    book = new_ledger()
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
    book, day = new_ledger(), 1440
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
    book = new_ledger()
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
    book = new_ledger()
    book.add_cumulative(book.mark("a", ("x",)), at(0), at(1), points(100))
    book.total(("x",)).last = at(5000)
    assert book.retire(at(500), frozenset()) == ([], [])


def test_totals_that_are_gone_leave_with_their_marks() -> None:
    """A resource without points since the oldest goes whole; one code class keeps the others."""
    book = new_ledger()
    seen = {("a", "2xx"): at(50), ("a", "5xx"): 0, ("b", "2xx"): at(20), ("b", "5xx"): at(20)}
    for labels, last in seen.items():
        mark = book.mark("|".join(labels), labels)
        mark.total.last, mark.held, mark.end = last, Held((1,)), at(50)
    marks, totals = book.retire(at(20), frozenset({1}))
    assert [total.labels for total in totals] == [("b", "2xx"), ("b", "5xx")]
    assert [mark.key for mark in marks] == ["b|2xx", "b|5xx"]
    assert list(book.totals) == [("a", "2xx"), ("a", "5xx")]
