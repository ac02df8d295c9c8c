"""The families of the metrics that the settings add to the catalog."""

from collections.abc import Mapping
from dataclasses import replace

from exporter.catalog.build import type_of, unit_of
from exporter.catalog.labels import PROJECT
from exporter.catalog.model import CloudMonitoring, Family, Label, MetricKind, Reduce, ValueType
from exporter.settings.google import GoogleSettings
from exporter.settings.metrics import MetricSettings


def mapped_families(metrics: Mapping[str, MetricSettings]) -> tuple[Family, ...]:
    """Return the family of each configured metric, in their order."""
    return tuple(_mapped(name, metric) for name, metric in metrics.items())


def exposed_families(google: GoogleSettings) -> tuple[Family, ...]:
    """Return them as they are exported: with the project where several are read."""
    families = mapped_families(google.metrics)
    return tuple(with_project(f) or f for f in families) if google.several else families


def _mapped(name: str, metric: MetricSettings) -> Family:
    """Return the family of a metric that the settings add."""
    kind, value = MetricKind(metric.kind), ValueType(metric.value)
    source = CloudMonitoring(
        metric=metric.type,
        resource=metric.resource,
        kind=kind,
        value=value,
        labels=tuple(metric.labels.items()),
        summed=metric.summed,
        scale=metric.scale,
        reduce=Reduce(metric.reduce),
    )
    return Family(
        name=name,
        type=type_of(kind, value),
        unit=unit_of(name),
        help=f"{metric.help} [{metric.type}, {kind}, read in the background]",
        labels=tuple(
            Label(label, f"{origin} of the source") for label, origin in metric.labels.items()
        ),
        source=source,
    )


def with_project(family: Family) -> Family | None:
    """Return a family with the project's label; None where it has one."""
    if PROJECT.name in family.label_names:
        return None
    return replace(family, labels=(PROJECT, *family.labels))
