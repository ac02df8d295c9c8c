"""Times as Grafana writes them, and how far apart the points of a chart are."""

import re
from datetime import UTC, datetime
from itertools import pairwise

from exporter.errors import SettingsError
from exporter.prometheus.api import TimeSpan

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}
_NICE = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600,
         43200, 86400, 604800, 2592000)  # fmt: skip
_MOST_POINTS = 11000  # a range query of Prometheus returns no more for a series


def between(start: str, end: str, now: float) -> TimeSpan:
    """Return the span of two times such as `now-6h` and `now`."""
    found = TimeSpan(moment("--from", start, now), moment("--to", end, now))
    if found.seconds <= 0:
        raise SettingsError(f"--from {start}: has to be before --to {end}")
    return found


def moment(what: str, text: str, now: float) -> float:
    """Return a time: `now-6h`, `now-1d/d`, seconds or milliseconds since 1970, or ISO 8601."""
    relative = re.fullmatch(r"now(?:([+-])(\d+)([smhdwMy]))?(?:/([smhdw]))?", text)
    if relative:
        sign, count, unit, whole = relative.groups()
        at = now + (1 if sign == "+" else -1) * int(count or 0) * _UNITS[unit or "s"]
        return at // _UNITS[whole] * _UNITS[whole] if whole else at
    if re.fullmatch(r"\d+", text):
        return int(text) / (1000 if len(text) > 11 else 1)  # noqa: PLR2004 - digits of seconds
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(
            f"{what} {text}: write now, now-6h, Unix seconds or 2026-01-31T12:00"
        ) from None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def duration(text: str) -> float:
    """Return the seconds of a duration such as `1m` or `90s`; 0 for none."""
    parts = re.findall(r"(\d+)(ms|[smhdwMy])", text.removeprefix(">"))
    return sum(int(n) * (0.001 if unit == "ms" else _UNITS[unit]) for n, unit in parts)


def step(span: TimeSpan, pixels: float, minimum: float) -> float:
    """Return the seconds between points: a round figure, about one point a pixel."""
    requested = max(span.seconds / max(pixels, 1), span.seconds / _MOST_POINTS)
    pairs = pairwise(_NICE)
    nice = next((low for low, high in pairs if requested < (low + high) / 2), _NICE[-1])
    return max(float(nice), minimum, float(1 + span.seconds // _MOST_POINTS))


def written(seconds: float) -> str:
    """Return a duration as PromQL writes it."""
    return f"{round(seconds)}s" if seconds >= 1 else f"{round(seconds * 1000)}ms"
