"""Names of alerts and labels that the rules write and the bridge reads.

A rule fires `Escalation` for a critical alert that goes on. An alert `Acknowledged` mutes it where
both have the same alert (`escalates`), signal, place and beginning (`since`).
"""

from datetime import UTC, datetime

ESCALATION_ALERT = "Escalation"
ACKNOWLEDGED = "Acknowledged"  # what the bridge posts while an acknowledged alert fires
WATCHDOG = "Watchdog"  # always fires; it has none of the severities
ESCALATES, SINCE, SIGNAL = "escalates", "since", "signal"
CRITICAL = "critical"
# An escalation has labels of its own in place of these; every other one is its alert's.
REPLACED = ("alertname", "severity", "category")


def since_text(began: float) -> str:
    """Return a Unix time as Prometheus' humanizeTimestamp writes whole seconds, which `since` is.

    Prometheus keeps when a condition began (ALERTS_FOR_STATE) in whole seconds.
    """
    return f"{datetime.fromtimestamp(began, UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"
