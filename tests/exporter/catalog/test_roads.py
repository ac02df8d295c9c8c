"""Other roads out of the application: the same families, read from Cloud Monitoring."""

import asyncio
import re
from pathlib import Path

import pytest

from exporter.catalog import application
from exporter.catalog.model import CloudMonitoring, Family, Type
from exporter.catalog.roads import by_logs, by_managed_prometheus
from exporter.settings import ApplicationSettings, GoogleSettings, Settings
from exporter.simulator.server import Simulator
from exporter.simulator.truth import Dist
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.e2e.history import Exporter
from tests.exporter.simulator.worlds import world_of

NOON = 1_790_000_040 // 86400 * 86400 + 43200
ROADS = {"logs": by_logs(), "managed_prometheus": by_managed_prometheus()}
BY_NAME = {family.name: family for family in application.FAMILIES}


@pytest.mark.parametrize("road", ROADS)
def test_a_road_leads_to_families_of_the_catalog(road: str) -> None:
    """Name, type and labels are the catalog's; every label is read from somewhere."""
    for family in ROADS[road]:
        known = BY_NAME[family.name]
        assert (family.type, family.label_names) == (known.type, known.label_names)
        assert isinstance(family.source, CloudMonitoring)
        assert {name for name, _ in family.source.labels} == set(family.label_names)


def test_logs_carry_what_single_events_can_say() -> None:
    """Five signals come by logs; levels, the cache and distinct users do not."""
    assert {family.name for family in by_logs()} == {
        "app_requests_total",
        "app_request_duration_seconds",
        "app_routing_confidence_ratio",
        "app_persona_requests_total",
        "app_feature_uses_total",
    }


async def pages(road: str, simulator: Simulator, clock: HandClock, folder: Path) -> list[str]:
    """Return two pages, half an hour apart, of an exporter that takes a road."""
    google = GoogleSettings.model_validate(
        {
            "projects": [World.project],
            "endpoint": simulator.start(),
            "insecure": True,
            "calls_per_minute": 1_000_000,
        }
    )
    chosen = Settings(google=google, application=ApplicationSettings.model_validate({"road": road}))
    exporter, found = Exporter(chosen, clock, folder / "state"), []
    for minute in range(31):
        clock.time = NOON + 60.0 * minute
        await exporter.poll()
        if minute in (2, 30):
            found.append(exporter.page())
        exporter.page()
    await exporter.close()
    return found


def total(page: str, name: str) -> float:
    """Return the sum of a sample's values over its series."""
    found = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", page, re.MULTILINE)
    return sum(map(float, found))


def sample(family: Family) -> str:
    """Return the name of the sample that counts a family's events."""
    return f"{family.name}_count" if family.type is Type.HISTOGRAM else family.name


@pytest.mark.parametrize("road", ROADS)
def test_what_a_road_brings_is_counted(road: str, tmp_path: Path) -> None:
    """Every counter and histogram rises by what the source had in that time."""
    families = ROADS[road]
    clock, world = HandClock(NOON), world_of(families, NOON)
    simulator = Simulator(world, clock)
    first, last = asyncio.run(pages(road, simulator, clock, tmp_path))
    simulator.close()
    counted = [family for family in families if family.type is not Type.GAUGE]
    risen = [f.name for f in counted if total(last, sample(f)) > total(first, sample(f))]
    assert risen == [family.name for family in counted]
    for family in counted:
        assert isinstance(family.source, CloudMonitoring)
        if family.source.kind == "DELTA":
            assert _is_truth(
                family, world, total(last, sample(family)) - total(first, sample(family))
            )


def _is_truth(family: Family, world: World, rise: float) -> bool:
    """Say whether a rise is that of 28 whole minutes of the source, wherever they lie."""
    source = family.source
    assert isinstance(source, CloudMonitoring)
    sums = []
    for back in range(8):
        end = NOON + 60 * (30 - back)
        found = world.series(source.metric, source.resource, end - 28 * 60, end)
        values = [point.value for one in found for point in one.points]
        sums.append(sum(v.count if isinstance(v, Dist) else float(str(v)) for v in values))
    return any(abs(rise - expected) < 1e-6 for expected in sums)
