"""The application's other roads: log-based metrics and Managed Service for Prometheus.

The families are those of the catalog's application; only their sources differ.
"""

from dataclasses import dataclass, replace

from exporter.catalog import application
from exporter.catalog.model import CloudMonitoring, Family, MetricKind, Type, ValueType

LOGS = "logging.googleapis.com/user/"
MANAGED = "prometheus.googleapis.com/"
_LOG_RESOURCE, _LOG_DELAY = "cloud_run_revision", 180
_LOG_SUMMED = (
    "resource.project_id",
    "resource.service_name",
    "resource.revision_name",
    "resource.configuration_name",
    "metric.log",
)
_MANAGED_RESOURCE, _MANAGED_DELAY = "prometheus_target", 60
_MANAGED_SUMMED = (
    "resource.project_id",
    "resource.cluster",
    "resource.namespace",
    "resource.job",
    "resource.instance",
    "metric.instanceId",
    "metric.service_name",
    "metric.revision_name",
    "metric.configuration_name",
    "metric.region",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMetric:
    """A log-based metric: its family, the event that is counted, the entry's fields.

    An entry is a line of JSON that the service writes to its standard output, such as
    {"ionmon": "request", "endpoint": "/process", "method": "GET", "status": 200, "seconds": 0.01}.
    `labels` pairs a label of the family with the entry's field; `value` is the field of which a
    distribution is made, or None where entries are counted.
    """

    name: str
    family: Family
    event: str
    labels: tuple[tuple[str, str], ...] = ()
    value: str | None = None


LOG_METRICS: tuple[LogMetric, ...] = (
    LogMetric(
        name="ionmon/requests",
        family=application.REQUESTS,
        event="request",
        labels=(("endpoint", "endpoint"), ("method", "method"), ("response_code_class", "status")),
    ),
    LogMetric(
        name="ionmon/request_duration",
        family=application.REQUEST_DURATION,
        event="request",
        labels=(("endpoint", "endpoint"),),
        value="seconds",
    ),
    LogMetric(
        name="ionmon/routing_confidence",
        family=application.ROUTING_CONFIDENCE,
        event="routing",
        labels=(),
        value="confidence",
    ),
    LogMetric(
        name="ionmon/persona_requests",
        family=application.PERSONA_REQUESTS,
        event="routing",
        labels=(("persona", "persona"),),
    ),
    LogMetric(
        name="ionmon/feature_uses",
        family=application.FEATURE_USES,
        event="feature",
        labels=(("feature", "feature"),),
    ),
)


def by_logs() -> tuple[Family, ...]:
    """Return the application's families as they are read from log-based metrics."""
    return tuple(_by_log(metric) for metric in LOG_METRICS)


def _by_log(metric: LogMetric) -> Family:
    labels = (("region", "resource.location"), *((n, f"metric.{n}") for n, _ in metric.labels))
    source = CloudMonitoring(
        metric=LOGS + metric.name,
        resource=_LOG_RESOURCE,
        kind=MetricKind.DELTA,
        value=ValueType.DISTRIBUTION if metric.value else ValueType.INT64,
        labels=labels,
        summed=_LOG_SUMMED,
        delay=_LOG_DELAY,
    )
    return replace(metric.family, source=source)


def by_managed_prometheus() -> tuple[Family, ...]:
    """Return the application's families as Managed Service for Prometheus keeps them.

    Active users are counted in Redis, across instances: no instance has a number to be scraped.
    """
    recorded = (f for f in application.FAMILIES if f.name != application.ACTIVE_USERS.name)
    return tuple(_by_managed(family) for family in recorded)


def missing_families(road: str) -> frozenset[str]:
    """Return the names of the application's families that a road does not bring."""
    brought = {"logs": by_logs, "managed_prometheus": by_managed_prometheus}
    if road not in brought:
        return frozenset()
    names = {family.name for family in (*application.FAMILIES, application.ACTIVE_USERS)}
    return frozenset(names - {family.name for family in brought[road]()})


_SUFFIXES = {Type.COUNTER: "counter", Type.HISTOGRAM: "histogram", Type.GAUGE: "gauge"}


def _by_managed(family: Family) -> Family:
    own = tuple(name for name in family.label_names if name != "region")
    counted = family.type is not Type.GAUGE
    value = ValueType.DISTRIBUTION if family.type is Type.HISTOGRAM else ValueType.DOUBLE
    source = CloudMonitoring(
        metric=f"{MANAGED}{family.name}/{_SUFFIXES[family.type]}",
        resource=_MANAGED_RESOURCE,
        kind=MetricKind.CUMULATIVE if counted else MetricKind.GAUGE,
        value=value,
        labels=(("region", "resource.location"), *((name, f"metric.{name}") for name in own)),
        summed=_MANAGED_SUMMED,
        delay=_MANAGED_DELAY,
    )
    return replace(family, source=source)
