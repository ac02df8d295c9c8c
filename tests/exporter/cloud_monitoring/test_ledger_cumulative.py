"""Cumulative series in a ledger: what is a base, and what is a rise."""

import pytest

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.cumulative import Held
from exporter.cloud_monitoring.ledger import Outcome
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount
from tests.exporter.cloud_monitoring.ledgers import at, counts_of, new_ledger, points

MINUTE = 60 * SECOND
FINE = layout((1.0, 2.0, 4.0, 8.0), 1.0, REQUESTS)


def test_a_cumulative_point_has_one_outcome() -> None:
    """The first of an old series is a base; then rises count, once, and whole after a new start."""
    book = new_ledger()
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
    book = new_ledger()
    book.add_cumulative(book.mark("a", ("x",)), at(-1), at(1), points(9))
    assert book.total(("x",)).last == at(1)
    assert book.retire(at(0), frozenset()) == ([], [])


def test_a_series_that_began_at_the_watermark_counts_whole() -> None:
    """Nothing of it can have been counted; a nanosecond earlier something can."""
    book = new_ledger()
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
    book = new_ledger()
    mark = book.mark("a", ("x",))
    for minute, value, counts in ((1, 4.0, (1, 1)), (2, 3.0, (2, 0, 2)), (3, 3.5, (2, 1, 2))):
        amount = Amount(value=value, counts=counts, layout=FINE)
        book.add_cumulative(mark, at(-1), at(minute), lambda a=amount: a)
    assert (mark.total.value, counts_of(mark.total)) == (0.5, [1, 1, 2, 0, 0])


def test_a_cumulative_point_that_cannot_be_read_changes_nothing() -> None:
    """The next one counts what the series rose by since the last that could be read."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    book.add_cumulative(mark, at(-1), at(1), points(5))
    with pytest.raises(StopIteration):
        book.add_cumulative(mark, at(-1), at(2), points())
    assert (mark.end, mark.held) == (at(1), Held((5,)))
    assert book.add_cumulative(mark, at(-1), at(3), points(9)) is Outcome.COUNTED
    assert mark.total.value == 4


def test_what_is_held_does_not_fit_points_of_another_kind() -> None:
    """DELTA points, or distributions after numbers, are not added to what was counted."""
    book = new_ledger()
    mark = book.mark("a", ("x",))
    book.add_cumulative(mark, at(1), at(2), lambda: Amount(value=5))
    assert book.fits(distributions=False, cumulative=True)
    assert not book.fits(distributions=False, cumulative=False)
    assert not book.fits(distributions=True, cumulative=True)
