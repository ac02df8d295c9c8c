"""From settings to what is polled: families of each project, Redis targets, the application."""

from collections.abc import Callable, Iterator
from types import MappingProxyType

from exporter.catalog import CATALOG, roads
from exporter.catalog.default_set import DEFAULT_SET
from exporter.catalog.model import (
    CloudMonitoring,
    Family,
)
from exporter.cloud_monitoring.filters import Selection
from exporter.cloud_monitoring.target import FamilyTarget
from exporter.collectors.application import ApplicationTarget
from exporter.redis.target import RedisTarget
from exporter.settings import FamilySettings, Filters, GoogleSettings, RedisSettings, Settings
from exporter.settings.mapped import mapped_families, with_project

# On the road of Managed Prometheus, the sidecar writes the service as a label of the metric.
_SERVICE = ("resource.service_name", "metric.service_name")
_DATABASE = ("resource.database_id", "resource.resource_id")
_REGION = ("resource.location", "resource.region")


def family_targets(settings: Settings) -> tuple[FamilyTarget, ...]:
    """Return every family of every project that is to be called."""
    google = settings.google
    families = sorted(_families(settings), key=lambda family: family.name)
    found = (_target(project, family, google) for project in google.called for family in families)
    return tuple(target for target in found if target is not None)


def unread_targets(settings: Settings) -> tuple[FamilyTarget, ...]:
    """Return the families of the catalog that could be read, and are not."""
    google = settings.google
    named = {"*": FamilySettings(enabled=True), **google.families}
    every = settings.model_copy(update={"google": google.model_copy(update={"families": named})})
    read = {target.name for target in family_targets(settings)}
    return tuple(target for target in family_targets(every) if target.name not in read)


def _families(settings: Settings) -> Iterator[Family]:
    """Yield the catalog's families, the application's where they come this way, configured ones."""
    yield from (f for f in CATALOG.values() if isinstance(f.source, CloudMonitoring))
    yield from _ROADS[settings.application.road]()
    yield from mapped_families(settings.google.metrics)


_ROADS: dict[str, Callable[[], tuple[Family, ...]]] = {
    "redis": tuple,
    "logs": roads.by_logs,
    "managed_prometheus": roads.by_managed_prometheus,
}


def _target(project: str, family: Family, google: GoogleSettings) -> FamilyTarget | None:
    if not isinstance(family.source, CloudMonitoring):
        return None
    enabled, interval, limit = _by_default(family), google.poll_interval, google.series_limit
    own = google.metrics.get(family.name)
    period = own.period if own else None
    if own and own.interval:
        interval = own.interval
    allowed = _allowed(google.filters)
    for entry in () if own else google.configured_for(family.name):
        if entry.enabled is not None:
            enabled = entry.enabled
        interval, period = entry.interval or interval, entry.period or period
        limit = entry.series_limit or limit
        allowed.update(_allowed(entry.filters))
    if not enabled:
        return None
    return FamilyTarget(
        project=project,
        family=family,
        source=family.source,
        interval=interval,
        limit=limit,
        period=period or 0.0,
        selection=Selection(MappingProxyType(allowed)),
        exposed=with_project(family) if google.several else None,
        scope=project if project == google.scope else "",
        listed=frozenset(google.listed),
    )


def _by_default(family: Family) -> bool:
    """Return whether a family is read where `enabled` is not set for it.

    A family that the catalog does not read from Cloud Monitoring is there by the settings: by
    application.road or google.metrics.
    """
    known = CATALOG.get(family.name)
    if known is None or known.source != family.source:
        return True
    return family.name in DEFAULT_SET


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


def redis_targets(redis: RedisSettings) -> tuple[RedisTarget, ...]:
    """Return the Redis targets of the settings, each with the settings that all of them share."""
    return tuple(
        RedisTarget(
            name=t.name,
            url=t.url,
            mode=t.mode,
            sentinel_master=t.sentinel_master,
            username=t.username,
            password_file=t.password_file,
            sentinel_username=t.sentinel_username,
            sentinel_password_file=t.sentinel_password_file,
            ca_file=t.ca_file,
            cert_file=t.cert_file,
            key_file=t.key_file,
            server_name=t.server_name,
            insecure_skip_verify=t.insecure_skip_verify,
            timeout=redis.timeout,
            interval=t.interval or redis.poll_interval,
        )
        for t in redis.targets
    )


def collected(redis: RedisSettings) -> tuple[RedisTarget, ...]:
    """Return the Redis targets whose own metrics are read."""
    names = {target.name for target in redis.targets if target.collect}
    return tuple(target for target in redis_targets(redis) if target.name in names)


def application_target(settings: Settings) -> ApplicationTarget | None:
    """Return the target that the application writes to, where one is configured."""
    application = settings.application
    for target in redis_targets(settings.redis):
        if target.name == application.redis:
            return ApplicationTarget(
                name=application.name,
                redis=target,
                interval=application.poll_interval,
                alive=application.instance_timeout,
                limit=application.series_limit,
            )
    return None
