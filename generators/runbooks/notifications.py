"""Who is notified of an alert, what mutes it, and how it is changed."""

from collections.abc import Iterator

from exporter.catalog.alert_names import CRITICAL
from exporter.catalog.expression import Kind
from exporter.settings.types import duration
from generators.alert_table import BurnAlert, PolicyAlert, ThresholdAlert
from generators.alertmanager.plan import (
    CHANNELS,
    QUIET,
    Channel,
    channels,
)
from generators.configured_metrics import is_configured
from generators.files import USUAL
from generators.incomplete import Incomplete
from generators.limits import limit, number, side
from generators.policy import ESCALATION, PROVING, WATCHDOG
from generators.rules.escalation import escalated
from generators.runbooks.documented import DocumentedAlert, alerts_of

_WORDS = {
    Channel.SLACK: "Slack",
    Channel.MSTEAMS: "Microsoft Teams",
    Channel.PAGERDUTY: "PagerDuty",
    Channel.EMAIL: "mail",
    Channel.WEBHOOK: "the webhook",
    Channel.SENTRY: "Sentry",
}
_PLACEHOLDERS = {
    "gcp_project": "PROJECT",
    "region": "REGION",
    "service_name": "SERVICE",
    "database_id": "PROJECT:INSTANCE",
    "redis_id": "REDIS",
    "job": "JOB",
    "instance": "HOST:PORT",
    "collector": "COLLECTOR",
    "product": "PRODUCT",
    "application": "APPLICATION",
    "family": "FAMILY",
    "reason": "REASON",
    "integration": "INTEGRATION",
    "rule_group": "RULE_GROUP",
    "remote_name": "REMOTE_NAME",
    "target": "TARGET",
}


_FILE = "monitoring.yaml"


def placeholder(label: str) -> str:
    """Return the word in capitals that stands for a label's value in commands."""
    return _PLACEHOLDERS.get(label, label.upper())  # metrics of the settings have any labels


def notified(alert: DocumentedAlert) -> str:
    """Return who is notified: PagerDuty and Slack."""
    severity = alert.rule.severity
    if severity == ESCALATION:
        return "the second line"
    if severity not in CHANNELS:
        return _proof(alert)
    found = channels_of(alert)
    return _joined([_word(channel) for channel in found]) or "nobody: no channel is configured"


def _proof(alert: DocumentedAlert) -> str:
    """Return where an alert goes that proves that alerts arrive."""
    at = alert.settings.notifications
    beats = alert.name == WATCHDOG and at.heartbeat is not None
    return "the heartbeat" if beats else "the bridge" if at.active_bridge else "nobody"


def _joined(words: list[str]) -> str:
    *first, last = words or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _word(channel: Channel) -> str:
    if channel not in _WORDS:
        raise Incomplete(
            f"channel {channel.value} has no word; "
            "add it to _WORDS of generators/runbooks/notifications.py"
        )
    return _WORDS[channel]


def channels_of(alert: DocumentedAlert) -> tuple[Channel, ...]:
    """Return the channels that notify of an alert."""
    return channels(alert.settings, alert.rule.severity) if alert.rule.severity in CHANNELS else ()


def waits(alert: DocumentedAlert) -> Iterator[str]:
    """Yield when somebody is notified later, or somebody else is."""
    settings, severity = alert.settings, alert.rule.severity
    escalation = escalated(settings)
    if severity == CRITICAL and escalation is not None:
        yield f"The second line is notified if it still fires after {duration(escalation.after)}."
    if severity == ESCALATION:
        yield "It is not sent for an incident that somebody has acknowledged."
    if severity in QUIET and settings.notifications.quiet_hours:
        hours = settings.notifications.quiet_hours
        days = ", and on Saturdays and Sundays," if hours.weekends else ""
        yield f"Between {hours.since} and {hours.to} ({hours.timezone}){days} notifications wait."


def muting(alert: DocumentedAlert) -> Iterator[str]:
    """Yield what is not sent while another alert fires."""
    for rule in alert.muted:
        by = _listed(alerts_of(rule.source))
        yield f"- It is not sent while {by} fires{_same(rule.equal)}."
    for rule in alert.mutes:
        names = alerts_of(rule.target)
        yield f"- While it fires, these are not sent{_same(rule.equal)}: {_listed(names)}."


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"[{name}]({name}.md)" for name in names)


def _same(labels: tuple[str, ...]) -> str:
    return f", of the same {', '.join(f'`{label}`' for label in labels)}" if labels else ""


def change(alert: DocumentedAlert) -> Iterator[str]:
    """Yield how to change an alert in monitoring.yaml."""
    # Only alerts of the policy have a key of their own; the schema has one key for the rest.
    row = alert.rule.source
    if isinstance(row, ThresholdAlert) and is_configured(row.signal):
        yield from _change_metric(alert, row)
        return
    if alert.name not in alert.settings.alerts.by_name():
        yield from _change_other(alert)
        return
    yield f"In {_FILE}; what you leave out stays as it is:\n"
    yield f"```yaml\nalerts:\n{_classes(alert)}  {alert.name}:\n    {_keys(alert)}\n```\n"
    yield f"To switch it off:\n\n```yaml\nalerts:\n  {alert.name}: {{enabled: false}}\n```\n"
    yield _write()


def _classes(alert: DocumentedAlert) -> str:
    """Return the line of settings on what counts as an error; empty where nothing does."""
    row = alert.rule.source
    if not isinstance(row, ThresholdAlert) or row.signal.kind is not Kind.ERROR_RATE:
        return ""
    counted = ", ".join(alert.settings.alerts.error_classes)
    return f"  error_classes: [{counted}]  # in every error rate, of every service\n"


def _change_metric(alert: DocumentedAlert, row: ThresholdAlert) -> Iterator[str]:
    """Yield where an alert on a metric of the settings is configured."""
    keys = f"{side(row.signal)}: {number(row.threshold)}, for: {duration(row.for_)}"
    lines = f"alert: {{{keys}, severity: {alert.rule.severity}}}"
    yield f"It is configured with its metric in {_FILE}; to switch it off, remove `alert`:\n"
    yield f"```yaml\ngoogle:\n  metrics:\n    {row.signal.name}:\n      {lines}\n```\n"
    yield _write()


def _change_other(alert: DocumentedAlert) -> Iterator[str]:
    """Yield what can be changed of an alert whose threshold is part of its method."""
    if alert.name in PROVING:
        yield "It cannot be changed: it proves that alerts arrive."
        return
    yield f"Its threshold is part of the method. In {_FILE} you can change:\n"
    keys = f"severity: {alert.rule.severity}\n      for: {duration(alert.rule.for_)}"
    yield f"```yaml\nalerts:\n  others:\n    {alert.name}:\n      {keys}\n```\n"
    off = f"alerts:\n  others:\n    {alert.name}: {{enabled: false}}"
    yield f"To switch it off:\n\n```yaml\n{off}\n```\n"
    yield _write()


def _write() -> str:
    return (
        f"`{USUAL} --diff` shows what would change, and `{USUAL}` writes it. Prometheus reads it "
        "again on SIGHUP."
    )


def _keys(alert: DocumentedAlert) -> str:
    row = alert.rule.source
    if isinstance(row, BurnAlert):
        value = f"{number(row.factors[0])}  # of the first pair; the others keep their proportion"
    else:
        value = limit(row) if isinstance(row, PolicyAlert) else ""
    return (
        f"threshold: {value}\n    for: {duration(alert.rule.for_)}\n    severity: "
        f"{alert.rule.severity}"
    )
