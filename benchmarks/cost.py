"""What is billed, against a scraper that reads the same metrics whenever it is scraped."""

import asyncio
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import grpc

from benchmarks.row import Row
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient, SeriesQuery
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.read_window import SECOND
from exporter.polling_targets import family_targets
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.e2e.history import Exporter, settings

START = 1_790_000_000 // 86400 * 86400 + 43200
MINUTES, STEP = 30, 5.0
SCRAPES = 2 * 4  # a minute: two Prometheis, each every 15 s
WINDOW = 900  # delay and late margin: less would lose late points


def rows() -> Iterator[Row]:
    """Yield the row of this file."""
    ours, theirs = _ours(), _theirs() * SCRAPES
    figure = f"{ours:,} in {MINUTES} minutes, with 2 scrapers"
    against = f"{theirs:,} by reading at each scrape: 1/{theirs / ours:.1f}"
    yield Row(
        what="series billed, all families",
        figure=figure,
        baseline=against,
        reach="1/8",
        met=theirs >= 8 * ours,
    )


def _ours() -> int:
    clock = HandClock(START)
    simulator = Simulator(World(start=START), clock)
    try:
        asyncio.run(_poll(simulator.start(), clock))
        return simulator.billed
    finally:
        simulator.close()


async def _poll(endpoint: str, clock: HandClock) -> None:
    """Poll in virtual time, while two scrapers come every 15 seconds."""
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
    """Return what is billed when every metric is read once a minute, as far back as is needed."""
    clock = HandClock(START)
    simulator = Simulator(World(start=START), clock)
    endpoint = simulator.start()
    limits = CallLimits(calls_per_minute=1_000_000)
    with grpc.insecure_channel(endpoint) as channel:
        client = MonitoringClient(channel, limits, Telemetry(0.0))
        for minute in range(MINUTES):
            clock.time = START + minute * 60
            for target in family_targets(settings(endpoint, ["*"])):
                text, end = metric_filter(target.source), int(clock.time) * SECOND
                query = SeriesQuery(
                    project=World.project, filter=text, start=end - WINDOW * SECOND, end=end
                )
                deque(client.pages(query), maxlen=0)
    simulator.close()
    return simulator.billed
