"""Distributions of the simulated world."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.simulator.truth import (
    LATENCY,
    UTILIZATION,
    Dist,
    merged,
    normal,
    quantile,
    upper_bounds,
)


@given(
    st.integers(1, 100_000),
    st.floats(0.05, 900.0),
    st.floats(0.01, 50.0),
    st.sampled_from([LATENCY, UTILIZATION]),
)
def test_counts_and_mean_agree(count: int, mean: float, sigma: float, layout: object) -> None:
    """Buckets add up to the count, and values in these buckets can have the mean."""
    found = normal(count, mean, sigma, layout)
    bounds = (*upper_bounds(found.layout), float("inf"))
    low = sum(n * (bounds[i - 1] if i else 0.0) for i, n in enumerate(found.counts) if n)
    high = sum(n * bounds[i] for i, n in enumerate(found.counts) if n)
    assert count == sum(found.counts)
    assert low / count - 1e-9 <= found.mean <= high / count + 1e-9


def test_no_values_make_an_empty_distribution() -> None:
    """A distribution of nothing has no buckets and the mean 0."""
    assert Dist(count=0, mean=0.0, deviation=0.0, counts=()) == normal(0, 10.0, 1.0)


def test_merging_adds_buckets_and_weighs_means() -> None:
    """Merged distributions hold all events, and their mean is weighted by event."""
    found = merged([normal(300, 10.0, 1.0), normal(100, 50.0, 1.0)])
    assert (found.count, found.mean) == (400, 20.0)
    assert sum(found.counts) == 400


def test_a_quantile_lies_in_the_bucket_of_its_rank() -> None:
    """Of values around 35 ms the median lies between the bounds 28.9 and 40.5."""
    assert 1.4**10 <= quantile(0.5, normal(1000, 35.0, 0.5)) <= 1.4**11
