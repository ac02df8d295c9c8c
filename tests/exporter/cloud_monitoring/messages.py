"""Time series, distributions and pages as messages, written in one line each."""

from collections.abc import Mapping, Sequence
from typing import Any

from google.api.distribution_pb2 import Distribution

from exporter.cloud_monitoring.points import PageMessage
from tests.exporter.cloud_monitoring.paper import KINDS, VALUES

EDGES = (10.0, 20.0, 50.0)
SERVICE = {
    "project_id": "p",
    "location": "us-central1",
    "service_name": "s",
    "revision_name": "r1",
    "configuration_name": "s",
}
OK = {"response_code": "200", "response_code_class": "2xx", "route": ""}


def series(
    points: Mapping[int, Any],
    kind: str = "DELTA INT64",
    metric: Mapping[str, str] = OK,
    resource: Mapping[str, str] = SERVICE,
    start: int | None = None,
) -> Any:
    """Return a series with points by end, in seconds; all begin at `start`, where it is told."""
    found = PageMessage().time_series.add()
    kind, value_type = kind.split()
    found.metric_kind, found.value_type = KINDS[kind], VALUES[value_type]
    found.metric.labels.update(metric)
    found.resource.labels.update(resource)
    found.resource.type = "cloud_run_revision"
    for end, value in points.items():
        point = found.points.add()
        point.interval.end_time.seconds = end
        point.interval.start_time.seconds = end - 60 if start is None else start
        if value_type == "DISTRIBUTION":
            point.value.distribution_value.CopyFrom(value)
        elif value_type != "MONEY":
            setattr(point.value, f"{value_type.lower()}_value", value)
    return found


def page(*held: Any) -> Any:
    """Return a page of series."""
    return PageMessage(time_series=held)


def distribution(
    counts: Sequence[int], edges: Sequence[float] = EDGES, mean: float = 15.0
) -> Distribution:
    """Return a distribution over explicit bounds; zeros at the end may be left out."""
    options = Distribution.BucketOptions(explicit_buckets={"bounds": edges})
    return Distribution(count=sum(counts), mean=mean, bucket_counts=counts, bucket_options=options)
