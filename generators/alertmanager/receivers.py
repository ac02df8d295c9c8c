"""Receivers: one a channel of a severity and of a team, since a route groups for its channel."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exporter.catalog.alert_names import CANARY_RECEIVER
from exporter.settings import NotificationSettings, Settings
from generators import bridge_access
from generators.alertmanager import mail, msteams, pagerduty, slack
from generators.alertmanager.notice import CRITICAL, PLAIN, UNROUTED, Notice, escalated
from generators.alertmanager.plan import (
    ACKNOWLEDGING,
    DEFAULT,
    HEARTBEAT,
    JOURNAL,
    Channel,
    audiences,
    is_escalated,
    is_journaled,
)
from generators.incomplete import Incomplete
from generators.policy import ESCALATION, SEVERITIES

Body = dict[str, Any]


def receivers(settings: Settings) -> list[Body]:
    """Return every receiver that a route names, the default first."""
    everybody, *_ = found = audiences(settings)
    return [
        {"name": DEFAULT, **_integrations(settings, everybody.at, everybody.default, UNROUTED)},
        {"name": HEARTBEAT, **_heartbeat(everybody.at)},
        *_journal(settings, everybody.at),
        *_escalations(settings, everybody.at),
        *(
            {"name": each.receiver(severity, channel)}
            | _integrations(settings, each.at, (channel,), _notice(severity))
            | _group_key(each.at, channel)
            for severity in SEVERITIES
            for each in (*found[1:], everybody)
            for channel in each.channels(severity)
        ),
    ]


def _notice(severity: str) -> Notice:
    return CRITICAL if severity == "critical" else PLAIN


def _group_key(at: NotificationSettings, channel: Channel) -> Body:
    """Return what sends the bridge the key of a group under which PagerDuty knows its incident.

    The key is the route's own, so that only a receiver that both share has it.
    """
    if channel is not Channel.PAGERDUTY or at.active_bridge is None:
        return {}
    return {"webhook_configs": [bridge_access.webhook(at)]}


def _integrations(
    settings: Settings, at: NotificationSettings, reached: tuple[Channel, ...], notice: Notice
) -> Body:
    """Return the entries of a receiver, one a channel."""
    body: Body = {}
    for channel in reached:
        kind, entry = _integration(settings, at, channel, notice)
        body.setdefault(kind, []).append(entry)
    return body


def _integration(
    settings: Settings, at: NotificationSettings, channel: Channel, notice: Notice
) -> tuple[str, Body]:
    """Return the kind of a channel's entry, and the entry."""
    match channel:
        case Channel.PAGERDUTY if at.pagerduty:
            return "pagerduty_configs", pagerduty.integration(settings, at.pagerduty, notice)
        case Channel.SLACK if at.slack:
            version = settings.alertmanager.version
            return "slack_configs", slack.integration(at.slack, notice, version)
        case Channel.MSTEAMS if at.msteams:
            return "msteamsv2_configs", msteams.integration(at.msteams, notice)
        case Channel.EMAIL if at.email:
            return "email_configs", mail.integration(at.email, notice)
        case Channel.WEBHOOK if at.webhook:
            return "webhook_configs", _webhook(at)
        case Channel.SENTRY if at.sentry:
            return "webhook_configs", bridge_access.webhook(at)
    # A channel that is left out here would be a receiver that silently notifies nobody.
    raise Incomplete(
        f"channel {channel.value} has no entry; "
        "add it to _integration of generators/alertmanager/receivers.py"
    )


def _webhook(at: NotificationSettings) -> Body:
    """Return an entry of `webhook_configs`, with the token that its receiver expects."""
    if at.webhook is None:
        return {}
    body: Body = {"send_resolved": True, **_address(at.webhook.url, at.webhook.url_file)}
    if at.webhook.credentials_file is not None:
        token = {"credentials_file": str(at.webhook.credentials_file)}
        body["http_config"] = {"authorization": token}
    return body


def _address(url: str | None, file: Path | None) -> Body:
    return {"url": url} if file is None else {"url_file": str(file)}


def _heartbeat(at: NotificationSettings) -> Body:
    """Return the webhooks of the watchdog; without any it ends here, as it is no news."""
    found: list[Body] = []
    beat = at.heartbeat
    if beat is not None and beat.url is not None:
        found.append({"send_resolved": False, "url": beat.url})
    if beat is not None and beat.url_file is not None and at.active_bridge is None:
        found.append({"send_resolved": False, **_address(None, beat.url_file)})
    if at.active_bridge is not None:
        found.append(bridge_access.webhook(at) | {"send_resolved": False})
    return {"webhook_configs": found} if found else {}


def _journal(settings: Settings, at: NotificationSettings) -> Iterator[Body]:
    """Yield the bridge, and nobody, who is notified of acknowledgements."""
    journaled = is_journaled(settings)
    if journaled or is_escalated(settings):
        yield {"name": ACKNOWLEDGING}
    if journaled:
        yield from (
            {"name": name, "webhook_configs": [bridge_access.webhook(at)]}
            for name in (CANARY_RECEIVER, JOURNAL)
        )


def _escalations(settings: Settings, at: NotificationSettings) -> Iterator[Body]:
    """Yield who is notified of escalations."""
    if at.escalation is None or not is_escalated(settings):
        return
    notice = escalated(at.escalation.channel, at.escalation.to)
    targets = ((Channel.SLACK, at.escalation.channel), (Channel.EMAIL, at.escalation.to))
    reached = tuple(channel for channel, to in targets if to)
    yield {"name": ESCALATION, **_integrations(settings, at, reached, notice)}


def globals_(settings: Settings) -> Body:
    """Return what applies to all receivers: the mail server."""
    at = audiences(settings)[0].at
    return mail.server(at.email) if at.email else {}
