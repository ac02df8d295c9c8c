"""Bucket layouts: Google's bounds, and which of them are exported."""

from bisect import bisect_left
from itertools import accumulate
from math import inf

import pytest
from google.api.distribution_pb2 import Distribution
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.buckets import MOST_BOUNDS, thin
from exporter.catalog.cloud_run import REQUEST_DURATION, REQUESTS
from exporter.cloud_monitoring.bucket_layouts import layout, source_bounds

Options = Distribution.BucketOptions
BOUNDS = st.lists(st.integers(1, 10**6), max_size=120, unique=True).map(
    lambda found: tuple(float(bound) for bound in sorted(found))
)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (Options(explicit_buckets={"bounds": [1, 5, 10]}), (1.0, 5.0, 10.0)),
        (
            Options(
                exponential_buckets={"num_finite_buckets": 2, "growth_factor": 2, "scale": 0.5}
            ),
            (0.5, 1.0, 2.0),
        ),
        (
            Options(linear_buckets={"num_finite_buckets": 2, "width": 0.25, "offset": 0.5}),
            (0.5, 0.75, 1.0),
        ),
        (Options(), ()),
    ],
)
def test_all_kinds_of_buckets(options: Distribution.BucketOptions, expected: object) -> None:
    """N finite buckets have N + 1 bounds; without options there is one bucket and no bound."""
    assert source_bounds(options) == expected


def test_bounds_are_in_base_units_without_noise() -> None:
    """Milliseconds become seconds with at most twelve digits, each source bucket in its slot."""
    found = layout((0.3, 1.1, 3.0), 1e-3, REQUEST_DURATION)
    assert found.bounds == (0.0003, 0.0011, 0.003)
    assert found.slots == (0, 1, 2, 3)
    assert found.source == found.bounds


def test_a_layout_without_bounds_has_one_bucket() -> None:
    """Everything lies in the bucket above all bounds."""
    found = layout((), 1.0, REQUEST_DURATION)
    assert (found.bounds, found.slots) == ((), (0,))


@pytest.mark.parametrize("size", [0, 1, MOST_BOUNDS])
def test_few_bounds_are_all_kept(size: int) -> None:
    """Up to 40 bounds nothing is left out, whatever the span."""
    bounds = tuple(float(n) for n in range(size))
    assert bounds == thin(bounds, (3.0,), (1e6, 2e6))


def test_thinning_as_it_is_done() -> None:
    """Neighbours of what is near come first, then the span, then the rest evenly."""
    bounds = tuple(float(n) for n in range(20))
    assert thin(bounds, (5.5, 9.0), (0.0, inf), limit=5) == (0.0, 5.0, 6.0, 9.0, 19.0)
    assert thin(bounds, (), (12.0, 15.0), limit=6) == (0.0, 12.0, 13.0, 14.0, 15.0, 19.0)
    assert thin(bounds, (), (12.0, 15.0), limit=5) == (12.0, 13.0, 14.0, 15.0, 19.0)
    assert thin(bounds, (100.0, -1.0), (0.0, 1.0), limit=3) == (0.0, 1.0, 19.0)


@given(
    BOUNDS,
    st.lists(st.floats(0, 10**6), max_size=3),
    st.tuples(st.integers(0, 1000), st.integers(1000, 10**6)),
)
def test_thinning_keeps_neighbours_and_the_limit(
    bounds: tuple[float, ...], near: list[float], span: tuple[float, float]
) -> None:
    """At most 40 of the bounds are kept, in order, the two around each threshold among them."""
    found = thin(bounds, tuple(near), span)
    assert len(found) == min(len(bounds), MOST_BOUNDS)
    assert list(found) == sorted(set(found) & set(bounds))
    for value in near:
        assert max((b for b in bounds if b <= value), default=inf) in {*found, inf}
        assert min((b for b in bounds if b >= value), default=inf) in {*found, inf}


@given(BOUNDS, st.data())
def test_merging_is_exact(bounds: tuple[float, ...], data: st.DataObject) -> None:
    """At every exported bound the cumulative count is the source's, and no event is lost."""
    size = len(bounds) + 1
    counts = data.draw(st.lists(st.integers(0, 50), min_size=size, max_size=size))
    found = layout(bounds, 1.0, REQUESTS)
    merged = [0] * (len(found.bounds) + 1)
    for slot, count in zip(found.slots, counts, strict=True):
        merged[slot] += count
    below = list(accumulate(counts))
    expected = [below[bisect_left(bounds, bound)] for bound in found.bounds]
    assert [*expected, sum(counts)] == list(accumulate(merged))
