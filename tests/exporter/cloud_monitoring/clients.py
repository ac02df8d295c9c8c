"""A client of a simulated Cloud Monitoring, and what it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from exporter.cloud_monitoring.client import CallLimits, MonitoringClient, SeriesQuery
from exporter.cloud_monitoring.points import PageMessage
from exporter.errors import PollError
from exporter.simulator.faults import Faults
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.simulator.asking import COUNT, NOON, identity

QUERY = SeriesQuery(project="p", filter="f", start=1_500_000_000, end=2_000_000_001)
AWAY = (grpc.StatusCode.UNAVAILABLE, "away")
QUOTA = (grpc.StatusCode.RESOURCE_EXHAUSTED, "Quota exceeded")
PAGE = PageMessage(unit="1")


@contextmanager
def simulated(faults: str = "", most: int = -1) -> Iterator[tuple[MonitoringClient, Simulator]]:
    """Serve a small world and give a client of it that takes messages of `most` bytes."""
    world = World(start=NOON, scale=0.01)
    simulator = Simulator(world, HandClock(NOON), Faults.parse(faults), delay=0.0)
    options = [("grpc.max_receive_message_length", most)]
    with grpc.insecure_channel(simulator.start(), options=options) as channel:
        try:
            yield MonitoringClient(channel, CallLimits(), Telemetry(0.0)), simulator
        finally:
            simulator.close()


def asked(metric: str = COUNT, project: str = World.project, **more: Any) -> SeriesQuery:
    """Return a query for ten minutes of a metric."""
    start, end = int(NOON - 600) * 10**9, int(NOON) * 10**9
    return SeriesQuery(
        project=project, filter=f'metric.type = "{metric}"', start=start, end=end, **more
    )


def points(pages: list[Any]) -> list[Any]:
    """Return every point of some pages by series and end, sorted."""
    return sorted(
        (identity(series), point.interval.end_time.seconds, point.value.int64_value)
        for page in pages
        for series in page.time_series
        for point in series.points
    )


def failure(client: MonitoringClient, query: SeriesQuery = QUERY) -> PollError:
    """Return what a query fails with."""
    with pytest.raises(PollError) as caught:
        list(client.pages(query))
    return caught.value
