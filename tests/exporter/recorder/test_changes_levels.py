"""Gauges, states and other levels: read as they are, joined by rule, gone when they are removed."""

from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Enum,
    Gauge,
    Info,
    Metric,
)

from tests.exporter.recorder.test_changes import Watched, plain, read, shapes


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
    rules = {name: shape.rule for name, shape in shapes(found).items()}
    assert rules == {"g": "sum", "top": "max", "build_info": "latest", "mood": "latest"}


def test_a_gauge_that_leaves_the_registry_is_gone() -> None:
    """Removed, cleared, unregistered; an info that changed; a gauge that comes back is there."""
    watched = Watched()
    gauge = Gauge("g", "G.", ["a"], registry=watched.registry)
    other = Gauge("other", "O.", registry=watched.registry)
    build = Info("build", "B.", registry=watched.registry)
    for label in "xyz":
        gauge.labels(label).set(1)
    build.info({"v": "1"})
    watched.read()
    gauge.remove("x")
    build.info({"v": "2"})
    watched.registry.unregister(other)
    found = watched.read()
    assert set(plain(dict.fromkeys(found.gone, 0.0))) == {
        "g||us|x",
        "build_info||us|1",
        "other||us",
    }
    assert plain(found.levels) == {"build_info||us|2": 1.0}
    gauge.clear()
    gauge.labels("z").set(1)
    found = watched.read()
    assert (list(plain(dict.fromkeys(found.gone, 0.0))), plain(found.levels)) == (
        ["g||us|y"],
        {"g||us|z": 1.0},
    )


def test_a_state_that_changes_dates_all_states() -> None:
    """Else a state that is false would look older than another instance's."""
    watched = Watched()
    mood = Enum("mood", "M.", states=["a", "b", "c"], registry=watched.registry)
    watched.read()
    mood.state("b")
    assert plain(watched.read().levels) == {"mood||us|a": 0.0, "mood||us|b": 1.0, "mood||us|c": 0.0}
    assert watched.read().levels == {}


def test_a_level_that_is_no_number_is_read_once() -> None:
    """NaN is the same as the NaN before."""
    watched = Watched()
    gauge = Gauge("g", "G.", registry=watched.registry)
    gauge.set(float("nan"))
    assert list(plain(watched.read().levels)) == ["g||us"]
    gauge.set(float("nan"))
    assert watched.read().levels == {}
    gauge.set(float("inf"))
    assert plain(watched.read().levels) == {"g||us": float("inf")}


def test_a_gauge_may_be_named_like_a_time_of_creation() -> None:
    """Only a metric's own _created sample is left out."""
    found = read(lambda registry: Gauge("accounts_created", "A.", registry=registry).set(2))
    assert plain(found.levels) == {"accounts_created||us": 2.0}


def test_a_gauge_may_get_a_callback_later() -> None:
    """From then on its value is the callback's."""
    watched = Watched()
    gauge = Gauge("g", "G.", registry=watched.registry)
    gauge.set(1)
    watched.read()
    gauge.set_function(lambda: 4.0)
    assert plain(watched.read().levels) == {"g||us": 4.0}


class Failing:
    """A collector of an application's own, whose source may be away."""

    def __init__(self) -> None:
        self.is_away = False

    def collect(self) -> Iterator[Metric]:
        """Yield nothing, or fail."""
        if self.is_away:
            raise ConnectionError("away")
        yield from ()


def test_a_collector_that_fails_is_named_and_the_others_are_read() -> None:
    """The next reading has no fault where it answers again."""
    watched, failing = Watched(), Failing()
    watched.registry.register(failing)
    failing.is_away = True
    Gauge("g", "G.", registry=watched.registry).set(4)
    found = watched.read()
    assert found.faults == ["Failing: ConnectionError: away"]
    assert plain(found.levels) == {"g||us": 4.0}
    failing.is_away = False
    assert watched.read().faults == []
