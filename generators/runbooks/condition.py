"""When an alert fires, in words: from its row, or from its runbook's text."""

from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ExhaustedAlert, ThresholdAlert
from generators.incomplete import Incomplete
from generators.limits import condition, limit, side
from generators.policy import NEWEST, WIDER, WINDOW
from generators.rules.branches import sustained
from generators.rules.model import Alerting
from generators.rules.names import span
from generators.rules.recording import is_level
from generators.rules.rows import Band, Trend
from generators.runbooks.fact_values import Facts
from generators.runbooks.model import Statement
from generators.runbooks.named_facts import filled

_PROJECT = "gcp_project"
_SCOPES = (
    ("service_name", "a service"),
    ("database_id", "a database instance"),
    ("redis_id", "a Redis"),
    ("region", "in a region"),
)


def scope(labels: tuple[str, ...]) -> str:
    """Return what an alert is about, one at a time: a service in a region."""
    known = dict(_SCOPES)
    others = [f"a {label.replace('_', ' ')}" for label in labels if label not in (*known, _PROJECT)]
    return " ".join((*others, *(words for label, words in _SCOPES if label in labels)))


def fires_when(rule: Alerting, statement: Statement, facts: Facts) -> str:
    """Return the condition as a clause, without its `for` and without its other ways."""
    row = rule.source
    match row:
        case ThresholdAlert():
            return _threshold(row, rule)
        case BurnAlert():
            return (
                f"the burn rate of the error budget of {scope(rule.carried)} is {condition(row)}, "
                f"with at least {facts['minimum_events']} server errors in the long window"
            )
        case ExhaustedAlert():
            window = facts["window"]
            return f"a service has spent at least {limit(row)} of the error budget of {window}"
        case Trend():
            return filled(_trend(row), facts)
        case Band():
            return _band(row, rule, facts)
    if not statement.when:
        raise Incomplete(
            f"runbook of {rule.alert} has no condition in words; state its `when` in the runbook"
        )
    return filled(statement.when, facts)


def _threshold(row: ThresholdAlert, rule: Alerting) -> str:
    where = scope(rule.carried)
    text = f"the {row.signal.noun}{f' of {where}' if where else ''} is {condition(row)}"
    if is_level(row.signal):
        return text
    return f"{text} over {span(WINDOW)}, unless the last {span(NEWEST)} are within it again"


def other_ways(rule: Alerting) -> str:
    """Return in which other ways it fires: in bursts, and with little traffic; empty for none."""
    row = rule.source
    if not isinstance(row, ThresholdAlert):
        return ""
    mean = f"its mean over {span(WINDOW)} " if is_level(row.signal) else ""
    bursts = f"in bursts: {mean}for {duration(sustained(row.for_))} in all"
    minimum = row.signal.minimum_events
    if minimum is None or minimum.count <= 1:
        return bursts
    longer = " or ".join(map(span, WIDER))
    return f"{bursts}; with fewer than {minimum.count} events in {span(WINDOW)}: over {longer}"


def _band(row: Band, rule: Alerting, facts: Facts) -> str:
    return (
        f"the {row.signal.noun} of {scope(rule.carried)} is more than {facts['widths']} widths "
        f"{side(row.signal)} its value at this time of the last three weeks"
    )


def _trend(trend: Trend) -> str:
    """Return the condition of a trend; some subjects already name what they are about."""
    where: dict[tuple[str, ...], str] = {("region",): " in a region", ("redis_id",): ""}
    slopes = "1h and 1d" if trend.far else "1h and 6h"
    about = where.get(trend.by, f" of {scope(trend.by)}")
    unless = "" if trend.far else ", unless yesterday's course would keep it below that"
    return (
        f"the {trend.subject}{about} is above {{minimum_level}}, and reaches {{limit}} "
        f"within {{within}} at the slower of the slopes of {slopes}{unless}"
    )
