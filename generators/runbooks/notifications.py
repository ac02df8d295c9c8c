"""Who is told of an alert, what mutes it, and how it is changed."""

from collections.abc import Iterator

from exporter.settings.types import duration
from generators.alert_table import BurnAlert, PolicyAlert
from generators.alertmanager.plan import (
    CHANNELS,
    QUIET,
    Channel,
    channels,
    default_channels,
    is_escalated,
    timers,
)
from generators.incomplete import Incomplete
from generators.limits import limit, number
from generators.policy import WATCHDOG
from generators.runbooks.documented import DocumentedAlert, alerts_of

_WORDS = {
    Channel.SLACK: "Slack",
    Channel.PAGERDUTY: "PagerDuty",
    Channel.EMAIL: "mail",
    Channel.SENTRY: "Sentry",
}
PLACEHOLDERS = {
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
}
_FILE = "monitoring.yaml"


def told(case: DocumentedAlert) -> str:
    """Return who is told: PagerDuty and Slack."""
    severity = case.rule.severity
    if severity not in CHANNELS:
        return "the heartbeat" if case.settings.notifications.heartbeat else "nobody"
    found = channels_of(case)
    return " and ".join(_word(channel) for channel in found) or "nobody: no channel is configured"


def _word(channel: Channel) -> str:
    if channel not in _WORDS:
        raise Incomplete(
            f"channel {channel.value} has no word; "
            "add it to _WORDS of generators/runbooks/notifications.py"
        )
    return _WORDS[channel]


def channels_of(case: DocumentedAlert) -> tuple[Channel, ...]:
    """Return the channels that notify of an alert."""
    return channels(case.settings, case.rule.severity) or default_channels(case.settings)


def waits(case: DocumentedAlert) -> Iterator[str]:
    """Yield when somebody is told later, or somebody else is."""
    settings, severity = case.settings, case.rule.severity
    if severity == "critical" and is_escalated(settings):
        after = duration(timers(settings).escalation.wait)
        yield f"The second line is notified if it still fires after {after}."
    if severity in QUIET and settings.notifications.quiet_hours:
        hours = settings.notifications.quiet_hours
        days = ", and on Saturdays and Sundays," if hours.weekends else ""
        yield f"Between {hours.since} and {hours.to} ({hours.timezone}){days} it waits."


def muting(case: DocumentedAlert) -> Iterator[str]:
    """Yield what is not sent while another alert fires."""
    for rule in case.muted:
        by = _listed(alerts_of(rule.source))
        yield f"- It is not sent while {by} fires{_same(rule.equal)}."
    for rule in case.mutes:
        names = alerts_of(rule.target)
        yield f"- While it fires, these are not sent{_same(rule.equal)}: {_listed(names)}."


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"[{name}]({name}.md)" for name in names)


def _same(labels: tuple[str, ...]) -> str:
    return f", of the same {', '.join(f'`{label}`' for label in labels)}" if labels else ""


def change(case: DocumentedAlert) -> Iterator[str]:
    """Yield how to change it by the settings, or that they have no key for it."""
    if case.name not in case.settings.alerts.by_name():
        yield from _change_other(case)
        return
    yield f"In {_FILE}; what is left out stays as it is:\n"
    yield f"```yaml\nalerts:\n  {case.name}:\n    {_keys(case)}\n```\n"
    yield f"To switch it off:\n\n```yaml\nalerts:\n  {case.name}: {{enabled: false}}\n```\n"
    yield _write()


def _change_other(case: DocumentedAlert) -> Iterator[str]:
    """Yield what can be changed of an alert whose values are part of its method."""
    if case.name == WATCHDOG:
        yield "Nothing can be changed: it proves that alerts arrive."
        return
    yield f"Its values are part of the method; in {_FILE} these can be changed:\n"
    keys = f"severity: {case.rule.severity}\n      for: {duration(case.rule.for_)}"
    yield f"```yaml\nalerts:\n  others:\n    {case.name}:\n      {keys}\n```\n"
    off = f"alerts:\n  others:\n    {case.name}: {{enabled: false}}"
    yield f"To switch it off:\n\n```yaml\n{off}\n```\n"
    yield _write()


def _write() -> str:
    return (
        f"Then `ionmon configs --config {_FILE} --diff` says what changes, and `ionmon configs "
        f"--config {_FILE}` writes it. Prometheus takes it up at SIGHUP."
    )


def _keys(case: DocumentedAlert) -> str:
    row = case.rule.source
    if isinstance(row, BurnAlert):
        value = f"{number(row.factors[0])}  # of the first pair; the others keep their proportion"
    else:
        value = limit(row) if isinstance(row, PolicyAlert) else ""
    return (
        f"threshold: {value}\n    for: {duration(case.rule.for_)}\n    severity: "
        f"{case.rule.severity}"
    )
