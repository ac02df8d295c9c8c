"""The section of monitoring.yaml on single services: what differs for one from all others."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, SerializationInfo, ValidationInfo

from exporter.settings.addresses import Name, Text
from exporter.settings.alerting import (
    OF_ALL,
    AlertSettings,
    AlertsSettings,
    LatencyObjective,
    ObjectiveSettings,
    Window,
    below_all,
)
from exporter.settings.team_channels import TeamNotifications
from exporter.settings.types import Ratio, Section, inside, key, part

SERVICE, DATABASE, REDIS = "service_name", "database_id", "redis_id"
Overridden = TypeVar("Overridden", bound=Section)


class ServiceObjectives(Section):
    """What one service promises; what is left out is as in `objectives`."""

    availability: Annotated[Ratio, AfterValidator(below_all)] | None = key(
        None, "Share of requests that are answered without a server error."
    )
    latency: LatencyObjective = part(
        LatencyObjective, "How fast requests are answered; `enabled: false` for no objective."
    )
    window: Window | None = key(None, "Period over which availability and latency are measured.")


def _no_others(alerts: AlertsSettings) -> AlertsSettings:
    for name in OF_ALL:
        if name in alerts.model_fields_set:
            raise inside((name,), f"cannot differ by service; write it under alerts.{name}")
    return alerts


class WatchedService(Section):
    """One service of Cloud Run, by its service_name: who owns it, and what differs for it."""

    owner: Name | None = key(
        None, "The team that owns it: alerts about the service carry it as the label `team`."
    )
    databases: tuple[Text, ...] = key(
        (), "Its databases, by database_id: alerts about them belong to the service."
    )
    redis: tuple[Text, ...] = key(
        (), "Its Redis servers, by redis_id: alerts about them belong to the service."
    )
    objectives: ServiceObjectives = part(ServiceObjectives, "What it promises its users.")
    alerts: Annotated[AlertsSettings, AfterValidator(_no_others)] = part(
        AlertsSettings, "Overrides of alerts for this service, by the alert's name."
    )
    notifications: TeamNotifications = part(
        TeamNotifications, "Channels of its team; one that is left out is as in `notifications`."
    )

    def values(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return the values of labels that say that a series is of this service."""
        return {SERVICE: (name,), DATABASE: self.databases, REDIS: self.redis}


def each_once(
    services: Mapping[str, WatchedService], _: ValidationInfo
) -> Mapping[str, WatchedService]:
    """Refuse a database or Redis server that two services claim."""
    claimed: dict[tuple[str, str], str] = {}
    for name, service in services.items():
        for label, field in ((DATABASE, "databases"), (REDIS, "redis")):
            for index, value in enumerate(getattr(service, field)):
                first = claimed.setdefault((label, value), name)
                if first != name:
                    text = f"'{value}' belongs to services.{first} already; remove it at one"
                    raise inside((name, field, index), text)
    return services


def whole_latency(
    services: Mapping[str, WatchedService], info: ValidationInfo
) -> Mapping[str, WatchedService]:
    """Refuse one half of an objective of latency whose other half is not inherited either."""
    base = info.data.get("objectives")
    for name, service in services.items():
        if isinstance(base, ObjectiveSettings):
            text = objectives_of(base, service).latency.half()
            if text:
                raise inside((name, "objectives", "latency"), text)
    return services


def given_keys(services: Mapping[str, WatchedService], info: SerializationInfo) -> dict[str, Any]:
    """Return the services with the keys that they have, as they are written out.

    What a service leaves out is inherited. Its default is not: read again, it would be a value of
    the service's own.
    """
    form: Literal["json", "python"] = "json" if info.mode_is_json() else "python"
    return {
        name: service.model_dump(mode=form, by_alias=bool(info.by_alias), exclude_unset=True)
        for name, service in services.items()
    }


def overridden(base: Overridden, given: Section) -> Overridden:
    """Return a section with what another one sets; nested sections key by key."""
    changed = {}
    for name in given.model_fields_set:
        value, old = getattr(given, name), getattr(base, name)
        if value is None:
            continue
        changed[name] = overridden(old, value) if isinstance(value, Section) else value
    return base.model_copy(update=changed)


def alerts_of(base: AlertsSettings, service: WatchedService) -> AlertsSettings:
    """Return the overrides of alerts that hold for a service."""
    return overridden(base, service.alerts)


def objectives_of(base: ObjectiveSettings, service: WatchedService) -> ObjectiveSettings:
    """Return the objectives that hold for a service."""
    return overridden(base, service.objectives)


def given_alerts(service: WatchedService) -> Mapping[str, AlertSettings]:
    """Return the alerts that a service has overrides of, by name."""
    found = service.alerts.by_name()
    return {name: found[name] for name in found if name in service.alerts.model_fields_set}
