"""The facts that texts of runbooks may name in braces: values of the policy and the settings."""

from typing import assert_never

from exporter.catalog.error_signals import named
from exporter.catalog.model import Unit
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert
from generators.configured_metrics import is_configured
from generators.error_logs import log_filter
from generators.limits import limit, number, shown
from generators.policy import BAD_EVENTS, Policy, policy
from generators.rules import anomaly, correlation, health_rows
from generators.rules.model import Alerting
from generators.rules.names import span
from generators.rules.rows import Band, BudgetTrend, EscalationAlert, HealthAlert, Pair, Trend

Facts = dict[str, str]


def facts(settings: Settings, in_force: Policy, rule: Alerting) -> Facts:
    """Return the facts that an alert's runbook may name."""
    found = {
        "alert": rule.alert,
        "for": span(rule.for_),
        **_of_settings(settings),
        **_of_objective(in_force),
    }
    row = rule.source
    match row:
        case ThresholdAlert():
            return found | _threshold(row)
        case BurnAlert():
            return found | _limit(row) | _burn(row, in_force)
        case ExhaustedAlert():
            return found | _limit(row)
        case Trend():
            return found | _trend(row)
        case BudgetTrend():
            return found | {"within": span(row.within)}
        case _:
            return found | _of_other(row)


def _threshold(row: ThresholdAlert) -> Facts:
    if is_configured(row.signal):  # it has no default: what is in force is all there is
        more = {"metric": row.signal.name, "help": row.signal.help, "check": row.check}
        return {"value": limit(row), "default": limit(row), "default_reason": ""} | more
    found = _limit(row) | {"seconds": number(row.threshold)}
    minimum = row.signal.minimum_events
    return found | ({"minimum": str(minimum.count)} if minimum else {})


def _limit(row: PolicyAlert) -> Facts:
    """Return an alert's limit, and the default with its reason."""
    usual = next(each for each in policy(Settings()).rows if each.name == row.name)
    return {"value": limit(row), "default": limit(usual), "default_reason": usual.why}


def _of_other(row: Band | Pair | HealthAlert | EscalationAlert) -> Facts:
    match row:
        case Band():
            return _anomaly(row)
        case Pair():
            return {"limit": number(correlation.LIMIT), "span": span(correlation.WINDOW)}
        case EscalationAlert():
            return {"after": duration(row.after)}
        case HealthAlert():
            return {"limit": row.text.limit} if row.text.limit else {}
    assert_never(row)


def _of_settings(settings: Settings) -> Facts:
    servers, bridge = settings.prometheus, settings.notifications.active_bridge
    return {
        "exporter": servers.exporters[0],
        "prometheus": servers.address,
        "alertmanager": servers.alertmanagers[0],
        "longterm": servers.longterm or servers.address,
        "bridge": bridge.address if bridge else "HOST:PORT",
        "lookback": duration(settings.google.lookback),
        "stale": span(health_rows.STALE),
        "error_classes": named(settings.alerts.error_classes),
        "failures": log_filter(settings.alerts.error_classes),
    }


def _of_objective(in_force: Policy) -> Facts:
    objective = in_force.objective
    return {
        "objective": f"{number(objective.share * 100)} %",
        "window": span(objective.window),
        "budget": f"{number(objective.budget * 100)} %",
        "outage": duration(round(objective.budget * objective.window)),
        "minimum_events": str(BAD_EVENTS),
    }


def _burn(row: BurnAlert, in_force: Policy) -> Facts:
    window = in_force.objective.window
    pairs = tuple(zip(row.windows, row.factors, strict=True))
    spends = (
        f"{number(round(100 * f * w.long / window, 2))} % within {span(w.long)}" for w, f in pairs
    )
    slowest = min(row.factors)
    return {
        "budget_spent": ", or ".join(spends),
        "short_windows": " or ".join(span(w.short) for w in row.windows),
        "spent_in": duration(round(window / slowest)),
    }


_LIKE_YESTERDAY = (
    "The alert expects the value to move as it did after this time yesterday, plus what today's "
    "slope adds to that. It fires only if that reaches the limit."
)
_DAILY = (
    "A daily up and down cancels out in the slope of a day. The alert cannot fire on the first day."
)


def _trend(row: Trend) -> Facts:
    return {
        "limit": shown(row.limit, row.unit),
        "minimum_level": shown(row.minimum_level, row.unit),
        "within": span(row.within),
        "slopes": "an hour and of a day" if row.far else "one hour and of six",
        "daily_pattern": _DAILY if row.far else _LIKE_YESTERDAY,
    }


def _anomaly(band: Band) -> Facts:
    floor = shown(band.floor, band.signal.unit)
    if band.signal.unit is Unit.PER_SECOND:
        floor += " a second"
    if band.minimum_level:
        small = number(round(band.minimum_level, 2))
        floor += f" (or a fifth of the usual value, if that is less and at least {small} is usual)"
    if band.share:
        floor += f", and {number(band.share * 100)} % of the usual value"
    return {"minimum_width": floor, "widths": str(anomaly.LIMIT)}
