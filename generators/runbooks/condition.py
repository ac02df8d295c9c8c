"""When an alert fires, in words: from the row that it is made from, or from the statement."""

from generators.alert_table import BurnAlert, ExhaustedAlert, ThresholdAlert
from generators.incomplete import Incomplete
from generators.limits import condition as limit_of
from generators.limits import limit, side
from generators.policy import NEWEST, WINDOW
from generators.rules.model import Alerting
from generators.rules.names import span
from generators.rules.recording import is_level
from generators.rules.rows import Band, Trend
from generators.runbooks.fact_values import Facts, filled
from generators.runbooks.model import Statement

_PLACES = (
    ("service_name", "a service"),
    ("database_id", "a database instance"),
    ("redis_id", "a Redis"),
    ("region", "in a region"),
)


def place(labels: tuple[str, ...]) -> str:
    """Return what an alert is about, one at a time: a service in a region."""
    return " ".join(words for label, words in _PLACES if label in labels)


def condition(rule: Alerting, statement: Statement, facts: Facts) -> str:
    """Return the condition as a clause, without the time for which it has to hold."""
    row = rule.source
    match row:
        case ThresholdAlert():
            return _threshold(row, rule)
        case BurnAlert():
            return (
                f"the burn rate of the error budget of {place(rule.carried)} is {limit_of(row)}, "
                f"with {facts['least']} server errors or more in the long window"
            )
        case ExhaustedAlert():
            window = facts["window"]
            return f"a service has spent {limit(row)} of the error budget of {window}, or more"
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
    text = f"the {row.signal.noun} of {place(rule.carried)} is {limit_of(row)}"
    if is_level(row.signal):
        return text
    return f"{text} over {span(WINDOW)}, and not within it again over the newest {span(NEWEST)}"


def _band(row: Band, rule: Alerting, facts: Facts) -> str:
    return (
        f"the {row.signal.noun} of {place(rule.carried)} is more than {facts['widths']} widths "
        f"{side(row.signal)} what it was at this time of the last three weeks"
    )


def _trend(trend: Trend) -> str:
    """Return the condition of a trend; a subject that names its place needs no other."""
    where: dict[tuple[str, ...], str] = {("region",): " in a region", ("redis_id",): ""}
    slopes = "1h and 1d" if trend.far else "1h and 6h"
    but = "" if trend.far else ", unless it rises to less as it did yesterday"
    return (
        f"the {trend.subject}{where.get(trend.by, f' of {place(trend.by)}')} is above {{worth}}, "
        f"and reaches {{limit}} within {{within}} at the slower of the slopes of {slopes}{but}"
    )
