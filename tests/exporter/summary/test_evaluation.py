"""Every kind of expression, over windows that are written down."""

from math import nan

import pytest

from exporter.catalog import application, cloud_run, redis
from exporter.catalog.expression import (
    Changes,
    Complement,
    Events,
    Expression,
    Level,
    LevelRatio,
    Matcher,
    Mean,
    MeanOf,
    MinimumEvents,
    Quantile,
    Rate,
    Ratio,
    Share,
    Signal,
)
from exporter.catalog.model import Family, Reduce
from exporter.catalog.signals import SIGNALS
from exporter.exposition.samples import Part, Sample
from exporter.summary.evaluation import BucketRise, FamilyRise, Window, evaluate, quantile, values

BY = ("region",)
CLASSES = ("gcp_project", "region", "response_code_class")
EU, US = ("eu",), ("us",)
REQUESTS = FamilyRise(
    CLASSES,
    {
        ("a", "eu", "2xx"): 90.0,
        ("a", "eu", "5xx"): 10.0,
        ("a", "us", "2xx"): 300.0,
        ("b", "us", "2xx"): 100.0,
        ("a", "asia", "2xx"): 0.0,
    },
)
DURATION = FamilyRise(
    ("gcp_project", "region"),
    {
        ("a", "eu"): BucketRise(100, 8.0, {0.1: 50, 0.2: 100}),
        ("b", "eu"): BucketRise(100, 30.0, {0.1: 0, 0.2: 0, 0.4: 100}),
        ("a", "us"): BucketRise(0, 0.0, {0.1: 0, 0.2: 0}),
    },
)


def gauge(family: Family, *rows: tuple[dict[str, str], float]) -> tuple[Part, ...]:
    """Return a gauge's parts, one a row."""
    names = family.label_names
    return tuple(
        Part(family, (Sample(tuple(labels.get(name, "") for name in names), value),))
        for labels, value in rows
    )


WINDOW = Window(
    seconds=200,
    rises={
        cloud_run.REQUESTS.name: REQUESTS,
        cloud_run.REQUEST_DURATION.name: DURATION,
        redis.KEYSPACE_HITS.name: FamilyRise(("redis_id",), {("c",): 100.0}),
        redis.KEYSPACE_MISSES.name: FamilyRise(("redis_id",), {("c",): 300.0, ("d",): 1.0}),
        application.PERSONA_REQUESTS.name: FamilyRise(
            ("region", "persona"), {("eu", "Lua"): 3.0, ("eu", "Elro"): 1.0, ("us", "Lua"): 0.0}
        ),
    },
    covered={("a", cloud_run.REQUESTS.name): 100.0, ("b", cloud_run.REQUESTS.name): 50.0},
    gauges={
        cloud_run.INSTANCES.name: gauge(
            cloud_run.INSTANCES,
            ({"region": "eu", "state": "active"}, 5),
            ({"region": "eu", "state": "idle"}, 1),
            ({"region": "us", "state": "active"}, 0),
        ),
    },
    changes={cloud_run.INSTANCES.name: FamilyRise(("gcp_project", "region"), {("a", "eu"): 2.0})},
)
ERRORS = Events(cloud_run.REQUESTS, (Matcher("response_code_class", ("4xx", "5xx")),))
ALL = Events(cloud_run.REQUESTS)
HITS, MISSES = Events(redis.KEYSPACE_HITS), Events(redis.KEYSPACE_MISSES)
ACTIVE = Level(cloud_run.INSTANCES, Reduce.SUM, (Matcher("state", ("active",)),))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (ALL, {EU: 100, US: 400, ("asia",): 0}),
        (ERRORS, {EU: 10}),
        (Events(cloud_run.REQUEST_DURATION), {EU: 200, US: 0}),
        (Ratio((ERRORS,), (ALL,)), {EU: 0.1, US: 0}),
        (Complement(Ratio((ERRORS,), (ALL,))), {EU: 0.9, US: 1}),
        (Rate(ALL), {EU: 1.0, US: 5.0, ("asia",): 0}),
        (Mean(cloud_run.REQUEST_DURATION), {EU: 0.19}),
        (MeanOf(ERRORS, ALL), {EU: 0.1}),
        (Quantile(0.5, cloud_run.REQUEST_DURATION), {EU: 0.2}),
        (Level(cloud_run.INSTANCES, Reduce.SUM), {EU: 6, US: 0}),
        (Level(cloud_run.INSTANCES, Reduce.MAX), {EU: 5, US: 0}),
        (Level(cloud_run.INSTANCES, Reduce.MIN), {EU: 1, US: 0}),
        (Level(cloud_run.INSTANCES, Reduce.MEAN), {EU: 3, US: 0}),
        (ACTIVE, {EU: 5, US: 0}),
        (LevelRatio(ACTIVE, Level(cloud_run.INSTANCES, Reduce.SUM)), {EU: pytest.approx(5 / 6)}),
        (Changes(Level(cloud_run.INSTANCES, Reduce.SUM)), {EU: 2}),
        (
            Share(Events(application.PERSONA_REQUESTS), "persona"),
            {("eu", "Lua"): 0.75, ("eu", "Elro"): 0.25},
        ),
    ],
)
def test_an_expression_by_region(node: Expression, expected: dict[tuple[str, ...], float]) -> None:
    """As PromQL has it: no value without a total, none of a place without series."""
    assert evaluate(node, WINDOW, BY) == expected


