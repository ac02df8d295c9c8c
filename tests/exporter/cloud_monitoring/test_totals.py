"""What the points of a series add up to: numbers, buckets, layouts that change, exemplars."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.cloud_run import REQUEST_DURATION, REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.totals import Amount, Total
from exporter.exposition.samples import Buckets, Exemplar
from tests.exporter.cloud_monitoring.ledgers import add_buckets, add_number, buckets_of, counts_of

MINUTE = 60 * SECOND
FINE = layout((1.0, 2.0, 4.0, 8.0), 1.0, REQUESTS)
TEN = tuple(float(n) for n in range(1, 11))


def at(minute: float) -> int:
    """Return the nanosecond of a minute."""
    return round((1000 + minute) * MINUTE)


def counted(total: Total) -> tuple[tuple[float, ...] | None, list[int], float]:
    """Return bounds, counts and sum."""
    return total.bounds, counts_of(total), total.value


def test_buckets_show_zero_until_they_were_seen() -> None:
    """A histogram at zero has all its bounds, no events and no exemplars."""
    total = Total(labels=(), shown=False)
    add_buckets(total, FINE, (1, 2, 3), 9.0, at(1))
    buckets_of(total).exemplars[0] = Exemplar("t", "s", 0.5, 1.0)
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
    add_buckets(total, FINE, (1, 1), 2.0, at(1))
    add_buckets(total, FINE, (0, 0, 0, 0, 4), 40.0, at(2))
    assert counted(total) == (FINE.bounds, [1, 1, 0, 0, 4], 42.0)
    assert total.last == at(2)


def test_a_finer_layout_merges_into_the_bounds_that_are_there() -> None:
    """Where a new layout has all exported bounds, counting goes on exactly."""
    total = Total(labels=(), shown=True)
    add_buckets(total, layout((2.0, 8.0), 1.0, REQUESTS), (1, 2, 3), 0.0, at(1))
    add_buckets(total, FINE, (10, 20, 30, 40, 50), 0.0, at(2))
    assert counted(total) == ((2.0, 8.0), [31, 72, 53], 0.0)


def test_a_coarser_layout_keeps_the_bounds_that_both_have() -> None:
    """Where enough bounds are shared, the others merge away, and nothing is lost."""
    total = Total(labels=(), shown=True)
    add_buckets(total, layout(TEN, 1.0, REQUESTS), (1,) * 11, 5.0, at(1))
    buckets_of(total).exemplars[0] = Exemplar("t", "s", 0.5, 1.0)
    add_buckets(total, layout(TEN[1:-1], 1.0, REQUESTS), (1,) * 9, 5.0, at(2))
    assert counted(total) == (TEN[1:-1], [3, 2, 2, 2, 2, 2, 2, 2, 3], 10.0)
    assert buckets_of(total).exemplars == {}


def test_a_foreign_layout_adds_its_bounds() -> None:
    """Count and sum go on; what straddles a bound counts at the next one at or above its end."""
    total = Total(labels=(), shown=True)
    add_buckets(total, FINE, (1, 1), 2.0, at(1))
    add_buckets(total, layout((3.0, 4.0), 1.0, REQUESTS), (5, 6, 7), 50.0, at(2))
    assert counted(total) == ((1.0, 2.0, 3.0, 4.0, 8.0), [1, 1, 5, 6, 0, 7], 52.0)


def test_a_distribution_without_buckets_lies_above_all_bounds() -> None:
    """Its events are counted in the last bucket, whatever came before it."""
    plain = layout((), 1.0, REQUESTS)
    total = Total(labels=(), shown=True)
    add_buckets(total, FINE, (1,), 1.0, at(1))
    add_buckets(total, plain, (7,), 70.0, at(2))
    assert counted(total) == (FINE.bounds, [1, 0, 0, 0, 7], 71.0)
    alone = Total(labels=(), shown=True)
    add_buckets(alone, plain, (7,), 70.0, at(2))
    assert counted(alone) == ((), [7], 70.0)


DAY = 1440 * MINUTE
EDGES = st.sets(st.sampled_from(TEN)).map(lambda found: tuple(sorted(found)))


@given(st.data())
def test_no_event_moves_across_a_bound(data: st.DataObject) -> None:
    """With a second layout, cumulative counts are those of the ends of the events' buckets."""
    total, truth = Total(labels=(), shown=True), []
    for edges in (data.draw(EDGES), data.draw(EDGES)):
        counts = draw_counts(data, edges)
        add_buckets(total, layout(edges, 1.0, REQUESTS), counts, 0.0, at(1))
        uppers = (*edges, float("inf"))
        truth += [bound for bound, n in zip(uppers, counts, strict=True) for _ in range(n)]
    running = 0
    for bound, count in zip((*(total.bounds or ()), float("inf")), counts_of(total), strict=True):
        running += count
        assert running == sum(event <= bound for event in truth)
    assert isinstance(buckets_of(total).counts, array)


