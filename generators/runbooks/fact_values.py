"""What texts of runbooks may name in braces: values of policy and settings in people's words."""

import re
from typing import assert_never

from exporter.catalog.model import Unit
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert
from generators.limits import limit, number, shown
from generators.policy import BAD_EVENTS, Policy, policy
from generators.rules import anomaly, correlation, health_rows
from generators.rules.model import Alerting
from generators.rules.names import span
from generators.rules.rows import Band, BudgetTrend, HealthAlert, Pair, Trend

Facts = dict[str, str]
_NAMED = re.compile(r"\{([a-z_]+)\}")


def filled(text: str, facts: Facts) -> str:
    """Return a text with its facts. Raises ValueError that names a fact that is not known."""

    def fact(match: re.Match[str]) -> str:
        if match[1] not in facts:
            known = ", ".join(sorted(facts))
            raise ValueError(f"runbook of {facts['alert']}: no fact '{match[1]}'; known: {known}")
        return facts[match[1]]

    return _NAMED.sub(fact, text)


def facts(settings: Settings, held: Policy, rule: Alerting) -> Facts:
    """Return what the texts of an alert's runbook may name."""
    found = {"alert": rule.alert, "hold": span(rule.for_), **_places(settings), **_promise(held)}
    row = rule.source
    match row:
        case ThresholdAlert():
            return found | _limit(row) | {"seconds": number(row.threshold)}
        case BurnAlert():
            return found | _limit(row) | _burn(row, held)
        case ExhaustedAlert():
            return found | _limit(row)
        case Trend():
            return found | _trend(row)
        case BudgetTrend():
            return found | {"within": span(row.within)}
        case _:
            return found | _of_weeks(row)


def _limit(row: PolicyAlert) -> Facts:
    """Return an alert's limit, and that of the same alert without settings."""
    usual = next(each for each in policy(Settings()).rows if each.name == row.name)
    return {"value": limit(row), "default": limit(usual)}


def _of_weeks(row: Band | Pair | HealthAlert) -> Facts:
    match row:
        case Band():
            return _anomaly(row)
        case Pair():
            return {"limit": number(correlation.LIMIT), "span": span(correlation.WINDOW)}
        case HealthAlert():
            return {}
    assert_never(row)


def _places(settings: Settings) -> Facts:
    servers, sentry = settings.prometheus, settings.notifications.sentry
    return {
        "exporter": servers.exporters[0],
        "prometheus": servers.address,
        "alertmanager": servers.alertmanagers[0],
        "longterm": servers.longterm or servers.address,
        "bridge": sentry.bridge if sentry else "HOST:PORT",
        "lookback": duration(settings.google.lookback),
        "stale": span(health_rows.STALE),
    }


def _promise(held: Policy) -> Facts:
    promise = held.objective
    return {
        "objective": f"{number(promise.availability * 100)} %",
        "window": span(promise.window),
        "budget": f"{number(promise.budget * 100)} %",
        "outage": duration(round(promise.budget * promise.window)),
        "least": str(BAD_EVENTS),
    }


def _burn(row: BurnAlert, held: Policy) -> Facts:
    window = held.objective.window
    pairs = tuple(zip(row.windows, row.factors, strict=True))
    spends = (
        f"{number(round(100 * f * w.long / window, 2))} % within {span(w.long)}" for w, f in pairs
    )
    slowest = min(row.factors)
    return {
        "spends": ", or ".join(spends),
        "short": " or ".join(span(w.short) for w in row.windows),
        "gone": duration(round(window / slowest)),
    }


_LIKE_YESTERDAY = (
    "What rises as it did yesterday at this time is expected to go on as it did then; the alert "
    "fires only if that reaches the limit."
)
_LATER = (
    "What goes up and down each day adds nothing in a day; the alert cannot fire in the first day."
)


def _trend(row: Trend) -> Facts:
    return {
        "limit": shown(row.limit, row.unit),
        "worth": shown(row.minimum_level, row.unit),
        "within": span(row.within),
        "slopes": "an hour and of a day" if row.far else "one hour and of six",
        "yesterday": _LATER if row.far else _LIKE_YESTERDAY,
    }


def _anomaly(band: Band) -> Facts:
    floor = shown(band.floor, band.signal.unit)
    if band.signal.unit is Unit.PER_SECOND:
        floor += " a second"
    if band.minimum_level:
        small = number(round(band.minimum_level, 2))
        floor += f" (or a fifth of what is usual, if that is less and {small} or more are usual)"
    if band.share:
        floor += f", nor than {number(band.share * 100)} % of the usual value"
    return {"floor": floor, "widths": str(anomaly.LIMIT)}
