"""What a point says in numbers, or why it says nothing that can be counted."""

from math import inf, nan

import pytest
from google.api.distribution_pb2 import Distribution

from exporter.catalog.cloud_run import REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout
from exporter.cloud_monitoring.point_values import number, spread
from exporter.cloud_monitoring.points import Unfit
from exporter.cloud_monitoring.totals import UNPLACED, Amount
from tests.exporter.cloud_monitoring.messages import EDGES, distribution

LAYOUT = layout(EDGES, 1.0, REQUESTS)


@pytest.mark.parametrize(("value", "scale"), [(nan, 1.0), (-inf, 1.0), (1e308, 1e3)])
def test_a_number_has_to_be_finite(value: float, scale: float) -> None:
    """Also in the base unit; a whole number stays one."""
    with pytest.raises(Unfit, match="is no count"):
        number(value, scale)
    assert number(2**60 + 1, 1e-3) == Amount(2**60 + 1)


def test_a_distribution_is_its_sum_and_its_counts() -> None:
    """Without bucket counts the events have no place; without events there is nothing."""
    assert spread(distribution([1, 1], mean=4.0), 1.0, lambda _: LAYOUT) == (
        Amount(8.0, (1, 1), LAYOUT)
    )
    placeless = spread(Distribution(count=2, mean=4.0), 1.0, lambda _: LAYOUT)
    assert placeless == Amount(8.0, (2,), UNPLACED)
    empty = spread(distribution([], mean=nan), 1.0, lambda _: LAYOUT)
    assert (empty.value, empty.events, placeless.events) == (0.0, False, True)
