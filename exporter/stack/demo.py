"""The demo profile: a stack whose alerts come within minutes of an incident, and how it differs.

Windows, thresholds, rules and routes are the real ones. Only waiting is shorter.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

SOURCE_DELAY = 5  # seconds after which a simulated point can be read
SCRAPE = "5s"
_ALERTS = (
    "ResponseTimeCritical",
    "ErrorRateCritical",
    "SLABreach",
    "ResponseTimeWarning",
    "ErrorRateWarning",
    "DatabaseLag",
    "CacheHitRateLow",
    "CPUHigh",
    "MemoryHigh",
)
_SOON = {"group_wait": "5s", "group_interval": "1m"}
NOTICE = (
    "Demo profile: alerts fire as soon as a limit is passed (real: after 3 minutes; CPU, memory "
    "and cache after 5), groups are notified after 5 s and then every minute (real: up to a "
    "minute, then every 10), data of the source is there after 5 s (real: 2 to 4 minutes), and "
    "Prometheus scrapes every 5 s (real: 15 s). Thresholds, windows and routes are the real ones. "
    "True times: ionmon stack --real"
)


def quickened(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a monitoring.yaml with the demo profile's times."""
    found: dict[str, Any] = deepcopy(dict(document))
    alerts = found["alerts"] = found.get("alerts") or {}
    for name in _ALERTS:
        alerts[name] = {**(alerts.get(name) or {}), "for": "0s"}
    intervals = found.setdefault("notifications", {}).setdefault("intervals", {})
    for severity in ("high", "medium", "low"):
        intervals[severity] = {**intervals.get(severity, {}), **_SOON}
    found.setdefault("prometheus", {})["scrape_interval"] = SCRAPE
    return found
