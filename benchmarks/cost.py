"""What is billed, against a scraper that reads the same metrics whenever it is scraped."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import grpc

from benchmarks.row import Row
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient, Query
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.points import SECOND
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.targets import targets
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.e2e.history import Exporter, settings

START = 1_790_000_000 // 86400 * 86400 + 43200
MINUTES, STEP = 30, 5.0
SCRAPES = 2 * 4  # a minute: two Prometheis, each every 15 s
WINDOW = 300


def rows() -> Iterator[Row]:
    """Yield the row of this file."""
    ours, theirs = _ours(), _theirs() * MINUTES * SCRAPES
    figure = f"{ours:,} in {MINUTES} minutes, with 2 scrapers"
    against = f"{theirs:,} by reading at each scrape: 1/{theirs / ours:.1f}"
    yield Row("series billed, all families", figure, against, "1/8", theirs >= 8 * ours)


def _ours() -> int:
    clock = HandClock(START)
    simulator = Simulator(World(start=START), clock)
    try:
        asyncio.run(_poll(simulator, simulator.start(), clock))
        return simulator.billed
    finally:
        simulator.close()


async def _poll(simulator: Simulator, endpoint: str, clock: HandClock) -> None:
    """Poll in virtual time, while two scrapers come every 15 seconds."""
    del simulator
    with tempfile.TemporaryDirectory() as name:
        exporter = Exporter(settings(endpoint, ["*"]), clock, Path(name, "state"))
        while clock.time < START + MINUTES * 60:
            await exporter.poll()
            if clock.time % 15 == 0:
                exporter.page("one")
                exporter.page("two")
            clock.time += STEP
        await exporter.close()


def _theirs() -> int:
    """Return what is billed when every metric is read once."""
    clock = HandClock(START)
    simulator = Simulator(World(start=START), clock)
    endpoint = simulator.start()
    limits = CallLimits(calls_per_minute=1_000_000)
    with grpc.insecure_channel(endpoint) as channel:
        client = MonitoringClient(channel, limits, Telemetry(0.0))
        for target in targets(settings(endpoint, ["*"]).google):
            assert isinstance(target.source, CloudMonitoring)
            query = Query(
                World.project,
                metric_filter(target.source),
                (START - WINDOW) * SECOND,
                START * SECOND,
            )
            for _ in client.pages(query):
                pass
    simulator.close()
    return simulator.billed
