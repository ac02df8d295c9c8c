"""From truth to protobuf: time series, and metric descriptors as the catalog implies them."""

from typing import Any, TypeAlias

from google.api.metric_pb2 import MetricDescriptor
from google.cloud.monitoring_v3 import TimeSeries

from exporter.catalog.model import MetricKind, Unit, ValueType
from exporter.simulator.aggregation import Listed
from exporter.simulator.levels import label_keys
from exporter.simulator.truth import Dist, Exponential, Linear, TruthPoint, Value
from exporter.simulator.world import Metric

Raw: TypeAlias = Any  # a raw protobuf message: the client library has no types for them
RawSeries = TimeSeries.pb()
MILLISECOND = 1_000_000
KINDS = {kind: MetricDescriptor.MetricKind.Value(kind) for kind in MetricKind}
VALUES = {value: MetricDescriptor.ValueType.Value(value) for value in ValueType}
_INT_LABELS = ("response_code", "response_code_class")
_SCALED = {1e-3: "ms", 1e-6: "us", 2.0**30: "GiBy.s"}
_UNITS = {Unit.SECONDS: "s", Unit.BYTES: "By", Unit.RATIO: "10^2.%"}


def series_message(listed: Listed) -> Raw:
    """Return a TimeSeries message."""
    found = header_message(listed)
    for point in listed.points:
        _add_point(found, listed.kind, point)
    return found


def header_message(listed: Listed) -> Raw:
    """Return a TimeSeries message without points."""
    found = RawSeries(metric_kind=KINDS[listed.kind], value_type=VALUES[listed.value_type])
    found.metric.type = listed.metric_type
    found.resource.type = listed.resource_type
    for key, value in listed.metric.items():
        found.metric.labels[key] = value
    for key, value in listed.resource.items():
        found.resource.labels[key] = value
    return found


def _add_point(found: Raw, kind: MetricKind, point: TruthPoint) -> None:
    """Add a point; intervals that follow one another are 1 ms apart, as Google has them."""
    message = found.points.add()
    message.interval.start_time.seconds = int(point.start)
    message.interval.end_time.seconds = int(point.end)
    if kind is MetricKind.DELTA:
        message.interval.start_time.nanos = MILLISECOND
    _set_value(message.value, point.value)


def _set_value(message: Raw, value: Value) -> None:
    if isinstance(value, Dist):
        _set_distribution(message.distribution_value, value)
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int):
        message.int64_value = value
    elif isinstance(value, float):
        message.double_value = value
    else:
        message.string_value = value


def _set_distribution(message: Raw, value: Dist) -> None:
    message.count, message.mean = value.count, value.mean
    message.sum_of_squared_deviation = value.deviation
    message.bucket_counts.extend(value.counts)
    options, layout = message.bucket_options, value.layout
    if isinstance(layout, Exponential):
        buckets = options.exponential_buckets
        buckets.num_finite_buckets, buckets.scale = layout.finite, layout.scale
        buckets.growth_factor = layout.growth
    elif isinstance(layout, Linear):
        linear = options.linear_buckets
        linear.num_finite_buckets, linear.width = layout.finite, layout.width
        linear.offset = layout.offset
    else:
        options.explicit_buckets.bounds.extend(layout.edges)


def google_unit(metric: Metric) -> str:
    """Return the unit of a metric as Google writes it."""
    if metric.source.scale in _SCALED:
        return _SCALED[metric.source.scale]
    return _UNITS.get(metric.family.unit, "1")


def descriptor(project: str, metrics: tuple[Metric, ...], delay: float) -> MetricDescriptor:
    """Return the descriptor of a metric type, which may be on several resources."""
    first, source = metrics[0], metrics[0].source
    found = MetricDescriptor(
        name=f"projects/{project}/metricDescriptors/{source.metric}",
        type=source.metric,
        metric_kind=KINDS[source.kind],
        value_type=VALUES[source.value],
        unit=google_unit(first),
        description=first.family.help,
        display_name=source.metric.rsplit("/", 1)[-1].replace("_", " "),
        monitored_resource_types=[metric.source.resource for metric in metrics],
    )
    found.metadata.ingest_delay.FromMilliseconds(int(delay * 1000))
    found.metadata.sample_period.FromSeconds(source.period)
    for key in sorted({key for metric in metrics for key in label_keys(metric.source)}):
        balancer = source.resource == "https_lb_rule" and key in _INT_LABELS
        found.labels.add(key=key, value_type=2 if balancer else 0)
    return found
