"""The nine alerts: eight signals beyond a value, and the error budget that burns fast.

A signal has to be beyond its value over five minutes, and must not be fine again in the newest two:
so neither a burst that is over nor the first minute of a deploy is told. Where there is too little
to say anything, there is no value, and nothing is told.
"""

from exporter.catalog.model import Direction
from exporter.settings import Settings
from generators.boards import SIGNAL_PANELS
from generators.policy import (
    EVALUATION,
    LINGER,
    NEWEST,
    SEVERITIES,
    WINDOW,
    Policy,
    ThresholdAlert,
    number,
    shown,
    split,
)
from generators.rules.model import Alerting, Group, RuleFile
from generators.rules.names import span
from generators.rules.recording import is_level, signal_name
from generators.rules.slo import burn_alert
from generators.rules.wording import Says, annotations, of, value

FILE = "alerts.yml"
_WORDS = {
    "response_time_p95": (
        "More than 5 of 100 requests take longer than they may.",
        "The 95th percentile of the response time",
        "Look at CPU, at the database and at the cache of that region, and at the last deploy.",
    ),
    "error_rate": (
        "More requests fail than may.",
        "The share of failing requests",
        "Look at which endpoint and code they are of, and at the last deploy.",
    ),
    "replication_lag": (
        "A database replica is too far behind.",
        "The replication lag",
        "Look at writes on the primary, at long transactions, and at the replica's CPU and disk.",
    ),
    "cache_hit_rate_l2": (
        "Redis answers too few reads.",
        "The hit rate",
        "Look at evictions, memory and expiry, and at whether the cache was emptied or restarted.",
    ),
    "cpu_utilization": (
        "Containers use too much of their CPU.",
        "The CPU utilization",
        "Look at requests an instance, at the limit of instances, and at the last deploy.",
    ),
    "memory_utilization": (
        "Containers use too much of their memory.",
        "The memory utilization",
        "Look at whether it grows since the last deploy, and at requests served at once.",
    ),
}


def alert(settings: Settings, row: ThresholdAlert) -> Alerting:
    """Return the rule of a row of the policy."""
    by = split(row.signal)
    labels = (("severity", row.severity), ("signal", row.signal.name), ("category", "threshold"))
    return Alerting(
        row.name,
        expression(row),
        labels,
        annotations(settings, row.name, _says(row, by), by),
        by,
        row.hold,
        LINGER,
    )


def expression(row: ThresholdAlert) -> str:
    """Return the condition: beyond the value, and not fine again in the newest minutes."""
    beyond, fine = (">", "<=") if row.signal.direction is Direction.UP else ("<", ">=")
    by, limit = split(row.signal), number(row.threshold)
    text = f"{signal_name(row.signal, by)} {beyond} {limit}"
    if is_level(row.signal):
        return text
    newest = signal_name(row.signal, by, span(NEWEST))
    return f"{text}\nunless {newest} {fine} {limit}"


def _says(row: ThresholdAlert, by: tuple[str, ...]) -> Says:
    summary, subject, look = _WORDS[row.signal.name]
    side = "above" if row.signal.direction is Direction.UP else "below"
    window = "" if is_level(row.signal) else f", over {span(WINDOW)}"
    description = (
        f"{subject} {of(by)} is {value(row.signal.unit)}{window}: {side} "
        f"{shown(row.threshold, row.signal.unit)} for {span(row.hold)}."
    )
    return Says(summary, description, look, SIGNAL_PANELS[row.signal.name])


def file(settings: Settings, policy: Policy) -> RuleFile:
    """Return the nine, the most urgent first."""
    rules = [alert(settings, row) for row in policy.thresholds]
    if policy.breach is not None:
        rules.append(burn_alert(settings, policy.breach))
    ordered = sorted(rules, key=lambda rule: SEVERITIES.index(rule.severity))
    group = Group("ion_alerts", EVALUATION, tuple(ordered))
    return RuleFile(FILE, "The nine alerts.", (group,))
