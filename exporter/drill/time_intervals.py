"""Whether a time lies in Alertmanager's time intervals, which mute routes.

https://prometheus.io/docs/alerting/latest/configuration/#time_interval. Each part that an interval
has must hold; of several values of a part one has to.
"""

from calendar import day_name, month_name, monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

_DAYS = {name.lower(): number for number, name in enumerate(day_name)}
_MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name}
Interval = Mapping[str, Any]


def contains(intervals: Sequence[Interval], at: float) -> bool:
    """Whether a Unix time lies in one of the intervals of a name. Raises ValueError."""
    return any(_contains(interval, at) for interval in intervals)


def _contains(interval: Interval, at: float) -> bool:
    zone = _zone(interval.get("location") or "UTC")
    return all(
        any(holds(given, datetime.fromtimestamp(at, zone)) for given in interval[part])
        for part, holds in _PARTS.items()
        if interval.get(part)
    )


def _zone(location: str) -> tzinfo:
    try:
        return UTC if location == "UTC" else ZoneInfo(location)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"its location {location} is no time zone that this machine knows; install tzdata, or "
            "configure a name such as Europe/Berlin"
        ) from error


def _times(given: Mapping[str, str], at: datetime) -> bool:
    minute = at.hour * 60 + at.minute
    return _minute(given["start_time"]) <= minute < _minute(given["end_time"])


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _weekdays(given: object, at: datetime) -> bool:
    first, last = _range(given, _DAYS)
    return first <= at.weekday() <= last or (first > last and not last < at.weekday() < first)


def _days_of_month(given: object, at: datetime) -> bool:
    length = monthrange(at.year, at.month)[1]
    first, last = (day if day > 0 else length + 1 + day for day in _range(given, {}))
    return first <= at.day <= last


def _months(given: object, at: datetime) -> bool:
    first, last = _range(given, _MONTHS)
    return first <= at.month <= last


def _years(given: object, at: datetime) -> bool:
    first, last = _range(given, {})
    return first <= at.year <= last


def _range(given: object, names: Mapping[str, int]) -> tuple[int, int]:
    first, _, last = str(given).lower().partition(":")
    return _number(first, names), _number(last or first, names)


def _number(text: str, names: Mapping[str, int]) -> int:
    return names[text] if text in names else int(text)


_PARTS: Mapping[str, Callable[[Any, datetime], bool]] = {
    "times": _times,
    "weekdays": _weekdays,
    "days_of_month": _days_of_month,
    "months": _months,
    "years": _years,
}
