"""What a point says in numbers, or why it says nothing that can be counted."""

from math import inf, nan

import pytest
from google.api.distribution_pb2 import Distribution

from exporter.catalog.cloud_run import REQUEST_DURATION, REQUESTS
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.bucket_totals import UNPLACED
from exporter.cloud_monitoring.point_values import PointValues, distribution_amount, number
from exporter.cloud_monitoring.totals import Amount, Unsound
from tests.exporter.cloud_monitoring.messages import EDGES, distribution, series

LAYOUT = layout(EDGES, 1.0, REQUESTS)


@pytest.mark.parametrize(("value", "scale"), [(nan, 1.0), (-inf, 1.0), (1e308, 1e3)])
def test_a_number_has_to_be_finite(value: float, scale: float) -> None:
    """Also in the base unit; a whole number stays one."""
    with pytest.raises(Unsound, match="is not a count"):
        number(value, scale)
    assert number(2**60 + 1, 1e-3) == Amount(value=2**60 + 1, scale=1e-3)


@pytest.mark.parametrize("value", [0, 0.0, 0.25])
def test_less_than_one_is_a_count(value: float) -> None:
    """A minute without requests is one, and seconds of CPU come in parts."""
    assert number(value, 1.0) == Amount(value=value)


def test_a_distribution_is_its_sum_and_its_counts() -> None:
    """Without bucket counts the events have no place; without events there is nothing."""
    assert distribution_amount(distribution([1, 1], mean=4.0), 1.0, lambda _: LAYOUT) == (
        Amount(value=8.0, counts=(1, 1), layout=LAYOUT)
    )
    placeless = distribution_amount(Distribution(count=2, mean=4.0), 1.0, lambda _: LAYOUT)
    assert placeless == Amount(value=8.0, counts=(2,), layout=UNPLACED)
    empty = distribution_amount(distribution([], mean=nan), 1.0, lambda _: LAYOUT)
    assert (empty.value, empty.empty, placeless.empty) == (0.0, True, False)


@pytest.mark.parametrize(("mean", "count", "scale"), [(1e308, 100, 1.0), (1e308, 1, 1e3)])
def test_a_sum_that_overflows_is_unsound(mean: float, count: int, scale: float) -> None:
    """Also where only the base unit has no number for it: a total would be infinite for ever."""
    with pytest.raises(Unsound, match="is not a mean"):
        distribution_amount(distribution([count], mean=mean), scale, lambda _: LAYOUT)
    sound = distribution_amount(distribution([count], mean=1e300), scale, lambda _: LAYOUT)
    assert sound == Amount(value=1e300 * count, counts=(count,), layout=LAYOUT, scale=scale)


def test_points_are_read_by_their_source() -> None:
    """The field of the value type, in the source's scale; a layout is worked out once."""
    assert isinstance(REQUESTS.source, CloudMonitoring)
    assert isinstance(REQUEST_DURATION.source, CloudMonitoring)
    (point,) = series({60: 7}).points
    assert PointValues(REQUESTS, REQUESTS.source).amount(point) == Amount(value=7)
    values = PointValues(REQUEST_DURATION, REQUEST_DURATION.source)
    points = series({60: distribution([1]), 120: distribution([2])}, "DELTA DISTRIBUTION").points
    first, second = (values.amount(point) for point in points)
    assert (first.scale, first.counts, second.counts) == (1e-3, (1,), (2,))
    assert first.layout is not None
    assert first.layout is second.layout
    assert first.layout.bounds == (0.01, 0.02, 0.05)


def test_a_count_for_every_bucket_is_sound() -> None:
    """One count more than there are buckets is not."""
    assert distribution_amount(distribution([1, 2, 3, 4]), 1.0, lambda _: LAYOUT).counts == (
        1,
        2,
        3,
        4,
    )
    with pytest.raises(Unsound, match="5 counts for 4 buckets"):
        distribution_amount(distribution([1, 2, 3, 4, 5]), 1.0, lambda _: LAYOUT)


@pytest.mark.parametrize("counts", [[-1, 2], [2**53 + 1, 0], [1, -(2**53)]])
def test_a_count_that_no_number_of_events_is_is_unsound(counts: list[int]) -> None:
    """A sum with it would fall, or lose what is added later."""
    with pytest.raises(Unsound, match="a count is not between 0 and"):
        distribution_amount(distribution(counts), 1.0, lambda _: LAYOUT)
