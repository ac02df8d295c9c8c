"""By how much series rise, and what that adds up to."""

import pytest

from exporter.exposition.samples import Buckets
from exporter.summary.evaluation import BucketRise
from exporter.summary.rises import SummedBuckets, Value, rise

THREE, TWO = (1.0, 2.0, 3.0), (1.0, 3.0)
BEFORE = Buckets(THREE, (1, 2, 3, 4), 20.0)
AFTER = Buckets(THREE, (2, 2, 5, 4), 27.0)
FEWER = Buckets(TWO, (2, 7, 4), 27.0)


@pytest.mark.parametrize(
    ("before", "after", "risen"),
    [
        (3.0, 5.0, 2.0),
        (3.0, 3.0, 0.0),
        (3.0, 1.0, 1.0),
        (BEFORE, AFTER, Buckets(THREE, (1, 0, 2, 0), 7.0)),
        (AFTER, BEFORE, BEFORE),
        (BEFORE, FEWER, Buckets(TWO, (1, 2, 0), 7.0)),
        (FEWER, AFTER, Buckets(TWO, (0, 0, 0), 0.0)),
        (3.0, AFTER, AFTER),
        (AFTER, 3.0, 3.0),
    ],
)
def test_a_series_rises(before: Value, after: Value, risen: Value) -> None:
    """What falls began again at zero; buckets are subtracted by the bounds that both have."""
    assert rise(before, after) == risen


def test_a_total_is_what_was_added_since() -> None:
    """Buckets with other bounds are kept apart, and joined bound by bound at the end."""
    total = SummedBuckets()
    total.add(Buckets(THREE, (1, 1, 1, 1), 10.0))
    older = total.copy()
    total.add(Buckets(THREE, (1, 0, 0, 1), 5.0))
    total.add(Buckets(TWO, (2, 0, 0), 1.0))
    assert total.since(older) == BucketRise(4, 6.0, {1.0: 3, 2.0: 1, 3.0: 3})
    assert older.since(older) == BucketRise(0, 0.0, {1.0: 0, 2.0: 0, 3.0: 0})
