"""Collectors of the application's own are read, too, and each costs only itself."""

from collections.abc import Callable, Iterable

import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from exporter.recorder.changes import RegistryReader
from exporter.recorder.naming import MOST_SERIES, RegistryReading
from tests.exporter.recorder.test_changes import plain, shapes


class Foreign(Collector):
    """A collector that yields what it is given."""

    def __init__(self, make: Callable[[], Iterable[Metric]]) -> None:
        self.make = make

    def collect(self) -> Iterable[Metric]:
        """Yield it."""
        return self.make()


def registered(*makes: Callable[[], Iterable[Metric]]) -> RegistryReader:
    """Return the reader of a registry with these collectors, and a good counter after them."""
    registry = CollectorRegistry()
    for make in makes:
        registry.register(Foreign(make))
    Counter("good", "G.", registry=registry).inc()
    return RegistryReader(registry, {}, {})


def rises(reader: RegistryReader) -> dict[str, float]:
    """Return what rose, without the good counter."""
    found = plain(reader.read().totals)
    found.pop("good_total|", None)
    return found


def uneven() -> Iterable[Metric]:
    """Yield a counter whose two series have different labels."""
    metric = CounterMetricFamily("odd", "O.", labels=["a"])
    metric.add_metric(["1"], 1)
    metric.samples.append(Sample("odd_total", {"b": "2"}, 2.0))
    yield metric


def created_only() -> Iterable[Metric]:
    """Yield a counter that has nothing but a time of creation."""
    metric = CounterMetricFamily("only_created", "O.")
    metric.samples.append(Sample("only_created_created", {}, 1.0))
    yield metric


def breaking() -> Iterable[Metric]:
    """Yield a gauge, and break."""
    yield GaugeMetricFamily("first", "F.", value=3)
    raise ZeroDivisionError("no  such\nthing")


def no_number() -> Iterable[Metric]:
    """Yield a value that is none."""
    metric = CounterMetricFamily("none", "N.")
    metric.samples.append(Sample("none_total", {}, None))  # type: ignore[arg-type]
    yield metric


def not_iterable() -> Iterable[Metric]:
    """Return what is not iterable."""
    return None  # type: ignore[return-value]


@pytest.mark.parametrize("make", [uneven, created_only, breaking, no_number, not_iterable])
def test_an_odd_collector_costs_itself(make: Callable[[], Iterable[Metric]]) -> None:
    """A good counter beside it is read, at each reading."""
    reader = registered(make)
    assert plain(reader.read().totals)["good_total|"] == 1.0
    reader.read()


def test_series_of_other_labels_are_other_shapes() -> None:
    """Each is read under its own label names."""
    found = registered(uneven).read()
    assert plain(found.totals) == {"odd_total||1": 1.0, "odd_total||2": 2.0, "good_total|": 1.0}
    labels = {s.labels for n, s in found.shapes.items() if n.startswith("odd")}
    assert (labels, found.faults) == ({("a",), ("b",)}, [])


def test_what_breaks_is_said_and_what_came_before_is_read() -> None:
    """Of a collector that breaks, the metrics that it yielded before."""
    reader = registered(breaking)
    found = reader.read()
    assert plain(found.levels) == {"first|": 3.0}
    assert found.faults == ["Foreign: ZeroDivisionError: no  such\nthing"]


def test_a_collector_that_stops_answering_has_no_gauges() -> None:
    """Its counters go on from where they were when it answers again."""
    answers = [True]

    def make() -> Iterable[Metric]:
        if not answers[0]:
            raise OSError
        yield GaugeMetricFamily("g", "G.", value=3)
        yield CounterMetricFamily("c", "C.", value=5)

    reader = registered(make)
    assert rises(reader) == {"c_total|": 5.0}
    answers[0] = False
    assert list(plain(dict.fromkeys(reader.read().gone, 0.0))) == ["g|"]
    answers[0] = True
    found = reader.read()
    assert (plain(found.totals), plain(found.levels)) == ({}, {"g|": 3.0})


def test_counts_that_fall_were_reset() -> None:
    """A histogram whose buckets fell counts from 0, its sum, too; a sum alone may fall."""
    values = [(3, 10.0)]

    def make() -> Iterable[Metric]:
        count, total = values[-1]
        yield HistogramMetricFamily("h", "H.", buckets=[("1", 0), ("+Inf", count)], sum_value=total)
        yield SummaryMetricFamily("s", "S.", count_value=count, sum_value=total)

    reader = registered(make)
    steps = []
    for step in [(3, 10.0), (4, 6.0), (2, 5.0)]:
        values.append(step)
        steps.append(rises(reader))
    assert steps == [
        {"h|+Inf": 3.0, "h|s": 10.0, "s|n": 3.0, "s|s": 10.0},
        {"h|+Inf": 1.0, "h|s": -4.0, "s|n": 1.0, "s|s": -4.0},
        {"h|+Inf": 2.0, "h|s": 5.0, "s|n": 2.0, "s|s": 5.0},
    ]


def test_a_type_that_cannot_be_exported_is_counted() -> None:
    """Once, and its name and type are said."""

    def make() -> Iterable[Metric]:
        yield GaugeHistogramMetricFamily("gh", "G.", buckets=[("1", 1), ("+Inf", 2)], gsum_value=3)

    reader = registered(make)
    found = reader.read()
    assert (found.dropped, found.faults) == (1, ["gh: type gaugehistogram cannot be exported"])
    assert reader.read().dropped == 0
    assert set(shapes(found)) == {"good_total"}


def test_quantiles_are_left_out() -> None:
    """They cannot be added; sum and count are."""

    def make() -> Iterable[Metric]:
        metric = SummaryMetricFamily("s", "S.", count_value=3, sum_value=6.0)
        metric.samples.append(Sample("s", {"quantile": "0.5"}, 2.0))
        yield metric

    assert rises(registered(make)) == {"s|n": 3.0, "s|s": 6.0}


def test_very_many_series_of_a_collector_are_cut() -> None:
    """The limit is for a metric, whatever labels its series have."""

    def make() -> Iterable[Metric]:
        metric = GaugeMetricFamily("g", "G.", labels=["n"])
        for number in range(MOST_SERIES + 3):
            metric.add_metric([str(number)], number)
        metric.samples.append(Sample("g", {"other": "x"}, 1.0))
        yield metric

    reader = registered(make)
    found: RegistryReading = reader.read()
    assert (len(found.levels), found.dropped) == (MOST_SERIES, 4)
    assert reader.read().dropped == 0


def test_a_bucket_that_is_new_is_no_reset() -> None:
    """A collector that only yields buckets with events gets one more; the others go on."""
    found = [[("1", 4), ("+Inf", 5)], [("1", 4), ("2", 0), ("+Inf", 6)]]
    at = [0]

    def make() -> Iterable[Metric]:
        yield HistogramMetricFamily("h", "H.", buckets=found[at[0]], sum_value=9.0 + at[0])

    reader = registered(make)
    assert rises(reader) == {"h|1.0": 4.0, "h|+Inf": 1.0, "h|s": 9.0}
    at[0] = 1
    assert {name: rise for name, rise in rises(reader).items() if rise} == {
        "h|+Inf": 1.0, "h|s": 1.0,
    }  # fmt: skip
