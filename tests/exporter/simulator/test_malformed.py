"""Responses that break the rules."""

from typing import Any

import pytest

from exporter.catalog.model import ValueType
from exporter.simulator.faults import MALFORMED
from exporter.simulator.wire import VALUES
from exporter.simulator.world import World
from tests.exporter.simulator.asking import LATENCIES, NOON, asking, identity

SPAN = (NOON - 300, NOON)


def page(faults: str) -> Any:
    """Return a page of latencies with faults in it."""
    with asking(World(start=NOON, scale=0.01), faults, delay=0.0) as asker:
        return asker.pages(LATENCIES, *SPAN)[0]


@pytest.fixture(scope="module")
def sound() -> Any:
    """Give the page without faults."""
    return page("")


def test_a_string_series_is_added(sound: Any) -> None:
    """One series more holds strings, and the sound ones are untouched."""
    found = page("malformed=string").time_series
    assert list(sound.time_series) == list(found[:-1])
    assert VALUES[ValueType.STRING] == found[-1].value_type
    assert found[-1].points[0].value.string_value == "RUNNABLE"


def test_a_distribution_can_lack_its_options(sound: Any) -> None:
    """The first series has counts and means, but no buckets."""
    value = page("malformed=no_options").time_series[0].points[0].value.distribution_value
    assert sound.time_series[0].points[0].value.distribution_value.count == value.count
    assert not value.HasField("bucket_options")
    assert list(value.bucket_counts) == []


def test_a_series_without_points_is_added(sound: Any) -> None:
    """One series more has no points."""
    found = page("malformed=no_points").time_series
    assert len(sound.time_series) + 1 == len(found)
    assert list(found[-1].points) == []


def test_every_series_has_a_label_that_nobody_knows() -> None:
    """The unknown label is on all series, so that none of them changes its identity by chance."""
    found = page("malformed=extra_label").time_series
    assert {"yes"} == {series.metric.labels["surprise"] for series in found}


def test_a_series_comes_twice() -> None:
    """The first series is sent again at the end of the response."""
    found = page("malformed=duplicate").time_series
    assert identity(found[0]) == identity(found[-1])


def test_all_kinds_go_together() -> None:
    """A response can have every fault at once."""
    assert len(MALFORMED) == 5
    assert page("malformed,repeated=1,partial=1").execution_errors
