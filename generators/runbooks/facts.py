"""What texts of runbooks may name in braces: values of policy and settings in people's words."""

import re
from collections.abc import Callable, Iterator

from exporter.catalog.model import Unit
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.policy import (
    BAD_EVENTS,
    BurnAlert,
    ExhaustedAlert,
    Policy,
    ThresholdAlert,
    number,
    policy,
    shown,
)
from generators.rules import anomaly, correlation, health_rows, trend
from generators.rules.model import Alerting
from generators.rules.names import span

Facts = dict[str, str]
Row = ThresholdAlert | BurnAlert | ExhaustedAlert
_NAMED = re.compile(r"\{([a-z_]+)\}")


def filled(text: str, facts: Facts) -> str:
    """Return a text with its facts. Raises ValueError that names a fact that is not known."""

    def fact(match: re.Match[str]) -> str:
        if match[1] not in facts:
            known = ", ".join(sorted(facts))
            raise ValueError(f"runbook of {facts['alert']}: no fact '{match[1]}'; known: {known}")
        return facts[match[1]]

    return _NAMED.sub(fact, text)


def row_of(name: str, held: Policy) -> Row | None:
    """Return the policy's row of an alert; None for what is no part of the policy."""
    return next((row for row in _rows(held) if row.name == name), None)


def _rows(held: Policy) -> Iterator[Row]:
    yield from held.thresholds
    yield from (row for row in (held.breach, held.burn, held.exhausted) if row is not None)


def facts(settings: Settings, held: Policy, rule: Alerting) -> Facts:
    """Return what the texts of an alert's runbook may name."""
    found = {"alert": rule.alert, "hold": span(rule.hold), **_places(settings), **_promise(held)}
    row, usual = row_of(rule.alert, held), row_of(rule.alert, policy(Settings()))
    if row is not None and usual is not None:
        found |= {"value": value(row), "default": value(usual)}
    if isinstance(row, ThresholdAlert):
        found["seconds"] = number(row.threshold)
    if isinstance(row, BurnAlert):
        found |= _burn(row, held)
    category = dict(rule.labels).get("category", "")
    return found | _OF_CATEGORY.get(category, _none)(rule, held)


def value(row: Row) -> str:
    """Return the value of a row of the policy: 200ms, 0.5%, 14.4 over 1h and 5m."""
    if isinstance(row, ThresholdAlert):
        return shown(row.threshold, row.signal.unit)
    if isinstance(row, ExhaustedAlert):
        return f"{number(row.threshold * 100)}%"
    return " or ".join(
        f"{number(factor)} over {span(window.long)} and {span(window.short)}"
        for window, factor in zip(row.windows, row.factors, strict=True)
    )


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


def _none(rule: Alerting, held: Policy) -> Facts:
    del rule, held
    return {}


def trend_of(name: str, held: Policy) -> trend.Trend | None:
    """Return the trend that an alert tells; None for that of the error budget."""
    return next((t for t in trend.trends(held) if t.alert == name), None)


_LIKE_YESTERDAY = (
    "What rises as it did yesterday at this time is expected to go on as it did then, and is told "
    "only if that reaches the limit."
)
_LATER = "What goes up and down each day adds nothing in a day; in a first day nothing is told."


def _trend(rule: Alerting, held: Policy) -> Facts:
    found = trend_of(rule.alert, held)
    if found is None:
        return {"within": span(within(rule))}
    return {
        "limit": shown(found.limit, found.unit),
        "worth": shown(found.worth, found.unit),
        "within": span(found.within),
        "slopes": "an hour and of a day" if found.far else "one hour and of six",
        "yesterday": _LATER if found.far else _LIKE_YESTERDAY,
    }


def within(rule: Alerting) -> float:
    """Return the seconds below which a rule on a time to go fires, from its expression."""
    condition, _, _ = rule.expr.partition("\nand ")
    return float(condition.rpartition("<")[2])


def _anomaly(rule: Alerting, held: Policy) -> Facts:
    del held
    band = next(b for b in anomaly.BANDS if b.alert == rule.alert)
    floor = shown(band.least, band.signal.unit)
    if band.signal.unit is Unit.PER_SECOND:
        floor += " a second"
    if band.worth:
        small = number(round(band.worth, 2))
        floor += f" (or a fifth of what is usual, if that is less and {small} or more are usual)"
    if band.share:
        floor += f", nor than {number(band.share * 100)} % of the usual value"
    return {"floor": floor, "widths": str(anomaly.LIMIT)}


def _correlation(rule: Alerting, held: Policy) -> Facts:
    del rule, held
    return {"limit": number(correlation.LIMIT), "span": span(correlation.WINDOW)}


_OF_CATEGORY: dict[str, Callable[[Alerting, Policy], Facts]] = {
    "trend": _trend,
    "anomaly": _anomaly,
    "correlation": _correlation,
}
