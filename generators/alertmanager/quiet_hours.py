"""The hours in which medium alerts wait, as Alertmanager's time intervals."""

from typing import Any

from exporter.settings import QuietHours, Settings

QUIET_HOURS = "quiet-hours"
_MIDNIGHT = ("00:00", "24:00")
Body = dict[str, Any]


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
