"""monitoring.yaml and flags as frozen models; other packages import from here."""

from exporter.settings.alerting import AlertSettings, AlertsSettings, ObjectiveSettings, OtherAlert
from exporter.settings.bridge import BridgeSettings
from exporter.settings.channels import (
    EmailSettings,
    MsTeamsSettings,
    PagerDutySettings,
    SlackSettings,
    WebhookSettings,
)
from exporter.settings.deploy import (
    DeployedAlertmanager,
    DeployedGrafana,
    DeployedPrometheus,
    DeploySettings,
)
from exporter.settings.digest import DigestSettings
from exporter.settings.google import FamilySettings, Filters, GoogleSettings
from exporter.settings.links import LinkSettings
from exporter.settings.load import (
    Overrides,
    cache_directory,
    config_file,
    default_state_file,
    deploy_directory,
    is_run_by_make,
    journal_file,
    load,
    no_color,
    state_file,
)
from exporter.settings.metrics import MetricSettings
from exporter.settings.model import (
    LogSettings,
    ServiceSettings,
    Settings,
    StorageSettings,
    WebSettings,
)
from exporter.settings.notifications import (
    EscalationSettings,
    NotificationSettings,
    QuietHours,
)
from exporter.settings.prices import PriceSettings
from exporter.settings.sentry import HeartbeatSettings, SentrySettings
from exporter.settings.servers import AlertmanagerSettings, PrometheusSettings
from exporter.settings.services import WatchedService
from exporter.settings.sources import (
    ApplicationSettings,
    RedisSettings,
    RedisTargetSettings,
)

__all__ = [
    "AlertSettings",
    "AlertmanagerSettings",
    "AlertsSettings",
    "ApplicationSettings",
    "BridgeSettings",
    "DeploySettings",
    "DeployedAlertmanager",
    "DeployedGrafana",
    "DeployedPrometheus",
    "DigestSettings",
    "EmailSettings",
    "EscalationSettings",
    "FamilySettings",
    "Filters",
    "GoogleSettings",
    "HeartbeatSettings",
    "LinkSettings",
    "LogSettings",
    "MetricSettings",
    "MsTeamsSettings",
    "NotificationSettings",
    "ObjectiveSettings",
    "OtherAlert",
    "Overrides",
    "PagerDutySettings",
    "PriceSettings",
    "PrometheusSettings",
    "QuietHours",
    "RedisSettings",
    "RedisTargetSettings",
    "SentrySettings",
    "ServiceSettings",
    "Settings",
    "SlackSettings",
    "StorageSettings",
    "WatchedService",
    "WebSettings",
    "WebhookSettings",
    "cache_directory",
    "config_file",
    "default_state_file",
    "deploy_directory",
    "is_run_by_make",
    "journal_file",
    "load",
    "no_color",
    "state_file",
]
