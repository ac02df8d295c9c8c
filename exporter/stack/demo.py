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
    "Demo times: alerts and messages come sooner, and no hours are quiet. "
    "Limits, windows and routes are the real ones; docs/stack.md has both times."
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
    found["notifications"].pop("quiet_hours", None)  # a demo at night is no different
    found.setdefault("prometheus", {})["scrape_interval"] = SCRAPE
    return found
