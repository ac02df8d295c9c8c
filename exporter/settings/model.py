"""All of monitoring.yaml as frozen models; each key with its meaning and its default."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer, ValidationInfo

from exporter.catalog import application, own_application, redis
from exporter.settings.addresses import File, ListenAddress, MetricsPath, Name, Text
from exporter.settings.alerting import AlertsSettings, ObjectiveSettings
from exporter.settings.deploy import DeploySettings
from exporter.settings.google import GoogleSettings
from exporter.settings.links import LinkSettings
from exporter.settings.notifications import NotificationSettings
from exporter.settings.prices import PriceSettings
from exporter.settings.servers import AlertmanagerSettings, PrometheusSettings
from exporter.settings.services import (
    WatchedService,
    alerts_of,
    each_once,
    given_keys,
    objectives_of,
    whole_latency,
)
from exporter.settings.signal_targets import SignalTargetText, of_known_signals
from exporter.settings.sources import ApplicationSettings, RedisSettings
from exporter.settings.supported import of_everybody, of_services
from exporter.settings.teams import reachable
from exporter.settings.types import Named, Section, Switch, Whole, inside, key, part


class ServiceSettings(Section):
    """The monitored service, as dashboards, reports and notifications name it."""

    name: Text | None = key(None, "The service's name.")
    regions: tuple[Name, ...] = key((), "Regions it runs in, in the order in which they are shown.")


class StorageSettings(Section):
    """Files that outlive a restart, and the generated file that commands read."""

    state_file: File | None = key(
        None, "The state file; by default in the service's or the user's state directory."
    )
    journal_file: File | None = key(
        None, "The bridge's journal; by default in the same directory as the state file's default."
    )
    monitoring_config: File | None = key(
        None,
        "monitoring_config.json, as `ionmon configs` writes it; left out, "
        "alertmanager/out/monitoring_config.json below the working directory.",
    )
    versions: Annotated[Whole, Field(ge=0, le=1000)] | None = key(
        None,
        "How many generated sets `ionmon configs` keeps in .ionmon/versions below its root, for "
        "`ionmon diff` and to go back; left out, 20, and none where git tracks the files.",
    )


def _apart(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for index, address in enumerate(addresses):
        if address in addresses[:index] and not address.endswith(":0"):
            raise inside((index,), f"'{address}' is written twice; remove one")
    return addresses


class WebSettings(Section):
    """Where metrics are served."""

    listen: Annotated[tuple[ListenAddress, ...], Field(min_length=1), AfterValidator(_apart)] = key(
        [":9841"], "Addresses to listen on, HOST:PORT or :PORT for all interfaces."
    )
    telemetry_path: MetricsPath = key("/metrics", "Path of the metrics.")
    config_file: File | None = key(None, "TLS and basic auth, as exporter-toolkit's web.yml.")
    enable_lifecycle: Switch = key(
        default=False, meaning="Whether POST /-/reload reads the settings again."
    )
    notice: Text | None = key(None, "A sentence that the landing page shows first.")


class LogSettings(Section):
    """What is logged to standard error, and how."""

    level: Literal["debug", "info", "warn", "error"] = key(
        "info", "The lowest level that is logged."
    )
    format: Literal["logfmt", "json"] = key("logfmt", "How a line is written.")


def _known_target(application: ApplicationSettings, info: ValidationInfo) -> ApplicationSettings:
    redis, name = info.data.get("redis"), application.redis
    known = [target.name for target in redis.targets] if redis is not None else [name]
    if name is not None and name not in known:
        raise inside(("redis",), f"'{name}' is no target of redis.targets; {_listed(known)}")
    return application


def _families_of_road(
    application: ApplicationSettings, info: ValidationInfo
) -> ApplicationSettings:
    google = info.data.get("google")
    unread = google.unread(application.road) if google is not None else []
    if unread:
        text = f"google.families has '{unread[0]}', which {application.road} does not bring"
        raise inside(("road",), f"{text}; remove it there, or choose another road")
    return application


def _listed(names: list[str | None]) -> str:
    return f"known are {', '.join(map(str, names))}" if names else "there are none"


class Settings(Section):
    """Everything that monitoring.yaml can configure."""

    service: ServiceSettings = part(ServiceSettings, "The monitored service.")
    google: GoogleSettings = part(GoogleSettings, "What is read from Cloud Monitoring.")
    redis: RedisSettings = part(RedisSettings, "Which Redis servers are read.")
    application: Annotated[
        ApplicationSettings, AfterValidator(_known_target), AfterValidator(_families_of_road)
    ] = part(ApplicationSettings, "Where the application's own metrics are collected.")
    objectives: ObjectiveSettings = part(ObjectiveSettings, "What the service promises its users.")
    targets: Annotated[Named[Name, SignalTargetText], AfterValidator(of_known_signals)] = key(
        {},
        "What signals should be, by the signal's name: `at least 9000`, `at most 40ms` or "
        "`80% to 85%`. Reports show it beside the value; no alert follows from it.",
    )
    alerts: AlertsSettings = part(AlertsSettings, "Overrides of alerts, by the alert's name.")
    alertmanager: AlertmanagerSettings = part(
        AlertmanagerSettings, "Which Alertmanager reads the generated files."
    )
    notifications: Annotated[NotificationSettings, AfterValidator(of_everybody)] = part(
        NotificationSettings, "Who is notified, and how."
    )
    services: Annotated[
        Named[Name, WatchedService],
        AfterValidator(each_once),
        AfterValidator(reachable),
        AfterValidator(of_services),
        AfterValidator(whole_latency),
        PlainSerializer(given_keys),
    ] = key({}, "What differs for single services, by the service's name in Cloud Run.")
    prometheus: PrometheusSettings = part(
        PrometheusSettings, "Where the servers of the monitoring itself are."
    )
    deploy: DeploySettings = part(
        DeploySettings, "Where `ionmon deploy` writes, and what reads it there."
    )
    prices: PriceSettings = part(
        PriceSettings, "What the service costs, for `ionmon estimate` and the report."
    )
    links: LinkSettings = part(LinkSettings, "Addresses that notifications and dashboards link to.")
    storage: StorageSettings = part(StorageSettings, "Files that ionmon keeps and reads.")
    web: WebSettings = part(WebSettings, "Where metrics are served.")
    log: LogSettings = part(LogSettings, "What is logged, and how.")

    def of_service(self, name: str) -> "Settings":
        """Return the settings that hold for one service: its own, and what it inherits."""
        service = self.services[name]
        return self.model_copy(
            update={
                "objectives": objectives_of(self.objectives, service),
                "alerts": alerts_of(self.alerts, service),
            }
        )

    @property
    def title(self) -> str:
        """What a digest or a report calls the service: its name, else its projects."""
        return self.service.name or ", ".join(self.google.projects) or "ion"

    @property
    def unread_families(self) -> frozenset[str]:
        """The families that these settings say they do not read: an alert on them cannot fire.

        Settings that name no project say nothing of it: all is generated for them.
        """
        if not self.google.called:
            return self.google.disabled
        kept = any(one.collect for one in self.redis.targets)
        recorded = self.application.road != "redis" or self.application.redis is not None
        unread = (
            *(redis.FAMILIES if not kept else ()),
            *(application.FAMILIES if not recorded else ()),
            *(own_application.FAMILIES if not recorded else ()),
        )
        return self.google.disabled.union(family.name for family in unread)

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of the settings in force; of secrets only file names are in it."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
