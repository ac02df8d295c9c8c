"""Gauges: the newest point of each series, joined over what is left out."""

from dataclasses import replace

import pytest
from google.api.distribution_pb2 import Distribution

from exporter.catalog.cloud_run import INSTANCES
from exporter.catalog.model import CloudMonitoring, MetricKind, Reduce, ValueType
from exporter.cloud_monitoring.gauge_reader import GaugeReader, GaugeSample, join, limited, newest
from exporter.cloud_monitoring.points import Identities
from exporter.cloud_monitoring.poll_statistics import PollStatistics
from exporter.cloud_monitoring.read_window import SECOND
from exporter.exposition.samples import Sample
from tests.exporter.cloud_monitoring.messages import SERVICE, distribution, page, series

assert isinstance(INSTANCES.source, CloudMonitoring)
SOURCE = INSTANCES.source
IDLE = {"state": "idle"}
NAN = float("nan")


def source(value: str, scale: float = 1.0) -> CloudMonitoring:
    """Return the source of a gauge of this value type."""
    return replace(SOURCE, value=ValueType(value), scale=scale, kind=MetricKind.GAUGE)


@pytest.mark.parametrize(
    ("value_type", "points", "expected"),
    [
        ("INT64", {60: 3, 120: 5}, 5.0),
        ("INT64", {120: 5, 60: 3}, 5.0),
        ("DOUBLE", {60: 0.5}, 0.5),
        ("BOOL", {60: False, 120: True}, 1.0),
        ("BOOL", {60: False}, 0.0),
        ("DISTRIBUTION", {60: distribution([2, 2], mean=12.5)}, 12.5),
    ],
)
def test_the_newest_point_is_read(
    value_type: str, points: dict[int, object], expected: float
) -> None:
    """Whatever the order, the newest point counts; truth is 1, a distribution is its mean."""
    found = newest(source(value_type), ("a",), series(points, f"GAUGE {value_type}"))
    assert found == GaugeSample(("a",), max(points) * SECOND, expected)


def test_a_value_is_in_the_base_unit() -> None:
    """The source's scale applies to numbers and to means."""
    assert newest(source("INT64", 1e-3), (), series({60: 1500}, "GAUGE INT64")).value == 1.5
    one = series({60: distribution([4], mean=250.0)}, "GAUGE DISTRIBUTION")
    assert newest(source("DISTRIBUTION", 1e-3), (), one).value == 0.25


@pytest.mark.parametrize(
    ("how", "expected"),
    [(Reduce.SUM, 9.0), (Reduce.MAX, 6.0), (Reduce.MIN, 1.0), (Reduce.MEAN, 3.0)],
)
def test_series_that_export_as_one_are_joined(how: Reduce, expected: float) -> None:
    """Sum, maximum, minimum or mean, as the catalog says; other labels stay apart, in order."""
    samples = [GaugeSample(("b",), 60 * SECOND, v) for v in (1.0, 2.0, 6.0)]
    found = join(replace(SOURCE, reduce=how), [*samples, GaugeSample(("a",), 60 * SECOND, 7.0)])
    assert found == (Sample(("a",), 7.0), Sample(("b",), expected))


def test_a_value_that_is_no_number_is_not_joined() -> None:
    """Readings that are no numbers are left out."""
    samples = [GaugeSample(("a",), 60 * SECOND, 1.0), GaugeSample(("a",), 600 * SECOND, NAN)]
    assert join(SOURCE, samples) == (Sample(("a",), 1.0),)
    assert join(SOURCE, samples[1:]) == ()
    assert join(SOURCE, []) == ()


def test_a_reader_that_learns_sees_the_time_between_points() -> None:
    """The median, so that one missing point changes nothing; a single point says nothing."""
    reader = GaugeReader(SOURCE, Identities(INSTANCES, SOURCE, "p"), learns=True)
    ends = dict.fromkeys((900, 1800, 3600, 4500), 7)
    other = {**SERVICE, "revision_name": "r2"}
    kind = "GAUGE INT64"
    reader.read_page(page(series(ends, kind, IDLE), series({900: 1}, kind, IDLE, other)))
    assert [sample.spacing for sample in reader.found.values()] == [900.0, 0.0]


def test_pages_add_up() -> None:
    """A series that straddles pages keeps its newest point; what is unfit is left out."""
    reader = GaugeReader(SOURCE, Identities(INSTANCES, SOURCE, "p"))
    kind = "GAUGE INT64"
    other = {**SERVICE, "revision_name": "r2"}
    reader.read_page(page(series({180: 3, 120: 2}, kind, IDLE), series({180: 1}, metric=IDLE)))
    reader.read_page(page(series({60: 9}, kind, IDLE), series({180: 4}, kind, IDLE, other)))
    expected = [GaugeSample(("p", "us-central1", "s", "idle"), 180 * SECOND, v) for v in (3.0, 4.0)]
    assert list(reader.found.values()) == expected
    met = reader.statistics
    assert (met.series, met.points, met.newest) == (4, 4, 180 * SECOND)
    assert met.dropped == {"invalid": 1}


def test_an_empty_distribution_has_no_sample() -> None:
    """A gauge distribution without values is read, and shows nothing."""
    one = series({60: Distribution()}, "GAUGE DISTRIBUTION")
    assert join(SOURCE, [newest(source("DISTRIBUTION"), ("a",), one)]) == ()


@pytest.mark.parametrize(("limit", "kept"), [(0, 0), (1, 1), (3, 3), (4, 3)])
def test_samples_above_the_limit_are_left_out(limit: int, kept: int) -> None:
    """The first ones stay, each of the others is counted, and they are noted once."""
    samples, met = tuple(Sample((name,), 1.0) for name in "abc"), PollStatistics()
    assert limited(samples, limit, met) == samples[:kept]
    assert met.dropped.total() == 3 - kept
    notes = [f"a series was dropped (limit): more than {limit} series"] if kept < 3 else []
    assert met.notes == notes


def test_unknown_labels_are_met() -> None:
    """A label that the catalog does not name is noted; a series that is refused has none."""
    reader = GaugeReader(SOURCE, Identities(INSTANCES, SOURCE, "p"))
    reader.read_page(page(series({180: 3}, "GAUGE INT64", {**IDLE, "tier": "a"})))
    reader.read_page(page(series({180: 3}, metric={**IDLE, "color": "a"})))
    assert reader.statistics.unknown == {"metric.tier"}


def test_a_page_without_series_leaves_nothing() -> None:
    """An empty answer has no samples, no newest end, and is no fault."""
    reader = GaugeReader(SOURCE, Identities(INSTANCES, SOURCE, "p"))
    reader.read_page(page())
    assert (reader.found, reader.statistics) == ({}, PollStatistics())
    assert limited(join(SOURCE, reader.found.values()), 1, reader.statistics) == ()


def test_the_first_of_two_samples_of_one_time_stays() -> None:
    """A series that comes again says nothing new, even where its value differs."""
    reader = GaugeReader(SOURCE, Identities(INSTANCES, SOURCE, "p"))
    for value in (3, 4):
        reader.read_page(page(series({180: value}, "GAUGE INT64", IDLE)))
    assert [sample.value for sample in reader.found.values()] == [3.0]


def test_a_reader_that_does_not_learn_knows_no_time_between_points() -> None:
    """It is 0 then, and the metric's documented period decides."""
    reader = GaugeReader(SOURCE, Identities(INSTANCES, SOURCE, "p"))
    reader.read_page(page(series(dict.fromkeys((900, 1800), 7), "GAUGE INT64", IDLE)))
    assert [sample.spacing for sample in reader.found.values()] == [0.0]
