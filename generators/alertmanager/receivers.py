"""Receivers: each has all channels of its severity; only the escalation's route continues."""

from typing import Any

from exporter.settings import NotificationSettings, Settings
from generators.alertmanager import mail, pagerduty, slack
from generators.alertmanager.notice import CRITICAL, PLAIN, UNROUTED, Notice, escalated
from generators.alertmanager.plan import (
    DEFAULT,
    ESCALATION,
    HEARTBEAT,
    Channel,
    channels,
    default_channels,
    is_escalated,
)
from generators.incomplete import Incomplete
from generators.policy import SEVERITIES

Body = dict[str, Any]
BRIDGE_PATH = "/alerts"


def receivers(settings: Settings) -> list[Body]:
    """Return every receiver that a route names, the default first."""
    found = [
        {"name": DEFAULT, **_integrations(settings, default_channels(settings), UNROUTED)},
        {"name": HEARTBEAT, **_heartbeat(settings.notifications)},
    ]
    if is_escalated(settings):
        found.append({"name": ESCALATION, **_escalation(settings)})
    for severity in SEVERITIES:
        reached = channels(settings, severity)
        if reached:
            notice = CRITICAL if severity == "critical" else PLAIN
            found.append({"name": severity, **_integrations(settings, reached, notice)})
    return found


def _integrations(settings: Settings, reached: tuple[Channel, ...], notice: Notice) -> Body:
    """Return the entries of a receiver, one a channel."""
    body: Body = {}
    for channel in reached:
        kind, entry = _integration(settings, channel, notice)
        body.setdefault(kind, []).append(entry)
    return body


def _integration(settings: Settings, channel: Channel, notice: Notice) -> tuple[str, Body]:
    """Return the kind of a channel's entry, and the entry."""
    at = settings.notifications
    match channel:
        case Channel.PAGERDUTY if at.pagerduty:
            return "pagerduty_configs", pagerduty.integration(settings, at.pagerduty, notice)
        case Channel.SLACK if at.slack:
            return "slack_configs", slack.integration(at.slack, notice)
        case Channel.EMAIL if at.email:
            return "email_configs", mail.integration(at.email, notice)
        case Channel.SENTRY if at.sentry:
            url = f"http://{at.sentry.bridge}{BRIDGE_PATH}"
            return "webhook_configs", {"send_resolved": True, "url": url}
    # A channel that is left out here would be a receiver that silently notifies nobody.
    raise Incomplete(
        f"channel {channel.value} has no entry; "
        "add it to _integration of generators/alertmanager/receivers.py"
    )


def _heartbeat(at: NotificationSettings) -> Body:
    """Return the webhook of the watchdog; without one it ends here, as it is no news."""
    if at.heartbeat is None:
        return {}
    return {"webhook_configs": [{"send_resolved": False, "url": at.heartbeat.url}]}


def _escalation(settings: Settings) -> Body:
    escalation = settings.notifications.escalation
    if escalation is None:
        return {}
    notice = escalated(escalation.after, escalation.channel, escalation.to)
    targets = ((Channel.SLACK, escalation.channel), (Channel.EMAIL, escalation.to))
    return _integrations(settings, tuple(channel for channel, to in targets if to), notice)


def globals_(settings: Settings) -> Body:
    """Return what applies to all receivers: the mail server."""
    at = settings.notifications
    return mail.server(at.email) if at.email else {}