def test_sums_need_all_of_their_parts() -> None:
    """Reads are hits and misses: of a cache without hits none is known."""
    assert evaluate(Ratio((HITS,), (HITS, MISSES)), WINDOW, ("redis_id",)) == {("c",): 0.25}


def test_a_rate_of_what_we_read_ourselves_is_by_the_clock() -> None:
    """Redis' counters do not move in steps of source time."""
    assert evaluate(Rate(HITS), WINDOW, ("redis_id",)) == {("c",): 0.5}


def test_everything_is_one_place() -> None:
    """Without labels to split by, projects add up, each by its own time."""
    assert evaluate(Rate(ALL), WINDOW, ()) == {(): 6.0}
    assert evaluate(Ratio((ERRORS,), (ALL,)), WINDOW, ()) == {(): 0.02}


def test_too_few_events_are_no_value() -> None:
    """The place is known, its value is not."""
    (signal,) = (one for one in SIGNALS if one.name == "error_rate")
    assert signal.minimum_events == MinimumEvents((ALL,), 100)
    found = values(signal, WINDOW, BY)
    assert found == {EU: 0.1, US: 0}
    assert values(signal, WINDOW, ("gcp_project", "region")) == {
        ("a", "eu"): 0.1,
        ("a", "us"): 0,
        ("b", "us"): 0,
    }
    fewer = Window(seconds=1, rises={ALL.family.name: FamilyRise(BY, {EU: 99.0})})
    assert values(signal, fewer, BY) == {EU: None}


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_nothing_exposed_is_nothing_known(signal: Signal) -> None:
    """No signal of the catalog fails where its families are not there."""
    assert values(signal, Window(seconds=0), signal.by) == {}


@pytest.mark.parametrize(
    ("q", "rise", "expected"),
    [
        (0.5, BucketRise(4, nan, {1.0: 2, 2.0: 4}), 1.0),
        (0.75, BucketRise(4, nan, {1.0: 2, 2.0: 4}), 1.5),
        (0.99, BucketRise(4, nan, {1.0: 2, 2.0: 2}), 2.0),
        (0.5, BucketRise(4, nan, {}), 0.0),
        (0.9, BucketRise(10, nan, {1.0: 8, 2.0: 7, 3.0: 10}), 2.5),
    ],
)
def test_a_quantile_is_within_its_bucket(q: float, rise: BucketRise, expected: float) -> None:
    """Above all bounds it is the last; a sum that falls from bound to bound counts as flat."""
    assert quantile(q, rise) == pytest.approx(expected)
