"""A virtual clock, and Google's own client asking a simulator."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.cloud.monitoring_v3 import Aggregation
from google.cloud.monitoring_v3.services.metric_service import MetricServiceClient
from google.cloud.monitoring_v3.services.metric_service.transports import (
    MetricServiceGrpcTransport,
)

from exporter.simulator.bulk import BulkWorld
from exporter.simulator.faults import Faults
from exporter.simulator.projects import ALONE, Projects
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests.clocks import HandClock

NOON = 1_790_000_040 // 86400 * 86400 + 43200
COUNT = "run.googleapis.com/request_count"
LATENCIES = "run.googleapis.com/request_latencies"
INSTANCES = "run.googleapis.com/container/instance_count"
ROWS = "cloudsql.googleapis.com/database/postgresql/insights/aggregate/row_count"


class Asker:
    """Google's client on a simulator."""

    def __init__(self, simulator: Simulator, clock: HandClock, client: Any) -> None:
        self.simulator, self.clock, self.client = simulator, clock, client

    def pages(self, metric: str, start: float, end: float, **more: Any) -> list[Any]:
        """Return the raw pages of a query."""
        return list(self.pages_of(f'metric.type = "{metric}"', start, end, **more))

    def pages_of(self, text: str, start: float, end: float, **more: Any) -> Iterator[Any]:
        """Yield the raw pages of a query with this filter."""
        interval = {"start_time": _stamp(start), "end_time": _stamp(end)}
        request = {"name": "projects/ion-demo", "filter": text, "interval": interval, **more}
        for page in self.client.list_time_series(request=request, retry=None).pages:
            yield type(page).pb(page)

    def points(self, metric: str, start: float, end: float, **more: Any) -> dict[Any, Any]:
        """Return every point by series and end; a point that comes twice is an error."""
        found: dict[Any, Any] = {}
        for page in self.pages(metric, start, end, **more):
            for series in page.time_series:
                for point in series.points:
                    key = (identity(series), point.interval.end_time.seconds)
                    assert key not in found
                    found[key] = number(point.value)
        return found


def _stamp(at: float) -> dict[str, int]:
    return {"seconds": int(at), "nanos": round(at % 1 * 1e9)}


def identity(series: Any) -> tuple[Any, ...]:
    """Return what tells a series from others."""
    metric, resource = sorted(series.metric.labels.items()), sorted(series.resource.labels.items())
    return (tuple(metric), series.resource.type, tuple(resource))


def number(value: Any) -> Any:
    """Return what a TypedValue holds; of a distribution its count."""
    held = getattr(value, value.WhichOneof("value"))
    return held.count if value.HasField("distribution_value") else held


def aggregation(period: int, aligner: str, reducer: str = "REDUCE_NONE", *by: str) -> Aggregation:
    """Return an aggregation by Google's names."""
    return Aggregation(
        alignment_period={"seconds": period},
        per_series_aligner=Aggregation.Aligner[aligner],
        cross_series_reducer=Aggregation.Reducer[reducer],
        group_by_fields=list(by),
    )


@contextmanager
def asking(
    world: World | BulkWorld,
    faults: str = "",
    delay: float | None = None,
    projects: Projects = ALONE,
) -> Iterator[Asker]:
    """Serve a world at noon and give its asker."""
    clock = HandClock(NOON)
    simulator = Simulator(world, clock, Faults.parse(faults), delay=delay, projects=projects)
    options = [("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(simulator.start(), options=options) as channel:
        transport = MetricServiceGrpcTransport(channel=channel)
        try:
            yield Asker(simulator, clock, MetricServiceClient(transport=transport))
        finally:
            simulator.close()
