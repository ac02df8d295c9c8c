"""The buckets that are stated are those of a real exporter's page on the simulated project."""

import asyncio
from collections import defaultdict
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from exporter.catalog import CATALOG
from exporter.catalog.application import REQUEST_DURATION
from exporter.catalog.buckets import MOST_BOUNDS, expected
from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.model import CloudMonitoring, Type
from exporter.settings import Settings
from exporter.simulator.world import World
from generators.checks.engine.known_series import known
from tests.clocks import HandClock
from tests.e2e.history import STEP, Exporter, settings, simulated

NOON = 1_790_000_040 // 86400 * 86400 + 43200
HISTOGRAMS = {
    name: family
    for name, family in CATALOG.items()
    if family.type is Type.HISTOGRAM and isinstance(family.source, CloudMonitoring)
}


def scraped(folder: Path) -> str:
    """Return the page of an exporter that has read every histogram for ten minutes."""
    clock = HandClock(NOON)

    async def live(exporter: Exporter) -> None:
        while clock.time < NOON + 600:
            await exporter.poll()
            clock.time += STEP
        await exporter.close()

    with simulated(World(start=NOON, scale=0.01), clock) as (_, endpoint, _cache):
        exporter = Exporter(settings(endpoint, HISTOGRAMS), clock, folder / "state")
        asyncio.run(live(exporter))
        return exporter.page()


def test_buckets_are_those_of_the_page(tmp_path: Path) -> None:
    """For every histogram of Cloud Monitoring the texts of `le` are those that checks know."""
    found: dict[str, set[str]] = defaultdict(set)
    for family in text_string_to_metric_families(scraped(tmp_path)):
        for sample in family.samples:
            if "le" in sample.labels:
                found[sample.name].add(sample.labels["le"])
    stated = known(Settings()).series
    assert {name: set(stated[name].labels["le"]) for name in found} == dict(found)
    assert {name.removesuffix("_bucket") for name in found} == HISTOGRAMS.keys()


def test_what_is_no_histogram_of_google_has_no_stated_buckets() -> None:
    """Of counters, and of what an application measures, nothing is stated."""
    assert expected(REQUESTS) == expected(REQUEST_DURATION) == ()
    assert {len(expected(family)) <= MOST_BOUNDS for family in HISTOGRAMS.values()} == {True}
