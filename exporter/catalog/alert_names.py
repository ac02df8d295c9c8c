"""Names of alerts, labels and receivers by which the generated files and what runs know each other.

A rule fires `Escalation` for a critical alert that goes on. An alert `Acknowledged` mutes it where
both have the same alert (`escalates`), signal, place and beginning (`since`).
"""

from datetime import UTC, datetime

WATCHDOG = "Watchdog"  # fires always
CANARY = "Canary"  # fires for some minutes of each hour, so that its way to the bridge is measured
DRILL = "Drill"  # what `ionmon drill` sends to see who takes it; it is about nothing that happened
DRILL_LABEL = "drill"  # of such an alert: which drill it belongs to
CANARY_LATE = 10.0  # seconds that it may take
CANARY_MISSING = 75 * 60.0  # seconds after which there should have been another
ESCALATION_ALERT = "Escalation"
ACKNOWLEDGED = "Acknowledged"  # what the bridge posts while an acknowledged alert fires
ESCALATES, SINCE, SIGNAL = "escalates", "since", "signal"
CRITICAL = "critical"
SEVERITIES = (CRITICAL, "high", "medium", "low")
# An escalation has labels of its own in place of these; every other one is its alert's.
REPLACED = ("alertname", "severity", "category")
HEARTBEAT_RECEIVER = "heartbeat"
CANARY_RECEIVER = "canary"
JOURNAL_RECEIVER = "journal"  # the bridge, which is notified of every alert
PAGERDUTY_RECEIVER = "pagerduty"  # the channel of receivers that page
SENTRY_RECEIVER = "sentry"  # the channel of receivers whose alerts go to Sentry
DEFAULT_RECEIVER = "unrouted"  # of what no route takes; the bridge has it where all else is absent


def channel_receiver(team: str, severity: str, channel: str) -> str:
    """Return the receiver of one channel; the team of everybody else is empty."""
    return "-".join(part for part in (team, severity, channel) if part)


def since_text(began: float) -> str:
    """Return a Unix time as Prometheus' humanizeTimestamp writes whole seconds, which `since` is.

    Prometheus keeps when a condition began (ALERTS_FOR_STATE) in whole seconds.
    """
    return f"{datetime.fromtimestamp(began, UTC):%Y-%m-%d %H:%M:%S} +0000 UTC"
