"""Settings with these channels or those, and alerts of every kind."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from exporter.settings import EscalationSettings, Settings
from exporter.settings.versions import APP_TOKEN, MSTEAMS, UPDATE_MESSAGE, URL_FILE, has
from generators.alert_table import THRESHOLDS
from generators.rules import escalation
from generators.rules.model import Alerting
from tests.generators.rules.by_hand import by_hand

SLACK = {"webhook_url_file": "/s/slack", "channel": "#alerts", "oncall_group": "S0123ABCD"}
PAGERDUTY = {"routing_key_file": "/s/pagerduty"}
EMAIL = {"to": ["a@example.com", "b@example.com"], "from": "ion@example.com"} | {
    "smarthost": "mail.example.com:587",
    "username": "ion",
    "password_file": "/s/mail",
}
SENTRY = {"dsn_file": "/s/sentry"}
WEBHOOK = {"url": "https://hooks.example.com/ion", "credentials_file": "/s/token"}
BRIDGE = {"tls": True, "ca_file": "/s/ca.pem", "credentials_file": "/s/bridge-token"}
HEARTBEAT = {"url": "https://heartbeat.example.com/ion"}
QUIET = {"from": "22:00", "to": "07:00", "timezone": "Europe/Berlin"}
ALL = {"slack": SLACK, "pagerduty": PAGERDUTY, "email": EMAIL, "sentry": SENTRY} | {
    "heartbeat": HEARTBEAT,
    "quiet_hours": QUIET,
    "escalation": {"to": ["head@example.com"], "channel": "#escalation"},
}
VARIANTS: dict[str, dict[str, Any]] = {
    "all": ALL,
    "none": {},
    "no pagerduty": {name: part for name, part in ALL.items() if name != "pagerduty"},
    "only slack": {"slack": SLACK},
    "only mail": {"email": EMAIL},
    "only pagerduty": {"pagerduty": PAGERDUTY},
    "only sentry": {"sentry": SENTRY},
    "only webhook": {"webhook": WEBHOOK},
    "only a bridge": {"bridge": {}},
    "with a bridge": {**ALL, "bridge": BRIDGE},
    "with a webhook": {**ALL, "webhook": WEBHOOK},
}
PLACE = ("gcp_project", "region", "service_name")


def settings(notifications: dict[str, Any], **sections: Any) -> Settings:
    """Return settings with these notifications."""
    return Settings.model_validate({"notifications": notifications, **sections})


def opened(version: str, **notifications: Any) -> Settings:
    """Return settings with everything that a version of Alertmanager opens."""
    slack: dict[str, Any] = SLACK
    if has(version, APP_TOKEN):
        slack = {n: v for n, v in SLACK.items() if n != "webhook_url_file"}
        slack |= {"app_token_file": "/s/app", "update_message": has(version, UPDATE_MESSAGE)}
    webhook = {"url_file": "/s/hook"} if has(version, URL_FILE) else WEBHOOK
    found = ALL | {"slack": slack, "webhook": webhook, "bridge": BRIDGE}
    if has(version, MSTEAMS):
        found |= {"msteams": {"webhook_url_file": "/s/msteams"}}
    return settings(found | notifications, alertmanager={"version": version})


def alert(
    name: str, severity: str, signal: str = "", category: str = "threshold", *carried: str
) -> Alerting:
    """Return an alert, with its row of the table where it has one; its expression is any."""
    own = (("signal", signal),) if signal else ()
    labels = (("severity", severity), *own, ("category", category))
    found = by_hand(name, "vector(1)", labels, (), carried)
    row = next((row for row in THRESHOLDS if row.name == name), None)
    return found if row is None else replace(found, source=row)


ERROR_RATE = alert("ErrorRateCritical", "critical", "error_rate", "threshold", *PLACE)
ALERTS = (
    ERROR_RATE,
    alert("ErrorRateWarning", "high", "error_rate", "threshold", *PLACE),
    alert("ErrorRateAnomaly", "low", "error_rate", "anomaly", "gcp_project", "region"),
    alert("CPUHigh", "medium", "cpu_utilization", "threshold", *PLACE),
    alert("CacheHitRateLow", "medium", "cache_hit_rate_l2", "threshold", "redis_id"),
    alert("DiskTrend", "low", "", "trend", "gcp_project", "database_id"),
    alert("ExporterDown", "high", "", "health", "job", "instance"),
    alert("DataStale", "high", "", "health", "gcp_project"),
    alert("BudgetNear", "medium", "", "health", "job"),
    escalation.alert(Settings(), EscalationSettings(), [ERROR_RATE]),
    alert("Watchdog", "none", "", "health"),
)


def write(root: Path, texts: dict[str, str]) -> None:
    """Write texts by path below a directory."""
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
