"""From settings to what is read from Cloud Monitoring: families on or off, intervals, filters."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from exporter.catalog import CATALOG, roads
from exporter.catalog.build import type_of, unit_of
from exporter.catalog.model import (
    CloudMonitoring,
    Family,
    Label,
    MetricKind,
    Reduce,
    ValueType,
)
from exporter.cloud_monitoring.filters import Selection
from exporter.cloud_monitoring.target import Target
from exporter.settings import Filters, GoogleSettings, MetricSettings, Settings

_SERVICE = ("resource.service_name",)
_DATABASE = ("resource.database_id", "resource.resource_id")
_REGION = ("resource.location", "resource.region")


def targets(settings: Settings) -> tuple[Target, ...]:
    """Return every family of every project that is to be read."""
    google = settings.google
    families = sorted(_families(settings), key=lambda family: family.name)
    found = (_target(project, family, google) for project in google.projects for family in families)
    return tuple(target for target in found if target is not None)


def _families(settings: Settings) -> Iterator[Family]:
    """Yield the catalog's families, the application's where they come this way, and others."""
    yield from (f for f in CATALOG.values() if isinstance(f.source, CloudMonitoring))
    yield from _ROADS[settings.application.road]()
    for name, metric in settings.google.metrics.items():
        yield _mapped(name, metric)


_ROADS: dict[str, Callable[[], tuple[Family, ...]]] = {
    "redis": tuple,
    "logs": roads.by_logs,
    "managed_prometheus": roads.by_managed_prometheus,
}


def _mapped(name: str, metric: MetricSettings) -> Family:
    """Return the family that settings make of a metric."""
    kind, value = MetricKind(metric.kind), ValueType(metric.value)
    source = CloudMonitoring(
        metric.type,
        metric.resource,
        kind,
        value,
        tuple(metric.labels.items()),
        metric.summed,
        metric.scale,
        Reduce(metric.reduce),
    )
    return Family(
        name,
        type_of(kind, value),
        unit_of(name),
        f"{metric.help} [{metric.type}, {kind}, read in the background]",
        tuple(Label(label, f"{origin} of the source") for label, origin in metric.labels.items()),
        source,
    )


def _target(project: str, family: Family, google: GoogleSettings) -> Target | None:
    if not isinstance(family.source, CloudMonitoring):
        return None
    enabled, interval, limit = True, google.poll_interval, google.series_limit
    own = google.metrics.get(family.name)
    if own and own.interval:
        interval = own.interval
    allowed = _allowed(google.filters)
    for entry in () if own else google.said_of(family.name):
        if "enabled" in entry.model_fields_set:
            enabled = entry.enabled
        interval = entry.interval or interval
        limit = entry.series_limit or limit
        allowed.update(_allowed(entry.filters))
    if not enabled:
        return None
    return Target(
        project, family, family.source, interval, limit, Selection(MappingProxyType(allowed))
    )


def _allowed(filters: Filters) -> dict[str, tuple[str, ...]]:
    allowed: dict[str, tuple[str, ...]] = {}
    for origins, values in (
        (_SERVICE, filters.services),
        (_DATABASE, filters.databases),
        (_REGION, filters.regions),
    ):
        if values:
            allowed.update(dict.fromkeys(origins, tuple(values)))
    allowed.update({origin: tuple(values) for origin, values in filters.labels.items()})
    return allowed
