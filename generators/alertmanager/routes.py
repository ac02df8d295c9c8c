"""The tree of routes: by severity, then by team, then one route a channel.

Channels differ in what makes a notification. PagerDuty opens an incident for a group and is silent
about an alert that joins one, so there a service in a region is a group, whatever fails of it.
Slack takes a message a second, so there all services of a region that one alert reports share a
message, and the messages of an outage go out one after the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.catalog.alert_names import ACKNOWLEDGED, CANARY, CANARY_RECEIVER, SINCE
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.alertmanager.plan import (
    ACKNOWLEDGING,
    DEFAULT,
    HEARTBEAT,
    JOURNAL,
    QUIET,
    Audience,
    Channel,
    Pace,
    Timers,
    audiences,
    is_escalated,
    is_journaled,
)
from generators.alertmanager.quiet_hours import QUIET_HOURS
from generators.incomplete import Incomplete
from generators.policy import ESCALATION, SEVERITIES, WATCHDOG
from generators.rules.model import Alerting

Body = dict[str, Any]
# What makes two incidents two, where no channel has a grouping of its own.
INCIDENT = (
    "alertname",
    "signal",
    "gcp_project",
    "region",
    "service_name",
    "database_id",
    "redis_id",
)
OVER_SERVICES = ("alertname", "gcp_project", "region")
OVER_ALERTS = ("team", "gcp_project", "region", "service_name")
EVERY = ("...",)
# Of alerts that can begin together; each of the others reports something else.
_SLOW = frozenset({Channel.SLACK, Channel.MSTEAMS})  # refuse several messages at once
_STORMY = frozenset({"threshold", "slo", "metric"})


def tree(settings: Settings, timers: Timers, alerts: Sequence[Alerting]) -> Body:
    """Return the root: the watchdog, the journal, escalations, then one route a severity."""
    journaled = is_journaled(settings)
    routes = [_watchdog(timers)]
    if journaled or is_escalated(settings):
        routes.append(_acknowledged())
    if journaled:
        routes += [_canary(timers), _journal(timers)]
    if is_escalated(settings):
        routes.append(_escalation(timers))
    for severity in SEVERITIES:
        spread = _spread(settings, [a for a in alerts if a.severity == severity])
        routes.append(_severity(settings, _Severity(severity, timers.of(severity), spread)))
    if journaled:
        # The root takes only what no route has taken, and the journal's takes everything.
        routes.append({"receiver": DEFAULT})
    root: Body = {"receiver": DEFAULT, "group_by": list(INCIDENT)}
    return {**root, **_pace(timers.high), "routes": routes}


def _watchdog(timers: Timers) -> Body:
    matchers = [matcher("alertname", WATCHDOG)]
    return {"receiver": HEARTBEAT, "matchers": matchers, **_pace(timers.heartbeat)}


def _acknowledged() -> Body:
    """Return the route of what only mutes an escalation."""
    return {"receiver": ACKNOWLEDGING, "matchers": [matcher("alertname", ACKNOWLEDGED)]}


def _canary(timers: Timers) -> Body:
    """Return the route of the hourly test alert, which goes to the bridge alone, and at once."""
    matchers = [matcher("alertname", CANARY)]
    pace = _pace(timers.journal)
    return {"receiver": CANARY_RECEIVER, "matchers": matchers, "group_by": list(INCIDENT), **pace}


def _journal(timers: Timers) -> Body:
    """Return the route of every alert to the bridge, which passes it on to the routes below."""
    return {
        "receiver": JOURNAL,
        "group_by": list(INCIDENT),
        **_pace(timers.journal),
        "continue": True,
    }


def _escalation(timers: Timers) -> Body:
    """Return the route of escalations; those that began together are one message.

    What begins at another time has a message of its own: in one group, the end of an incident that
    was acknowledged, and so never escalated, would be sent with what is escalated.
    """
    return {
        "receiver": ESCALATION,
        "matchers": [matcher("severity", ESCALATION)],
        "group_by": ["team", "gcp_project", SINCE],
        **_pace(timers.escalation),
    }


@dataclass(frozen=True, slots=True)
class _Severity:
    """A severity, its pace, and the matchers of alerts whose messages go out one by one."""

    name: str
    pace: Pace
    spread: tuple[tuple[str, ...], ...]


def _spread(settings: Settings, alerts: Sequence[Alerting]) -> tuple[tuple[str, ...], ...]:
    """Return the matchers of what is a message of its own in an outage, in a fixed order."""
    found: dict[tuple[str, ...], None] = {}
    for rule in alerts:
        if dict(rule.labels).get("category") in _STORMY:
            name = matcher("alertname", rule.alert)
            regions = settings.service.regions if "region" in rule.carried else ()
            found |= dict.fromkeys((name, matcher("region", region)) for region in regions)
            found |= {} if regions else {(name,): None}
    return tuple(found)


def _severity(settings: Settings, severity: _Severity) -> Body:
    """Return the route of a severity; with one channel and no teams it is that channel's."""
    everybody, *own = audiences(settings)
    leaves = list(_channels(settings, everybody, severity))
    below = [_team(settings, audience, severity) for audience in own]
    matchers = {"matchers": [matcher("severity", severity.name)]}
    if not below and len(leaves) == 1:
        return {"receiver": leaves[0]["receiver"], **matchers, **leaves[0]}
    return {"receiver": leaves[-1]["receiver"], **matchers, "routes": [*below, *leaves]}


