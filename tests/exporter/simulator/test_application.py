"""The simulated application lives each minute of the world once, through real recorders."""

from collections import Counter
from pathlib import Path
from typing import Any

from exporter.catalog import application as catalog
from exporter.simulator import deployment
from exporter.simulator.application import SimulatedApplication
from exporter.simulator.business import business
from exporter.simulator.world import World
from tests import servers
from tests.clocks import HandClock
from tests.exporter.recorder.reading import page

NOON = 1_780_315_200


def lived(server: servers.Redis, *moments: float) -> dict[str, Any]:
    """Let it catch up at each moment; return the page."""
    clock = HandClock(NOON)
    application = SimulatedApplication(
        World(start=NOON), clock, f"redis://127.0.0.1:{server.port}", "shop"
    )
    for moment in moments:
        clock.time = NOON + moment
        application.catch_up()
        assert application.flush()
    found = page(server)
    application.close()
    return found


def test_the_page_is_what_the_world_holds(tmp_path: Path) -> None:
    """After minutes that end, each is counted once, in every region, by endpoint and class."""
    with servers.redis(tmp_path) as server:
        found = lived(server, 59.9, 60.0, 60.0, 185.0)
    expected: Counter[tuple[str, ...]] = Counter()
    hits: Counter[tuple[str]] = Counter()
    for region in deployment.REGIONS:
        for minute in range(NOON // 60 + 1, NOON // 60 + 4):
            seen = business(World(start=NOON).traffic, region, minute)
            hits[region.name,] += seen.l1_hits
            for visit in seen.visits:
                key = (region.name, visit.endpoint, "POST", f"{visit.status // 100}xx")
                expected[key] += visit.number
    assert expected == {k: v for k, v in found["app_requests_total"].items() if v}
    assert hits == found["app_cache_l1_hits_total"]


def test_every_family_of_the_application_has_data(tmp_path: Path) -> None:
    """All that the catalog knows of an application is there, in all regions."""
    with servers.redis(tmp_path) as server:
        found = lived(server, 60.0)
    regions = {region.name for region in deployment.REGIONS}
    assert {f.name: regions for f in catalog.FAMILIES if f is not catalog.ACTIVE_USERS} == {
        name: {labels[0] for labels in values}
        for name, values in found.items()
        if name != "app_active_users"
    }


def test_it_lives_on_in_the_background(tmp_path: Path) -> None:
    """Started, it lives through a minute by itself when that ends; closed, it flushes."""
    with servers.redis(tmp_path) as server:
        clock, url = HandClock(NOON), f"redis://127.0.0.1:{server.port}"
        application = SimulatedApplication(World(start=NOON), clock, url, "shop")
        application.start()
        clock.time += 60
        servers.wait_until(lambda: application.lived == NOON // 60 + 1, "a minute")
        application.close()
        assert "app_requests_total" in page(server)