def draw_counts(data: st.DataObject, edges: tuple[float, ...]) -> list[int]:
    """Draw a count for each bucket."""
    size = len(edges) + 1
    return data.draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))


def below(total: Total, bound: float) -> int:
    """Return how many events lie at or below a bound of the total."""
    assert total.bounds is not None
    return sum(counts_of(total)[: total.bounds.index(bound) + 1])


@given(st.lists(EDGES, min_size=1, max_size=4), st.data())
def test_count_and_sum_survive_any_change(
    layouts: list[tuple[float, ...]], data: st.DataObject
) -> None:
    """Over layouts, restarts and days, no event is lost, none is below where it can be.

    A bound that stays or comes back within a day never falls: that would look like a restart.
    """
    total, events, weight, end = Total(labels=(), shown=True), [], 0.0, 0
    shown: dict[float, tuple[int, int]] = {}
    for _ in range(data.draw(st.integers(1, 12))):
        edges = data.draw(st.sampled_from(layouts))
        counts = draw_counts(data, edges)
        end += data.draw(st.sampled_from([MINUTE, MINUTE, 1500 * MINUTE]))
        add_buckets(total, layout(edges, 1.0, REQUESTS), counts, float(sum(counts)), end)
        uppers = (*edges, float("inf"))
        events += [bound for bound, n in zip(uppers, counts, strict=True) for _ in range(n)]
        weight += sum(counts)
        assert (sum(counts_of(total)), total.value) == (len(events), weight)
        for bound in total.bounds or ():
            found = below(total, bound)
            before, seen = shown.get(bound, (0, 0))
            assert found <= sum(event <= bound for event in events)
            assert found >= before or seen <= end - DAY
            shown[bound] = found, end
        if data.draw(st.integers(0, 3)) == 0:
            buckets_of(total).layouts.clear()  # as after a restart


def steps(*found: tuple[tuple[float, ...], tuple[int, ...]]) -> Total:
    """Return a total after points in these layouts, a minute apart."""
    total = Total(labels=(), shown=True)
    for minute, (edges, counts) in enumerate(found):
        add_buckets(total, layout(edges, 1.0, REQUESTS), counts, 0.0, at(minute))
    return total


STABLE = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
CANARY = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56)


def test_bounds_settle_while_two_layouts_are_alive() -> None:
    """The second layout adds its bounds once; then the page keeps them, also after a restart."""
    both = (STABLE, (0, 0, 0, 60)), (CANARY, (0, 0, 0, 0, 60))
    total = steps(*both)
    settled = total.bounds
    assert set(settled or ()) == {*STABLE, *CANARY}
    for minute in range(2, 20):
        if minute == 9:
            buckets_of(total).layouts.clear()
        edges, counts = both[minute % 2]
        add_buckets(total, layout(edges, 1.0, REQUESTS), counts, 0.0, at(minute))
        assert total.bounds == settled
    assert (below(total, 0.05), below(total, 0.16), sum(counts_of(total))) == (600, 1200, 1200)


def test_a_layout_that_is_gone_for_a_day_takes_its_bounds_along() -> None:
    """A bound that nothing counts in any more would look empty for ever."""
    total = steps((STABLE, (0, 0, 0, 60)), (CANARY, (0, 0, 0, 0, 60)))
    for minute in (1000, 1442, 1443):
        add_buckets(total, layout(CANARY, 1.0, REQUESTS), (0, 0, 0, 60), 0.0, at(minute))
    assert [b for b in total.bounds or () if CANARY[0] <= b <= CANARY[-1]] == list(CANARY)
    assert sum(counts_of(total)) == 300


def grid(first: int, last: int, eighths: int = 1) -> tuple[float, ...]:
    """Return bounds of an exponential histogram as a client computes them from its offset."""
    growth = 2 ** (eighths / 8)
    return tuple(growth**first * growth**step for step in range(last - first + 1))