def _team(settings: Settings, team: Audience, severity: _Severity) -> Body:
    leaves = list(_channels(settings, team, severity))
    matchers = {"matchers": [matcher("team", team.team)]}
    if len(leaves) == 1:
        return {"receiver": leaves[0]["receiver"], **matchers, **leaves[0]}
    return {"receiver": leaves[-1]["receiver"], **matchers, "routes": leaves}


def _channels(settings: Settings, to: Audience, severity: _Severity) -> Iterator[Body]:
    """Yield a route a channel; all but the last pass the alert on."""
    found = to.channels(severity.name)
    for channel in found:
        body: Body = {"receiver": to.receiver(severity.name, channel)}
        body |= {"group_by": list(group_by(settings, channel, to)), **_pace(severity.pace)}
        body |= _muted(settings, severity)
        body |= {"continue": True} if channel is not found[-1] else {}
        below = list(_below(settings, channel, severity))
        yield {**body, "routes": below} if below else body
    if not found:
        yield {"receiver": DEFAULT, **_pace(severity.pace), **_muted(settings, severity)}


def group_by(settings: Settings, channel: Channel, to: Audience) -> tuple[str, ...]:
    """Return the labels that make a notification of a channel.

    What joins a message that is edited notifies nobody, so there an incident is a message.
    """
    usual: tuple[str, ...] = OVER_ALERTS if channel is Channel.PAGERDUTY else OVER_SERVICES
    if channel is Channel.SLACK and to.at.slack and to.at.slack.update_message:
        usual = INCIDENT
    return _configured_grouping(settings, channel) or usual


def _configured_grouping(settings: Settings, channel: Channel) -> tuple[str, ...]:
    """Return the labels of `notifications.group_by`; none where the channel's key is left out."""
    at = settings.notifications.group_by
    if channel.value not in type(at).model_fields:
        raise Incomplete(
            f"channel {channel.value} has no key of group_by; "
            "add it to GroupBySettings of exporter/settings/grouping.py"
        )
    found: tuple[str, ...] | None = getattr(at, channel.value)
    return found or ()


def _below(settings: Settings, channel: Channel, severity: _Severity) -> Iterator[Body]:
    """Yield the routes below a channel's: what is about no service, what goes out a bit later."""
    muted = _muted(settings, severity)
    if channel is Channel.PAGERDUTY and not _configured_grouping(settings, channel):
        # Nothing names what these have in common: each is an incident of its own.
        yield {"matchers": [matcher("service_name", "")], "group_by": list(EVERY), **muted}
    if channel in _SLOW:
        for at, matchers in enumerate(severity.spread):
            wait = severity.pace.wait + at * severity.pace.spacing
            if at:
                yield {"matchers": list(matchers), "group_wait": duration(wait), **muted}


def _muted(settings: Settings, severity: _Severity) -> Body:
    """Return the quiet hours; a route does not inherit them."""
    if settings.notifications.quiet_hours and severity.name in QUIET:
        return {"mute_time_intervals": [QUIET_HOURS]}
    return {}


def _pace(pace: Pace) -> Body:
    return {
        "group_wait": duration(pace.wait),
        "group_interval": duration(pace.interval),
        "repeat_interval": duration(pace.repeat),
    }


def matcher(label: str, *values: str) -> str:
    """Return a matcher that both of Alertmanager's parsers read: quoted."""
    if len(values) == 1:
        return f'{label}="{values[0]}"'
    return f'{label}=~"{"|".join(values)}"'
