"""A series counts on, whatever buckets, and order of labels, a reading has of it."""

from collections.abc import Iterator, Sequence
from itertools import accumulate

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric

from exporter.application.state import Schema
from exporter.exposition.samples import Buckets
from exporter.recorder.changes import RegistryReader
from exporter.recorder.counted import Counted, before
from exporter.recorder.layout import SEPARATOR, family_parts
from tests.exporter.application.states import Layout, merged, samples

EVERY = (1.0, 2.0, 4.0, 8.0)
BOUNDS = st.sets(st.sampled_from(EVERY)).map(lambda found: tuple(sorted(found)))
EVENTS = st.lists(st.sampled_from([0.5, 1.0, 1.5, 3.0, 5.0, 9.0]), max_size=6)


class Changing:
    """A collector of a histogram whose buckets are others in each reading."""

    def __init__(self) -> None:
        self.events: list[float] = []
        self.bounds: Sequence[float] = EVERY

    def collect(self) -> Iterator[Metric]:
        """Yield all events in today's buckets."""
        texts = [*map(str, self.bounds), "+Inf"]
        buckets = list(zip(texts, up_to(self.events, self.bounds), strict=True))
        yield HistogramMetricFamily("h", "H.", buckets=buckets, sum_value=sum(self.events))


def up_to(events: Sequence[float], bounds: Sequence[float]) -> list[int]:
    """Return how many events are at most each bound, and all of them."""
    return [sum(event <= bound for event in events) for bound in (*bounds, float("inf"))]


class Road:
    """From a registry to the page, without a Redis in between."""

    def __init__(self, collector: object) -> None:
        registry = CollectorRegistry()
        registry.register(collector)  # type: ignore[arg-type]
        self.reader, self.layout = RegistryReader(registry, {}, {}), Layout()

    def read(self) -> None:
        """Take a reading to the page."""
        found = self.reader.read()
        assert found.faults == []
        for name, rise in found.totals.items():
            self.layout.totals[name] = self.layout.totals.get(name, 0.0) + rise
        for name, shape in found.shapes.items():
            self.layout.schemas.setdefault(family_parts(name), Schema(shape, 1.0))

    def shown(self, family: str) -> dict[str, float | Buckets]:
        """Return what is exposed of a family, by labels."""
        return samples(merged(self.layout), family)


@given(st.lists(st.tuples(BOUNDS, EVENTS), min_size=1, max_size=6))
@example([((1.0,), [1.5]), ((), []), ((1.0,), [0.5])])
def test_each_event_counts_once_whatever_the_buckets(
    steps: list[tuple[tuple[float, ...], list[float]]],
) -> None:
    """Count and sum are the collector's, and so is each bucket up to a bound of all readings."""
    collector = Changing()
    road = Road(collector)
    for bounds, events in steps:
        collector.bounds = bounds
        collector.events += events
        road.read()
        shown = road.shown("app_h").get("", Buckets((), (0,), 0.0))
        assert isinstance(shown, Buckets)
        truth = up_to(collector.events, shown.bounds)
        assert [*accumulate(shown.counts)] == truth
        assert shown.sum == pytest.approx(sum(collector.events))


def test_a_bucket_of_another_series_changes_nothing() -> None:
    """The shape has the bounds of all series: one more in one of them counts none again."""
    found = [{"a": [("1", 4), ("+Inf", 5)]}]

    class Sparse:
        def collect(self) -> Iterator[Metric]:
            family = HistogramMetricFamily("h", "H.", labels=["k"])
            for label, buckets in found[-1].items():
                family.add_metric([label], buckets, sum_value=float(len(label)))
            yield family

    road = Road(Sparse())
    road.read()
    found.append({"a": [("1", 4), ("+Inf", 6)], "b": [("2", 1), ("+Inf", 1)]})
    road.read()
    counts = {labels: sum(one.counts) for labels, one in road.shown("app_h").items()}  # type: ignore[union-attr]
    assert counts == {"k=a": 6, "k=b": 1}


def test_labels_in_another_order_are_the_same_series() -> None:
    """A collector that builds them from a set has no order that lasts."""
    orders = [("a", "b")]

    class Unordered:
        def collect(self) -> Iterator[Metric]:
            family = CounterMetricFamily("c", "C.", labels=orders[-1])
            family.add_metric([name.upper() for name in orders[-1]], 4 + len(orders))
            yield family

    road = Road(Unordered())
    road.read()
    orders.append(("b", "a"))
    road.read()
    assert road.shown("app_c_total") == {"a=A,b=B": 6}


def test_a_bucket_that_was_emptied_is_a_reset() -> None:
    """An empty bucket is not among the parts: it fell all the same."""
    collector = Changing()
    road = Road(collector)
    collector.bounds = (1.0,)
    collector.events = [0.5, 0.5, 3.0]
    road.read()
    collector.events = [3.0]
    road.read()
    assert road.shown("app_h") == {"": Buckets((1.0,), (2, 2), 7.0)}


