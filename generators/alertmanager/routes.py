"""The tree of routes, and the hours in which some of them are silent."""

from typing import Any

from exporter.settings import QuietHours, Settings
from exporter.settings.types import duration
from generators.alertmanager.plan import (
    DEFAULT,
    ESCALATION,
    HEARTBEAT,
    QUIET,
    Pace,
    Timers,
    is_escalated,
    receiver,
)
from generators.policy import SEVERITIES, WATCHDOG

Body = dict[str, Any]
# What makes two incidents two. An alert that joins a group notifies nobody anew: what has a fix
# of its own is a group of its own; endpoints, revisions and the like share one.
INCIDENT = (
    "alertname",
    "signal",
    "gcp_project",
    "region",
    "service_name",
    "database_id",
    "redis_id",
)
QUIET_HOURS = "quiet-hours"
_MIDNIGHT = ("00:00", "24:00")


def tree(settings: Settings, timers: Timers) -> Body:
    """Return the root: the watchdog, the escalation, then one route a severity."""
    routes = [_watchdog(timers)]
    if is_escalated(settings):
        routes.append(_escalation(timers))
    routes += [_severity(settings, severity, timers) for severity in SEVERITIES]
    root: Body = {"receiver": DEFAULT, "group_by": list(INCIDENT)}
    return {**root, **_pace(timers.high), "routes": routes}


def _watchdog(timers: Timers) -> Body:
    matchers = [matcher("alertname", WATCHDOG)]
    return {"receiver": HEARTBEAT, "matchers": matchers, **_pace(timers.heartbeat)}


def _escalation(timers: Timers) -> Body:
    """Return the route of what goes on for too long; each alert waits for itself."""
    return {
        "receiver": ESCALATION,
        "matchers": [matcher("severity", "critical")],
        "group_by": ["..."],  # in a group, a new alert would escalate as soon as the oldest does
        **_pace(timers.escalation),
        "continue": True,
    }


def _severity(settings: Settings, severity: str, timers: Timers) -> Body:
    matchers = [matcher("severity", severity)]
    body: Body = {"receiver": receiver(settings, severity), "matchers": matchers}
    body |= _pace(timers.of(severity))
    if settings.notifications.quiet_hours and severity in QUIET:
        body["mute_time_intervals"] = [QUIET_HOURS]
    return body


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


def time_intervals(settings: Settings) -> list[Body]:
    """Return the hours in which medium alerts wait; nothing without such hours."""
    hours = settings.notifications.quiet_hours
    if hours is None:
        return []
    times = [{"start_time": begin, "end_time": end} for begin, end in _within_a_day(hours)]
    intervals: list[Body] = [{"times": times, "location": hours.timezone}]
    if hours.weekends:
        intervals.append({"weekdays": ["saturday", "sunday"], "location": hours.timezone})
    return [{"name": QUIET_HOURS, "time_intervals": intervals}]


def _within_a_day(hours: QuietHours) -> list[tuple[str, str]]:
    """Split what goes over midnight: a time interval ends with its day."""
    first, last = _MIDNIGHT
    if hours.since < hours.to:
        return [(hours.since, hours.to)]
    morning = [(first, hours.to)] if hours.to != first else []
    return [*morning, (hours.since, last)]
