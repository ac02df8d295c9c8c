"""What the points of a series add up to: numbers, buckets, layouts that change, exemplars."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount, Total
from exporter.exposition.snapshot import Buckets, Exemplar
from tests.exporter.cloud_monitoring.ledgers import add_buckets, add_number

MINUTE = 60 * SECOND
FINE = layout((1.0, 2.0, 4.0, 8.0), 1.0, REQUESTS)
TEN = tuple(float(n) for n in range(1, 11))


def at(minute: float) -> int:
    """Return the nanosecond of a minute."""
    return round((1000 + minute) * MINUTE)


def counted(total: Total) -> tuple[tuple[float, ...] | None, list[int], float]:
    """Return bounds, counts and sum."""
    return total.bounds, list(total.counts), total.value


def test_buckets_show_zero_until_they_were_seen() -> None:
    """A histogram at zero has all its bounds, no events and no exemplars."""
    total = Total(labels=(), shown=False)
    add_buckets(total, FINE, (1, 2, 3), 9.0, at(1))
    total.exemplars[0] = Exemplar("t", "s", 0.5, 1.0)
    assert total.exposed_value() == Buckets(FINE.bounds, (0, 0, 0, 0, 0), 0.0)
    total.shown = True
    shown = Buckets(FINE.bounds, (1, 2, 3, 0, 0), 9.0, ((0, Exemplar("t", "s", 0.5, 1.0)),))
    assert total.exposed_value() == shown


def test_numbers_and_distributions_add_up() -> None:
    """Counts, sums and the newest end; a truncated distribution has zeros at its end."""
    total = Total(labels=(), shown=True)
    total.dirty = False
    add_number(total, 2, at(2))
    add_number(total, 3, at(1))
    assert (total.value, total.last, total.dirty) == (5, at(2), True)
    total = Total(labels=(), shown=True)
    assert add_buckets(total, FINE, (1, 1), 2.0, at(1))
    assert add_buckets(total, FINE, (0, 0, 0, 0, 4), 40.0, at(2))
    assert counted(total) == (FINE.bounds, [1, 1, 0, 0, 4], 42.0)
    assert total.last == at(2)


def test_a_finer_layout_merges_into_the_bounds_that_are_there() -> None:
    """Where a new layout has all exported bounds, counting goes on exactly."""
    total = Total(labels=(), shown=True)
    add_buckets(total, layout((2.0, 8.0), 1.0, REQUESTS), (1, 2, 3), 0.0, at(1))
    assert add_buckets(total, FINE, (10, 20, 30, 40, 50), 0.0, at(2))
    assert counted(total) == ((2.0, 8.0), [31, 72, 53], 0.0)


def test_a_coarser_layout_keeps_the_bounds_that_both_have() -> None:
    """Where enough bounds are shared, the others merge away, and nothing is lost."""
    total = Total(labels=(), shown=True)
    add_buckets(total, layout(TEN, 1.0, REQUESTS), (1,) * 11, 5.0, at(1))
    total.exemplars[0] = Exemplar("t", "s", 0.5, 1.0)
    assert add_buckets(total, layout(TEN[1:-1], 1.0, REQUESTS), (1,) * 9, 5.0, at(2))
    assert counted(total) == (TEN[1:-1], [3, 2, 2, 2, 2, 2, 2, 2, 3], 10.0)
    assert total.exemplars == {}


def test_a_foreign_layout_starts_the_total_anew() -> None:
    """With too few shared bounds the total is only what came in the new layout."""
    total = Total(labels=(), shown=True)
    add_buckets(total, FINE, (1, 1), 2.0, at(1))
    strange = layout((3.0, 4.0), 1.0, REQUESTS)
    assert not add_buckets(total, strange, (5, 6, 7), 50.0, at(2))
    assert counted(total) == ((3.0, 4.0), [5, 6, 7], 50.0)


def test_a_distribution_without_buckets_lies_above_all_bounds() -> None:
    """Its events are counted in the last bucket, whatever came before it."""
    plain = layout((), 1.0, REQUESTS)
    total = Total(labels=(), shown=True)
    add_buckets(total, FINE, (1,), 1.0, at(1))
    assert add_buckets(total, plain, (7,), 70.0, at(2))
    assert counted(total) == (FINE.bounds, [1, 0, 0, 0, 7], 71.0)
    alone = Total(labels=(), shown=True)
    assert add_buckets(alone, plain, (7,), 70.0, at(2))
    assert counted(alone) == ((), [7], 70.0)


@given(st.sets(st.sampled_from(TEN)), st.sets(st.sampled_from(TEN)), st.data())
def test_no_event_moves_across_a_bound(
    first: set[float], second: set[float], data: st.DataObject
) -> None:
    """After any change of layout that goes on, cumulative counts at the bounds left are exact."""
    total, truth = Total(labels=(), shown=True), []
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


def test_amounts_are_added_in_the_base_unit() -> None:
    """The scale applies to numbers and to sums; without one whole numbers stay whole."""
    total = Total(labels=(), shown=True)
    total.add_amount(Amount(value=1500, scale=1e-3), at(1))
    assert total.value == 1.5
    total = Total(labels=(), shown=True)
    total.add_amount(Amount(value=2**60), at(1))
    total.add_amount(Amount(value=1), at(1))
    assert (total.value, type(total.value)) == (2**60 + 1, int)
    total = Total(labels=(), shown=True)
    total.add_amount(Amount(value=3000.0, counts=(1, 1), layout=FINE, scale=1e-3), at(1))
    assert counted(total) == (FINE.bounds, [1, 1, 0, 0, 0], 3.0)


def test_exemplars_come_with_an_amount() -> None:
    """They lie in the buckets that the amount brought; of each bucket the newest stays."""
    total = Total(labels=(), shown=True)
    first = (Exemplar("a", "s", 0.5, 2.0), Exemplar("b", "s", 9.0, 2.0))
    total.add_amount(Amount(value=1.0, counts=(1, 0, 0, 0, 1), layout=FINE, exemplars=first), at(1))
    assert total.exemplars == {0: first[0], 4: first[1]}
    second = (Exemplar("older", "s", 0.5, 1.0), Exemplar("same", "s", 9.0, 2.0))
    total.add_amount(Amount(value=1.0, counts=(1,), layout=FINE, exemplars=second), at(2))
    assert total.exemplars == {0: first[0], 4: second[1]}


def test_an_amount_is_empty_without_events() -> None:
    """A distribution of no events is; a number never is, zero included."""
    assert Amount(value=0.0, counts=(0, 0), layout=FINE).empty
    assert not Amount(value=0.0, counts=(0, 1), layout=FINE).empty
    assert not Amount(value=0).empty