def test_a_grid_that_grows_at_its_ends_adds_a_bound() -> None:
    """Equal bounds differ in their last digit when the offset does; they stay one bound."""
    total = Total(labels=(), shown=True)
    for minute, (first, last) in enumerate([(3, 5), (3, 6), (2, 6), (1, 9), (4, 7)]):
        size = last - first + 2
        counts = (0, *(1,) * (size - 2), 0)
        add_buckets(total, layout(grid(first, last), 1.0, REQUESTS), counts, 0.0, at(minute))
    assert len(total.bounds or ()) == 9
    assert counts_of(total) == [0, 1, 2, 4, 5, 4, 2, 1, 1, 0]


def test_a_grid_of_160_buckets_keeps_its_ends_and_forty_bounds() -> None:
    """Wherever the events are, the bounds reach there; a step changes few of them."""
    total, changed = Total(labels=(), shown=True), []
    for last in range(1, 161):
        before = set(total.bounds or ())
        counts = (0,) * last + (1, 0)
        add_buckets(total, layout(grid(0, last), 1.0, REQUESTS), counts, 0.0, at(last))
        bounds = total.bounds or ()
        assert len(bounds) <= 40
        assert abs(bounds[-1] / grid(0, last)[-1] - 1) < 1e-9
        changed.append(len(before ^ set(bounds)))
    assert max(changed[1:]) <= 2
    assert (sum(counts_of(total)), counts_of(total)[-1]) == (160, 0)


def test_half_the_resolution_is_exact_and_comes_back() -> None:
    """While both grids are alive the bounds of the coarse one stay; a day later the fine ones."""
    fine, coarse = grid(0, 32), grid(0, 16, eighths=2)
    total = steps((fine, (0,) + (1,) * 32), (coarse, (0,) + (2,) * 16))
    assert len(total.bounds or ()) == 17
    assert counts_of(total) == [0] + [4] * 16 + [0]
    for minute in (1000, 1442, 1443):
        add_buckets(total, layout(fine, 1.0, REQUESTS), (0,) + (1,) * 32, 0.0, at(minute))
    assert len(total.bounds or ()) == 33
    assert sum(counts_of(total)) == 64 + 3 * 32


def test_neighbours_of_thresholds_stay() -> None:
    """Of many bounds in two layouts, those beside a threshold are on the page."""
    total = Total(labels=(), shown=True)
    layouts = [
        layout(tuple(growth**n for n in range(66)), 1e-3, REQUEST_DURATION)
        for growth in (1.4, 1.37)
    ]
    for minute, found in enumerate(layouts):
        add_buckets(total, found, (1,) * 67, 0.0, at(minute))
    bounds = total.bounds or ()
    assert len(bounds) == 40
    for value in REQUEST_DURATION.near:
        beside = [b for found in layouts for b in found.source]
        assert max(b for b in beside if b <= value) in bounds
        assert min(b for b in beside if b >= value) in bounds


def test_a_total_stays_a_number() -> None:
    """A sum beyond all numbers, and counts beyond 64 bits, have no room."""
    total = Total(labels=(), shown=True, value=1.7e308)
    assert total.has_room(Amount(value=1e306))
    assert not total.has_room(Amount(value=1e308))
    assert not total.has_room(Amount(value=1e305, scale=1e3))
    total = steps(((1.0,), (2**61, 2**60)))
    assert not total.has_room(Amount(value=1, counts=(2**60, 2**60), layout=FINE))
    assert total.has_room(Amount(value=1, counts=(2**39,), layout=FINE))


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
    assert buckets_of(total).exemplars == {0: first[0], 4: first[1]}
    second = (Exemplar("older", "s", 0.5, 1.0), Exemplar("same", "s", 9.0, 2.0))
    total.add_amount(Amount(value=1.0, counts=(1,), layout=FINE, exemplars=second), at(2))
    assert buckets_of(total).exemplars == {0: first[0], 4: second[1]}


def test_an_amount_is_empty_without_events() -> None:
    """A distribution of no events is; a number never is, zero included."""
    assert Amount(value=0.0, counts=(0, 0), layout=FINE).empty
    assert not Amount(value=0.0, counts=(0, 1), layout=FINE).empty
    assert not Amount(value=0).empty
