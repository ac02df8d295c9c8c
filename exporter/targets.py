"""From settings to what is read from Cloud Monitoring: families on or off, intervals, filters."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.filters import Selection
from exporter.collectors.cloud_monitoring import Target
from exporter.settings import FamilySettings, Filters, GoogleSettings

_SERVICE = ("resource.service_name",)
_DATABASE = ("resource.database_id", "resource.resource_id")
_REGION = ("resource.location", "resource.region")


def targets(google: GoogleSettings) -> tuple[Target, ...]:
    """Return every family of every project that is to be read."""
    found = (
        _target(project, name, google) for project in google.projects for name in sorted(CATALOG)
    )
    return tuple(target for target in found if target is not None)


def _target(project: str, name: str, google: GoogleSettings) -> Target | None:
    family = CATALOG[name]
    if not isinstance(family.source, CloudMonitoring):
        return None
    enabled, interval, limit = True, google.poll_interval, google.series_limit
    allowed = _allowed(google.filters)
    for entry in _entries(name, google.families):
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


def _entries(name: str, families: Mapping[str, FamilySettings]) -> list[FamilySettings]:
    """Return what is said of a family, the most general pattern first, its own name last."""
    fitting = [pattern for pattern in families if fnmatchcase(name, pattern)]
    fitting.sort(key=lambda pattern: (pattern == name, len(pattern.strip("*"))))
    return [families[pattern] for pattern in fitting]


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
