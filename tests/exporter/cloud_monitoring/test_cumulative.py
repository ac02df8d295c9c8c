"""By how much cumulative points rose: only at bounds that both have, never by index alone."""

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.cumulative import Held, rise
from exporter.cloud_monitoring.totals import Amount

FINE, COARSE = (1.0, 2.0, 4.0, 8.0), (2.0, 8.0)
EDGES = st.sets(st.integers(1, 20), max_size=8).map(lambda found: tuple(map(float, sorted(found))))
VALUES = st.lists(st.integers(0, 22), max_size=12)


def amount(counts: tuple[int, ...], value: float, bounds: tuple[float, ...]) -> Amount:
    """Return a distribution."""
    return Amount(value=value, counts=counts, layout=layout(bounds, 1.0, REQUESTS))


def risen(
    before: tuple[int, ...], bounds: tuple[float, ...] | None, now: Amount
) -> tuple[tuple[int, ...], bool]:
    """Return by how much counts rose since those of a point whose sum was 10."""
    found, exact = rise(now, Held((10.0, *before), bounds))
    return found.counts, exact


def test_a_coarser_layout_is_exact() -> None:
    """What was held is counted again in the coarse buckets, and subtracted there."""
    now = amount((30, 45, 7), 99.0, COARSE)
    assert risen((10, 20, 30, 10, 5), FINE, now) == ((0, 5, 2), True)


def test_a_finer_layout_is_exact_at_the_coarse_bounds() -> None:
    """Between them the new events lie in the highest buckets that have events."""
    now = amount((10, 25, 40, 0, 5), 99.0, FINE)
    assert risen((30, 35, 5), COARSE, now) == ((0, 5, 5, 0, 0), False)


def test_a_layout_that_grew_at_its_ends_is_exact() -> None:
    """A bucket more at either end is the normal case; nothing is approximate."""
    now = amount((0, 1, 11, 22, 1, 0), 99.0, (0.5, 1.0, 2.0, 4.0, 8.0))
    assert risen((0, 10, 20, 0), (1.0, 2.0, 4.0), now) == ((0, 1, 1, 2, 1, 0), True)


def test_bounds_that_an_old_file_did_not_keep() -> None:
    """Counts that all rose are subtracted by bucket; else their number is, and nothing is lost."""
    now = amount((11, 22, 30, 0, 0), 99.0, FINE)
    assert risen((10, 20, 30), None, now) == ((1, 2, 0, 0, 0), True)
    assert risen((40, 20), None, now) == ((0, 0, 3, 0, 0), False)


def test_a_sum_rises_where_the_count_does() -> None:
    """A mean's noise is no event; with negative bounds a sum may fall."""
    held = Held((10.0, 3, 4), (0.0,))
    sums = [
        rise(amount((3, more), value, (0.0,)), held)[0].value
        for more, value in ((4, 11.0), (5, 9.0))
    ]
    assert sums == [0, 0]
    cold, _ = rise(amount((5, 4), 4.0, (-5.0,)), Held((10.0, 3, 4), (-5.0,)))
    assert cold.value == -6.0


def test_a_number_is_no_distribution() -> None:
    """Where a series changed from one to the other, its first point is a base."""
    found, _ = rise(amount((5, 4), 4.0, (1.0,)), Held((3,)))
    assert (found.value, found.counts) == (0, (0, 0))
    assert rise(Amount(value=9), Held((3.0, 1, 2), (1.0,)))[0].value == 0
    assert rise(Amount(value=9), Held((3,)))[0].value == 6


def counts_of(values: list[int], bounds: tuple[float, ...]) -> tuple[int, ...]:
    """Return the counts of values, as Google does: a bucket does not have its upper bound."""
    counts = [0] * (len(bounds) + 1)
    for value in values:
        counts[bisect_right(bounds, value)] += 1
    return tuple(counts)


@given(EDGES, EDGES, VALUES, VALUES)
def test_the_number_is_right_whatever_the_bounds(
    first: tuple[float, ...], second: tuple[float, ...], held: list[int], new: list[int]
) -> None:
    """No new event is lost or doubled, none is below where it is; nested bounds are exact."""
    now = amount(counts_of(held + new, second), float(sum(held + new)), second)
    before = Held((float(sum(held)), *counts_of(held, first)), first)
    found, exact = rise(now, before)
    assert sum(found.counts) == len(new)
    assert found.value == sum(new)
    for index, bound in enumerate(second, 1):
        assert sum(found.counts[:index]) <= sum(value < bound for value in new)
    if exact or set(second) <= set(first):
        assert found.counts == counts_of(new, second)
