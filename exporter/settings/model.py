"""The whole of monitoring.yaml as frozen models; each key with its meaning and its default."""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from exporter.settings.addresses import File, ListenAddress, Name, PagePath, Text
from exporter.settings.alerting import AlertsSettings, ObjectiveSettings
from exporter.settings.links import LinkSettings
from exporter.settings.notifications import NotificationSettings
from exporter.settings.servers import PrometheusSettings
from exporter.settings.sources import ApplicationSettings, GoogleSettings, RedisSettings
from exporter.settings.types import Section, Switch, inside, key, part


class ServiceSettings(Section):
    """What is watched, in the words of pages, reports and notifications."""

    name: Text | None = key(None, "The service's name.")
    regions: tuple[Name, ...] = key((), "Regions it runs in, in the order pages show them.")


class StorageSettings(Section):
    """Where counters are remembered over a restart, and where generated facts are read from."""

    state_file: File | None = key(
        None, "The state file; by default in the service's or the user's state directory."
    )
    monitoring_config: File | None = key(
        None,
        "monitoring_config.json, as `ionmon configs` writes it; left out, "
        "alertmanager/out/monitoring_config.json below the working directory.",
    )


def _apart(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for index, address in enumerate(addresses):
        if address in addresses[:index] and not address.endswith(":0"):
            raise inside((index,), f"'{address}' is written twice; remove one")
    return addresses


class WebSettings(Section):
    """Where the page is served."""

    listen: Annotated[tuple[ListenAddress, ...], Field(min_length=1), AfterValidator(_apart)] = key(
        [":9841"], "Addresses to listen on, HOST:PORT or :PORT for all interfaces."
    )
    telemetry_path: PagePath = key("/metrics", "Path of the page.")
    config_file: File | None = key(None, "TLS and basic auth, as exporter-toolkit's web.yml.")
    enable_lifecycle: Switch = key(
        default=False, meaning="Whether POST /-/reload reads the settings again."
    )


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


def _listed(names: list[str | None]) -> str:
    return f"known are {', '.join(map(str, names))}" if names else "there are none"


class Settings(Section):
    """Everything that monitoring.yaml can configure."""

    service: ServiceSettings = part(ServiceSettings, "What is watched.")
    google: GoogleSettings = part(GoogleSettings, "What is read from Cloud Monitoring.")
    redis: RedisSettings = part(RedisSettings, "Which Redis servers are read.")
    application: Annotated[ApplicationSettings, AfterValidator(_known_target)] = part(
        ApplicationSettings, "Where the application's own metrics are collected."
    )
    objectives: ObjectiveSettings = part(ObjectiveSettings, "What is promised to the users.")
    alerts: AlertsSettings = part(AlertsSettings, "What is different for an alert, by its name.")
    notifications: NotificationSettings = part(NotificationSettings, "Who is notified, and how.")
    prometheus: PrometheusSettings = part(
        PrometheusSettings, "Where the servers of the monitoring itself are."
    )
    links: LinkSettings = part(LinkSettings, "Where links in notifications and pages lead.")
    storage: StorageSettings = part(StorageSettings, "Files that ionmon keeps and reads.")
    web: WebSettings = part(WebSettings, "Where the page is served.")
    log: LogSettings = part(LogSettings, "What is logged, and how.")

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of the settings in force; of secrets only file names are in it."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
