"""A registry is read as fields that add up, and levels."""

from collections.abc import Callable, Iterable

import pytest
from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, Info, Summary
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from exporter.recorder.changes import MOST_SERIES, RegistryReader, RegistryReading
from exporter.recorder.layout import Shape

HERE = {"region": "us"}


def read(
    make: Callable[[CollectorRegistry], object], rules: dict[str, str] | None = None
) -> RegistryReading:
    """Read a registry that was filled."""
    registry = CollectorRegistry()
    make(registry)
    return RegistryReader(registry, HERE, rules or {}).read()


def plain(values: dict[str, float]) -> dict[str, float]:
    """Write fields with a bar for the separator."""
    return {name.replace("\x1f", "|"): value for name, value in values.items()}


def test_a_counter_is_one_field_a_series() -> None:
    """A counter's family has its _total; its labels come after the constant ones."""

    def make(registry: CollectorRegistry) -> None:
        Counter("app_jobs", "Jobs.", ["kind"], registry=registry).labels("a").inc(3)

    found = read(make)
    assert plain(found.totals) == {"app_jobs_total||us|a": 3.0}
    assert found.shapes == {
        "app_jobs_total": Shape(type="counter", help="Jobs.", labels=("region", "kind"))
    }
    assert (found.levels, found.dropped) == ({}, 0)


def test_a_histogram_is_its_sum_and_buckets_that_hold_something() -> None:
    """Buckets are not accumulated; those that are empty are no fields, but bounds of the shape."""

    def make(registry: CollectorRegistry) -> None:
        histogram = Histogram("h", "Sizes.", buckets=(1, 2, 5), registry=registry)
        for value in (0.5, 0.7, 4.0, 9.0):
            histogram.observe(value)

    found = read(make)
    assert plain(found.totals) == {"h|1.0|us": 2, "h|5.0|us": 1, "h|+Inf|us": 1, "h|s|us": 14.2}
    assert found.shapes == {
        "h": Shape(type="histogram", help="Sizes.", labels=("region",), bounds=(1.0, 2.0, 5.0))
    }


def test_a_summary_is_sum_and_count() -> None:
    """Without a value a summary is there at zero."""
    found = read(lambda registry: Summary("s", "Sizes.", registry=registry))
    assert plain(found.totals) == {"s|n|us": 0.0, "s|s|us": 0.0}


def test_gauges_are_levels_joined_by_rule() -> None:
    """A gauge has the configured rule, or sum; info and states are of the latest instance."""

    def make(registry: CollectorRegistry) -> None:
        Gauge("g", "G.", registry=registry).set(4)
        Gauge("top", "T.", registry=registry).set(5)
        Info("build", "B.", registry=registry).info({"version": "2"})
        Enum("mood", "M.", states=["good", "bad"], registry=registry).state("bad")

    found = read(make, {"top": "max"})
    assert plain(found.levels) == {
        "g||us": 4.0,
        "top||us": 5.0,
        "build_info||us|2": 1.0,
        "mood||us|good": 0.0,
        "mood||us|bad": 1.0,
    }
    rules = {name: shape.rule for name, shape in found.shapes.items()}
    assert rules == {"g": "sum", "top": "max", "build_info": "latest", "mood": "latest"}


def test_a_gauge_may_be_named_like_a_time_of_creation() -> None:
    """Only a metric's own _created sample is left out."""
    found = read(lambda registry: Gauge("accounts_created", "A.", registry=registry).set(2))
    assert plain(found.levels) == {"accounts_created||us": 2.0}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_sum_that_is_no_number_is_left_out(value: float) -> None:
    """Redis cannot add it, and a script that fails half-way would count the rest again."""

    def make(registry: CollectorRegistry) -> None:
        Summary("s", "S.", registry=registry).observe(value)

    assert plain(read(make).totals) == {"s|n|us": 1.0}


def test_a_label_of_the_metric_s_own_wins() -> None:
    """A metric that has the label region itself has it once."""

    def make(registry: CollectorRegistry) -> None:
        Gauge("g", "G.", ["region"], registry=registry).labels("mars").set(1)

    found = read(make)
    assert plain(found.levels) == {"g||mars": 1.0}
    assert found.shapes["g"].labels == ("region",)


def test_very_many_series_are_cut_and_counted() -> None:
    """Of one metric so many series are sent; the number of the others is counted."""

    def make(registry: CollectorRegistry) -> None:
        gauge = Gauge("g", "G.", ["n"], registry=registry)
        for number in range(MOST_SERIES + 7):
            gauge.labels(str(number))

    found = read(make)
    assert (len(found.levels), found.dropped) == (MOST_SERIES, 7)


class Foreign(Collector):
    """A collector of the application's own."""

    def collect(self) -> Iterable[Metric]:
        """Yield one metric without samples, and two that every Python process has."""
        yield GaugeMetricFamily("empty", "E.", labels=["a"])
        yield GaugeMetricFamily("python_threads", "P.", value=1)
        yield GaugeMetricFamily("process_fds", "P.", value=1)
        yield GaugeMetricFamily("queue", "Q.", value=3)


def test_what_a_process_says_of_itself_is_left_out() -> None:
    """Metrics of Python and of the process are not the application's, and empty ones are none."""
    found = read(lambda registry: registry.register(Foreign()))
    assert plain(found.levels) == {"queue||us": 3.0}
    assert set(found.shapes) == {"queue"}
