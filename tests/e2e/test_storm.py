"""A storm over the real program: whatever happens, every request counts once."""

import math
from collections.abc import Iterator

import pytest

from exporter.simulator.deployment import REGIONS
from exporter.simulator.server import Simulator
from exporter.simulator.truth import Dist, Value, upper_bounds
from tests.e2e.storm import (
    DURATION,
    KILLS,
    LATENCIES,
    MINUTES,
    SHORT,
    Page,
    counted,
    cut,
    end,
    happened,
    weathered,
)
from tests.exporter.simulator.worlds import true_total


@pytest.fixture(scope="module")
def storm(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, Simulator]]:
    """Let a storm pass once for all tests: a long one with --deep, else one that passes soon."""
    length = (MINUTES, KILLS) if request.config.getoption("deep") else SHORT
    with weathered(tmp_path_factory.mktemp("storm"), *length) as found:
        yield found


def test_every_request_is_counted_once(storm: tuple[Page, Simulator]) -> None:
    """The sum of requests is the world's own since counting began, to the last one."""
    page, served = storm
    assert happened(page, served) == counted(page)
    assert sum(counted(page).values()) > 10_000


def test_every_bucket_is_the_worlds(storm: tuple[Page, Simulator]) -> None:
    """Each bucket of the histogram holds what the world's distributions hold up to its bound."""
    page, served = storm
    truth = true_total(
        served.world, LATENCIES, cut(page, DURATION), end(page), ("resource.location",)
    )
    buckets: dict[tuple[str, float], float] = {}
    for labels, value in page[f"{DURATION}_bucket"].items():
        key = (dict(labels)["region"], float(dict(labels)["le"]))
        buckets[key] = buckets.get(key, 0) + value
    assert buckets == {key: _below(truth[(key[0],)], key[1]) for key in buckets}
    assert {region for region, _ in buckets} == {region.name for region in REGIONS}
    assert all(sum(1 for key in buckets if key[0] == r.name) > 20 for r in REGIONS)


def _below(value: Value, bound: float) -> float:
    """Return how many values lie in source buckets that end at or below `bound`, in seconds."""
    assert isinstance(value, Dist)
    edges = (*(edge / 1e3 for edge in upper_bounds(value.layout)), math.inf)
    inside = (n for edge, n in zip(edges, value.counts, strict=False) if edge <= bound * (1 + 1e-9))
    return float(sum(inside))