def counted(*readings: Sequence[tuple[str, float]]) -> tuple[dict[str, float], list[str]]:
    """Return all rises of one histogram's buckets over the readings, and what could not be read."""
    left = list(readings)

    class Given:
        def collect(self) -> Iterator[Metric]:
            yield HistogramMetricFamily("h", "H.", buckets=left[0], sum_value=1.0)

    registry = CollectorRegistry()
    registry.register(Given())  # type: ignore[arg-type]
    reader, totals, faults = RegistryReader(registry, {}, {}), dict[str, float](), list[str]()
    while left:
        found = reader.read()
        left.pop(0)
        faults += found.faults
        for name, rise in found.totals.items():
            part = name.split(SEPARATOR)[2]
            totals[part] = totals.get(part, 0.0) + rise
    return totals, faults


@pytest.mark.parametrize(
    "torn",
    [
        [("1", 5), ("+Inf", 7)],  # an event came after the first bucket was read
        [("1", 6), ("+Inf", 6)],  # and here before it, but the last bucket was read even earlier
    ],
)
def test_a_reading_between_two_buckets_is_no_reset(torn: list[tuple[str, float]]) -> None:
    """An event moves to its bucket with the next reading; nothing that was counted comes again."""
    before_it, after_it = [("1", 5.0), ("+Inf", 6.0)], [("1", 6.0), ("+Inf", 8.0)]
    totals, faults = counted(before_it, torn, after_it)
    assert (sum(totals.values()) - totals["s"], faults) == (8, [])


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("place", [0, 1])
def test_a_bucket_without_a_number_is_no_reset(odd: float, place: int) -> None:
    """The reading is left out, and named; the next one counts on."""
    good = [("1", 5.0), ("+Inf", 6.0)]
    bad = [(bound, odd if at == place else value) for at, (bound, value) in enumerate(good)]
    totals, faults = counted(good, bad, good)
    assert totals == {"1.0": 5.0, "+Inf": 1.0, "s": 1.0}
    assert faults == ["h: a number that is infinite or none"]


def test_a_bound_is_the_same_however_it_is_written() -> None:
    """Nor does the order of the buckets matter."""
    totals, _ = counted(
        [("1", 5), ("2", 6), ("+Inf", 6)],
        [("1.0", 5), ("2.00", 6), ("Inf", 6)],
        [("2", 6), ("1", 5), ("+Inf", 6)],
    )
    assert totals == {"1.0": 5.0, "2.0": 1.0, "s": 1.0}


def test_parts_of_events_fall_by_rounding_without_a_reset() -> None:
    """2.3 - 2.1 is less than 1.3 - 1.1, and a histogram may count weights."""
    totals, _ = counted([("1", 1.1), ("+Inf", 1.3)], [("1", 2.1), ("+Inf", 2.3)])
    assert sum(totals.values()) - totals["s"] == pytest.approx(2.3)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        ({"1.0": 4}, {"2.0": 4}, {"2.0": 4}),
        ({"1.0": 4}, {"2.0": 3}, {}),
        ({"1.0": 1, "+Inf": 2}, {"2.0": 2, "+Inf": 2}, {"2.0": 2, "+Inf": 1}),
        ({"+Inf": 2}, {"2.0": 1, "+Inf": 1}, {"2.0": 1, "+Inf": 1}),
        ({"+Inf": 2}, {"2.0": 1}, {}),
        ({"1.0": 1, "s": 0.5}, {"2.0": 1, "s": 0.1}, {"2.0": 1, "s": 0.5}),
        ({"1.0": float("nan")}, {"2.0": 1}, {}),
    ],
)
def test_events_lie_where_old_and_new_buckets_meet(
    last: dict[str, float], now: dict[str, float], expected: dict[str, float]
) -> None:
    """Where they have no room, the histogram began anew; a sum goes with them."""
    found = before(Counted("histogram", (1.0,), last), Counted("histogram", (2.0,), now))
    assert found == expected


def test_a_bound_that_is_no_number_costs_its_metric() -> None:
    """It is named once, and the others are read."""

    class Odd:
        def collect(self) -> Iterator[Metric]:
            yield HistogramMetricFamily("h", "H.", buckets=[("NaN", 1), ("+Inf", 1)], sum_value=1)
            yield CounterMetricFamily("c", "C.", value=5)

    registry = CollectorRegistry()
    registry.register(Odd())  # type: ignore[arg-type]
    reader = RegistryReader(registry, {}, {})
    found = reader.read()
    assert found.faults == ["h: a bucket's bound is no number"]
    assert (list(found.totals.values()), found.dropped) == ([5.0], 1)
    assert reader.read().faults == []
