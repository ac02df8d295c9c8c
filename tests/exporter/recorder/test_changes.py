"""A registry is read as what changed in it: rises, levels, and what is gone."""

from collections.abc import Callable

import pytest
from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Summary,
)

from exporter.recorder.changes import RegistryReader
from exporter.recorder.layout import Shape, family_parts, parts
from exporter.recorder.naming import MOST_SERIES, RegistryReading

HERE = {"region": "us"}


class Watched:
    """A registry and its reader."""

    def __init__(self, rules: dict[str, str] | None = None) -> None:
        self.registry = CollectorRegistry()
        self._reader = RegistryReader(self.registry, HERE, rules or {})

    def read(self) -> RegistryReading:
        """Return what changed."""
        return self._reader.read()

    def totals(self) -> dict[str, float]:
        """Return which totals rose."""
        return plain(self.read().totals)


def read(
    make: Callable[[CollectorRegistry], object], rules: dict[str, str] | None = None
) -> RegistryReading:
    """Read a registry that was filled."""
    watched = Watched(rules)
    make(watched.registry)
    return watched.read()


def plain(values: dict[str, float]) -> dict[str, float]:
    """Write fields without digest, with a bar for the separator."""
    found = {parts(name): value for name, value in values.items()}
    return {"|".join((f.family, f.part, *f.values)): value for f, value in found.items()}


def shapes(found: RegistryReading) -> dict[str, Shape]:
    """Return the shapes by family."""
    return {family_parts(name)[0]: shape for name, shape in found.shapes.items()}


def test_a_counter_is_one_field_a_series() -> None:
    """A counter's family has its _total; its labels come after the constant ones."""

    def make(registry: CollectorRegistry) -> None:
        Counter("app_jobs", "Jobs.", ["kind"], registry=registry).labels("a").inc(3)

    found = read(make)
    shape = Shape(type="counter", help="Jobs.", labels=("region", "kind"))
    assert plain(found.totals) == {"app_jobs_total||us|a": 3.0}
    assert shapes(found) == {"app_jobs_total": shape}
    assert {parts(name).digest for name in found.totals} == {shape.digest}
    assert (found.levels, found.dropped, found.faults) == ({}, 0, [])


def test_only_what_changed_is_read_again() -> None:
    """Of all kinds, the rise since the last reading; without a change there is nothing."""
    watched = Watched()
    counted = Counter("c", "C.", ["a"], registry=watched.registry)
    timed = Histogram("h", "H.", buckets=(1, 2), registry=watched.registry)
    size = Summary("s", "S.", registry=watched.registry)
    gauge = Gauge("g", "G.", registry=watched.registry)
    for label in "xyz":
        counted.labels(label).inc(2)
    assert len(watched.totals()) == 6
    assert watched.read() == RegistryReading()
    counted.labels("y").inc(3)
    timed.observe(1.5)
    size.observe(4)
    gauge.set(7)
    found = watched.read()
    assert plain(found.totals) == {
        "c_total||us|y": 3.0,
        "h|2.0|us": 1.0,
        "h|s|us": 1.5,
        "s|n|us": 1.0,
        "s|s|us": 4.0,
    }
    assert (plain(found.levels), found.shapes) == ({"g||us": 7.0}, {})


def test_a_histogram_is_its_sum_and_buckets_that_hold_something() -> None:
    """Buckets are not accumulated; those that are empty are no fields, but bounds of the shape."""

    def make(registry: CollectorRegistry) -> None:
        histogram = Histogram("h", "Sizes.", buckets=(1, 2, 5), registry=registry)
        for value in (0.5, 0.7, 4.0, 9.0):
            histogram.observe(value)

    found = read(make)
    assert plain(found.totals) == {"h|1.0|us": 2, "h|5.0|us": 1, "h|+Inf|us": 1, "h|s|us": 14.2}
    assert shapes(found) == {
        "h": Shape(type="histogram", help="Sizes.", labels=("region",), bounds=(1.0, 2.0, 5.0))
    }


def test_a_series_without_a_value_is_there_at_zero() -> None:
    """So that its first count is seen as a rise."""

    def make(registry: CollectorRegistry) -> None:
        Summary("s", "Sizes.", registry=registry)
        Histogram("h", "Sizes.", registry=registry)
        Counter("c", "C.", ["a"], registry=registry).labels("x")

    found = plain(read(make).totals)
    assert found == {"s|n|us": 0.0, "s|s|us": 0.0, "h|s|us": 0.0, "c_total||us|x": 0.0}


def test_observations_below_zero_are_added() -> None:
    """A sum that falls was not reset, wherever the bounds begin."""
    watched = Watched()
    below = Histogram("h", "H.", buckets=(-5, 0, 5), registry=watched.registry)
    size = Summary("s", "S.", registry=watched.registry)
    total: dict[str, float] = {}
    for value in (10, -4, -1):
        below.observe(value)
        size.observe(value)
        for name, rise in watched.totals().items():
            total[name] = total.get(name, 0.0) + rise
    assert (total["h|s|us"], total["s|s|us"], total["s|n|us"]) == (5.0, 5.0, 3.0)


def test_a_counter_that_is_reset_counts_from_zero() -> None:
    """All that it shows then is a rise."""
    watched = Watched()
    counted = Counter("c", "C.", registry=watched.registry)
    counted.inc(9)
    assert watched.totals() == {"c_total||us": 9.0}
    counted.reset()
    counted.inc(4)
    assert watched.totals() == {"c_total||us": 4.0}
    counted.inc()
    assert watched.totals() == {"c_total||us": 1.0}


