"""Writes the filters of Cloud Monitoring, and quotes values in them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from exporter.catalog.model import CloudMonitoring

LONGEST = 2000  # characters
_PROJECT = "resource.labels.project_id"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which series are read: allowed values by source label, such as resource.location.

    A label that a metric does not have filters nothing.
    """

    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


def quote(value: str) -> str:
    """Return `value` as a string literal of the filter language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r") + '"'


def metric_filter(source: CloudMonitoring, selection: Selection = Selection()) -> str:
    """Return the filter that selects the source's series, narrowed by `selection`."""
    clauses = [
        f"metric.type = {quote(source.metric)}",
        f"resource.type = {quote(source.resource)}",
    ]
    known = {origin for _, origin in source.labels} | set(source.summed)
    for origin, values in selection.allowed.items():
        if origin in known:
            clauses.append(_one_of(origin, values))
    return " AND ".join(clauses)


def narrowed(text: str, to: str) -> str:
    """Return a filter that selects only series of the project `to`."""
    return f"{text} AND {_PROJECT} = {quote(to)}"


def without(text: str, projects: Iterable[str]) -> str:
    """Return a filter that does not select series of `projects`, as far as it may be that long."""
    for project in sorted(projects):
        longer = f"{text} AND {_PROJECT} != {quote(project)}"
        if len(longer) > LONGEST:
            break
        text = longer
    return text


def descriptor_filter(prefix: str) -> str:
    """Return the filter that selects the descriptors of all metrics under `prefix`."""
    return f"metric.type = starts_with({quote(prefix)})"


def _one_of(origin: str, values: Iterable[str]) -> str:
    where, key = origin.split(".", 1)
    field_name = f"{where}.labels.{key}"
    tests = [f"{field_name} = {quote(value)}" for value in values]
    return tests[0] if len(tests) == 1 else "(" + " OR ".join(tests) + ")"
