"""What the simulated service's code sees of a minute is a sample of its traffic, and repeatable."""

import pytest

from exporter.simulator import deployment
from exporter.simulator.business import FEATURES, PERSONAS, SAMPLE, business
from exporter.simulator.world import World

NOON = 1_780_315_200
MINUTE = NOON // 60
REGIONS = {region.name: region for region in deployment.REGIONS}


@pytest.mark.parametrize("name", sorted(REGIONS))
def test_requests_are_a_sample_of_the_region_s(name: str) -> None:
    """Over an hour it is a five-hundredth, at the endpoints that the world has."""
    traffic = World(start=NOON).traffic
    whole = seen = 0
    for minute in range(MINUTE, MINUTE + 60):
        whole += sum(request.number for request in traffic.requests(REGIONS[name], minute))
        found = business(traffic, REGIONS[name], minute)
        seen += found.requests
        assert {visit.endpoint for visit in found.visits} <= {path for path, _ in deployment.PATHS}
    assert seen == pytest.approx(whole / SAMPLE, rel=0.01)


def test_a_minute_is_the_same_each_time() -> None:
    """It follows from seed and minute alone; another minute is another."""
    region = deployment.REGIONS[0]
    first, again, next_ = (
        business(World(start=NOON).traffic, region, minute)
        for minute in (MINUTE, MINUTE, MINUTE + 1)
    )
    assert first == again
    assert first != next_


def test_parts_of_a_minute_fit_together() -> None:
    """Each request reads the cache once, the pool is whole, and names are the world's."""
    found = business(World(start=NOON).traffic, deployment.REGIONS[0], MINUTE)
    assert found.l1_hits + found.l1_misses == found.requests
    assert found.l1_hits / found.requests == pytest.approx(0.64, abs=0.01)
    assert sum(found.pool[:2]) == found.pool[2]
    assert {persona for persona, _ in found.decisions} <= {name for name, _, _ in PERSONAS}
    assert all(0 <= confidence <= 1 for _, confidence in found.decisions)
    assert found.features == tuple((name, int(found.requests * s)) for name, s in FEATURES)
    assert all(user.startswith(deployment.REGIONS[0].name) for user in found.users)


def test_no_traffic_is_no_business() -> None:
    """In a region that is out nothing is counted."""
    world = World(start=NOON, scale=0.0)
    found = business(world.traffic, deployment.REGIONS[0], MINUTE)
    assert (found.requests, found.l1_hits, found.l1_misses) == (0, 0, 0)
    assert (found.decisions, found.users) == ((), ())
    assert {number for _, number in found.features} == {0}
