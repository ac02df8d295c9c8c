"""An expression is walked whole: every kind says what it is made of."""

from typing import get_args

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
)
from exporter.catalog.model import Reduce, Type
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import children, expressions_of, families_in, walk

FAILED = Events(cloud_run.REQUESTS, (Matcher("response_code_class", ("5xx",)),))
ALL = Events(cloud_run.REQUESTS)
UP = Level(redis.UP, Reduce.MIN)
INSTANCES = Level(cloud_run.INSTANCES, Reduce.SUM, (Matcher("state", ("active",)),))
PARTS: dict[Expression, tuple[Expression, ...]] = {
    ALL: (),
    UP: (),
    Mean(cloud_run.REQUEST_DURATION): (),
    Quantile(0.5, cloud_run.REQUEST_DURATION): (),
    Rate(ALL): (ALL,),
    Share(FAILED, "region"): (FAILED,),
    Ratio((FAILED,), (FAILED, ALL)): (FAILED, FAILED, ALL),
    LevelRatio(UP, INSTANCES): (UP, INSTANCES),
    Complement(Ratio((FAILED,), (ALL,))): (Ratio((FAILED,), (ALL,)),),
    MeanOf(FAILED, ALL): (FAILED, ALL),
    Changes(UP): (UP,),
}


@pytest.mark.parametrize(("node", "parts"), PARTS.items(), ids=lambda one: type(one).__name__)
def test_each_kind_says_what_it_is_made_of(node: Expression, parts: tuple[Expression, ...]) -> None:
    """Its parts are the expressions in its fields, in their order."""
    assert children(node) == parts


def test_every_kind_is_looked_at() -> None:
    """No kind of expression is missing above."""
    assert {type(node) for node in PARTS} == set(get_args(Expression))


def test_a_walk_reaches_the_parts_of_parts() -> None:
    """Each expression comes before what it is made of, as often as it is there."""
    ratio = Ratio((FAILED,), (ALL,))
    assert list(walk(Complement(ratio), UP)) == [Complement(ratio), ratio, FAILED, ALL, UP]
    assert list(families_in(Complement(ratio), UP)) == [*[cloud_run.REQUESTS] * 2, redis.UP]


def test_the_events_that_a_signal_needs_enough_of_are_its_expressions_too() -> None:
    """A signal's minimum is read as its value is."""
    for signal in SIGNALS:
        minimum = signal.minimum_events or MinimumEvents((), 0)
        assert expressions_of(signal) == (signal.expression, *minimum.events)


def test_a_histogram_counts_beside_its_name() -> None:
    """A counter's events are its own series, a histogram's are those of its count."""
    assert application.REQUEST_DURATION.type is Type.HISTOGRAM
    assert Events(application.REQUEST_DURATION).series == "app_request_duration_seconds_count"
    assert ALL.series == "cloudrun_requests_total"