@pytest.mark.parametrize("again", [3, 10, 12])
def test_a_series_that_is_removed_and_made_again_loses_nothing(again: int) -> None:
    """What it counted last, and what it counts anew, even where that is more than before."""
    watched = Watched()
    counted = Counter("c", "C.", ["a"], registry=watched.registry)
    counted.labels("x").inc(10)
    counted.labels("y").inc(1)
    watched.read()
    counted.labels("x").inc(5)
    counted.remove("x")
    counted.labels("x").inc(again)
    counted.labels("z").inc(2)
    assert watched.totals() == {"c_total||us|x": 5.0 + again, "c_total||us|z": 2.0}
    counted.clear()
    counted.labels("y").inc(1)
    assert watched.totals() == {"c_total||us|y": 1.0}
    assert watched.totals() == {}


def test_a_metric_that_is_unregistered_has_counted_all() -> None:
    """What it counted last is a rise; registered again under its name it counts from 0."""
    watched = Watched()
    counted = Counter("c", "C.", registry=watched.registry)
    counted.inc(3)
    watched.read()
    counted.inc(2)
    watched.registry.unregister(counted)
    Counter("c", "C.", registry=watched.registry).inc(7)
    assert watched.totals() == {"c_total||us": 9.0}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_sum_that_is_no_number_is_left_out(value: float) -> None:
    """Redis cannot add it: it is counted once as left out, and goes on if it is a number again."""
    watched = Watched()
    size = Summary("s", "S.", registry=watched.registry)
    size.observe(3)
    watched.read()
    size.observe(value)
    found = watched.read()
    assert (plain(found.totals), found.dropped) == ({"s|n|us": 1.0}, 1)
    size.observe(1)
    found = watched.read()
    assert (plain(found.totals), found.dropped) == ({"s|n|us": 1.0}, 0)


def test_a_sum_that_overflows_is_left_out() -> None:
    """Numbers that are finite one by one may be infinite together."""
    watched = Watched()
    counted = Counter("c", "C.", registry=watched.registry)
    counted.inc(1e308)
    assert watched.totals() == {"c_total||us": 1e308}
    counted.inc(1e308)
    found = watched.read()
    assert (found.totals, found.dropped) == ({}, 1)


def test_a_label_of_the_metric_s_own_wins() -> None:
    """A metric that has the label region itself has it once."""

    def make(registry: CollectorRegistry) -> None:
        Gauge("g", "G.", ["region"], registry=registry).labels("mars").set(1)

    found = read(make)
    assert plain(found.levels) == {"g||mars": 1.0}
    assert shapes(found)["g"].labels == ("region",)


def test_a_label_may_be_named_like_a_bound() -> None:
    """Only a histogram's `le` is a bound."""

    def make(registry: CollectorRegistry) -> None:
        counted = Counter("c", "C.", ["le"], registry=registry)
        counted.labels("1").inc(3)
        counted.labels("2").inc(4)
        Summary("s", "S.", ["le"], registry=registry).labels("x").observe(2)

    assert plain(read(make).totals) == {
        "c_total||us|1": 3.0,
        "c_total||us|2": 4.0,
        "s|n|us|x": 1.0,
        "s|s|us|x": 2.0,
    }


def test_very_many_series_are_cut_and_counted() -> None:
    """Of one metric so many series are read; each other is counted once."""
    watched = Watched()
    gauge = Gauge("g", "G.", ["n"], registry=watched.registry)
    for number in range(MOST_SERIES + 7):
        gauge.labels(str(number))
    found = watched.read()
    assert (len(found.levels), found.dropped) == (MOST_SERIES, 7)
    gauge.labels("another")
    assert watched.read().dropped == 1
    gauge.remove("0")
    found = watched.read()
    assert (len(found.gone), list(plain(found.levels)), found.dropped) == (
        1,
        [f"g||us|{MOST_SERIES}"],
        0,
    )


def test_what_prometheus_client_registers_by_itself_is_left_out() -> None:
    """A process's own numbers are not the application's, whose names may begin alike."""

    def make(registry: CollectorRegistry) -> None:
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            registry.register(collector)
        Counter("process_orders", "O.", registry=registry).inc(7)
        Counter("python_jobs", "J.", registry=registry).inc(7)

    found = read(make)
    assert plain(found.totals) == {"process_orders_total||us": 7.0, "python_jobs_total||us": 7.0}
    assert found.levels == {}


def test_a_callback_that_raises_costs_itself() -> None:
    """All other series are read, its own is gone until it answers again, and that can be seen."""
    watched, broken = Watched(), [False]
    Counter("c", "C.", registry=watched.registry).inc()
    gauge = Gauge("g", "G.", ["a"], registry=watched.registry)
    gauge.labels("x").set_function(lambda: 1 / (not broken[0]))
    gauge.labels("y").set(5)
    assert plain(watched.read().levels) == {"g||us|x": 1.0, "g||us|y": 5.0}
    broken[0] = True
    gauge.labels("y").set(6)
    found = watched.read()
    assert plain(found.levels) == {"g||us|y": 6.0}
    assert list(plain(dict.fromkeys(found.gone, 0.0))) == ["g||us|x"]
    assert found.faults == ["g: ZeroDivisionError: division by zero"]
    broken[0] = False
    found = watched.read()
    assert (plain(found.levels), found.gone, found.faults) == ({"g||us|x": 1.0}, {}, [])


def test_the_labels_of_a_registry_are_a_metric() -> None:
    """What set_target_info says is exported as prometheus_client does."""
    found = read(lambda registry: registry.set_target_info({"env": "prod"}))
    assert plain(found.levels) == {"target_info||us|prod": 1.0}
