"""When an alert fires, in words: from the rows of the policy, or from the statement."""

from exporter.catalog.model import Direction, Signal
from generators.policy import (
    NEWEST,
    WINDOW,
    BurnAlert,
    ExhaustedAlert,
    Policy,
    ThresholdAlert,
)
from generators.rules.anomaly import BANDS
from generators.rules.model import Alerting
from generators.rules.names import span
from generators.rules.recording import is_level
from generators.rules.trend import Trend
from generators.runbooks.facts import Facts, filled, row_of, trend_of, value
from generators.runbooks.model import Statement

_SUBJECTS = {
    "response_time_p95": "the 95th percentile of the response time",
    "error_rate": "the share of failing requests (4xx and 5xx)",
    "replication_lag": "the replication lag",
    "cache_hit_rate_l2": "the hit rate",
    "cpu_utilization": "the mean CPU utilization of the instances",
    "memory_utilization": "the mean memory utilization of the instances",
    "db_connections": "the number of connections",
    "query_time": "the mean time of queries",
}
_PLACES = (
    ("service_name", "a service"),
    ("database_id", "a database instance"),
    ("redis_id", "a Redis"),
    ("region", "in a region"),
)


def place(labels: tuple[str, ...]) -> str:
    """Return what an alert is about, one at a time: a service in a region."""
    return " ".join(words for label, words in _PLACES if label in labels)


def condition(rule: Alerting, statement: Statement, held: Policy, facts: Facts) -> str:
    """Return the condition as a clause, without the time for which it has to hold."""
    row = row_of(rule.alert, held)
    if isinstance(row, ThresholdAlert):
        return _threshold(row, rule)
    if isinstance(row, BurnAlert):
        return (
            f"the error budget of {place(rule.carried)} burns faster than {value(row)} of what the "
            f"objective allows, with {facts['least']} server errors or more in the long window"
        )
    if isinstance(row, ExhaustedAlert):
        return f"a service has spent {value(row)} of the error budget of {facts['window']}, or more"
    return _beyond(rule, statement, held, facts)


def _threshold(row: ThresholdAlert, rule: Alerting) -> str:
    subject = f"{_subject(row.signal)} of {place(rule.carried)}"
    text = f"{subject} is {_side(row.signal)} {value(row)}"
    if is_level(row.signal):
        return text
    return f"{text} over {span(WINDOW)}, and still is over the newest {span(NEWEST)}"


def _subject(signal: Signal) -> str:
    return _SUBJECTS.get(signal.name, "the " + signal.name.replace("_", " "))


def _side(signal: Signal) -> str:
    return "above" if signal.direction is Direction.UP else "below"


def _beyond(rule: Alerting, statement: Statement, held: Policy, facts: Facts) -> str:
    trend = trend_of(rule.alert, held)
    band = next((b for b in BANDS if b.alert == rule.alert), None)
    if trend is not None:
        return filled(_trend(trend), facts)
    if band is not None:
        return (
            f"{_subject(band.signal)} of {place(rule.carried)} is more than {facts['widths']} "
            f"widths {_side(band.signal)} what it was at this time of the last three weeks"
        )
    if not statement.when:
        raise ValueError(f"runbook of {rule.alert} has no condition in words; state its `when`")
    return filled(statement.when, facts)


def _trend(trend: Trend) -> str:
    """Return the condition of a trend; a subject that names its place needs no other."""
    where: dict[tuple[str, ...], str] = {("region",): " in a region", ("redis_id",): ""}
    subject = trend.subject[0].lower() + trend.subject[1:]
    slopes = "1h and 1d" if trend.far else "1h and 6h"
    but = "" if trend.far else ", unless it rises to less as it did yesterday"
    return (
        f"{subject}{where.get(trend.by, f' of {place(trend.by)}')} is above {{worth}}, and reaches "
        f"{{limit}} within {{within}} at the slower of the slopes of {slopes}{but}"
    )
