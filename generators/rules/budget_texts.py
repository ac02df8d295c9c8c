"""What alerts on budgets say: of errors, or of slow requests."""

from exporter.catalog.model import Unit
from exporter.settings.types import duration
from generators.alert_table import BurnAlert, ExhaustedAlert, Objective
from generators.limits import condition, limit, number, times
from generators.rules.annotations import of, place, value
from generators.rules.budgets import BY, budget_of
from generators.rules.names import span
from generators.rules.rows import AlertText, BudgetTrend

_CRITICAL = "critical"
_PACE = '{{ $value | printf "%.1f" }}×'


def about(of_: Objective) -> str:
    """Return what a form of an alert is about, where that is not availability."""
    return of_.signal if of_.within else ""


def promise(of_: Objective) -> str:
    """Return an objective of latency in words: 95 % of requests within 300ms."""
    return f"{number(of_.share * 100)} % of requests within {duration(of_.within)}"


def burning(alert: BurnAlert) -> AlertText:
    """Return the words of an alert on a budget that burns too fast."""
    promised, pace = alert.objective, "much too fast" if alert.severity == _CRITICAL else "too fast"
    if promised.within:
        subject, name = f"The latency budget ({promise(promised)})", "latency budget"
        check = (
            "Check which regions are slow, CPU, the database and the cache, and the last deploy."
        )
    else:
        subject = f"The error budget for {number(promised.share * 100)} % availability"
        name = "error budget"
        check = "Check which regions, endpoints and codes fail, and the last deploy."
    return AlertText(
        f"{subject} {{burns}} {pace}.",
        f"{place(BY)} spends its {name} at {_PACE} the pace that the objective allows. The alert "
        f"fires {condition(alert)}.",
        check,
        budget_of(promised).burns,
        value=_PACE,
        limit=_paces(alert),
    )


def _paces(alert: BurnAlert) -> str:
    """Return the limits in short: 14.4× over 1h or 6× over 6h."""
    paces = zip(alert.windows, alert.factors, strict=True)
    return " or ".join(f"{times(factor)} over {span(window.long)}" for window, factor in paces)


def spent(alert: ExhaustedAlert) -> AlertText:
    """Return the words of the alert on a budget that is spent."""
    promised = alert.objective
    subject, name = _subject(promised)
    return AlertText(
        f"{subject} {{is}} spent.",
        f"{place(BY)} has spent {value(Unit.RATIO)} of the {name} of {span(promised.window)}. The "
        f"alert fires when {limit(alert)} is spent.",
        "Check when it was spent. Postpone risky changes until it has recovered.",
        budget_of(promised).left,
        value=value(Unit.RATIO),
        limit=limit(alert),
    )


def trend(row: BudgetTrend) -> AlertText:
    """Return the words of the alert on a budget that will be spent within some days."""
    subject, name = _subject(row.objective)
    if row.objective.within:
        go_on = "requests stay as slow"
        check = "Check which requests are slow, and what changed when that began."
    else:
        go_on = "errors continue"
        check = "Check which errors spend it, and what changed when they began."
    return AlertText(
        f"{subject} {{is}} about to be spent.",
        f"If {go_on} as in the last six hours, the {name} {of(BY)} is spent in "
        f"{value(Unit.SECONDS)}. The alert fires when less than {span(row.within)} is left.",
        check,
        budget_of(row.objective).left,
        value=f"{value(Unit.SECONDS)} left",
        limit=span(row.within),
    )


def _subject(of_: Objective) -> tuple[str, str]:
    """Return how a budget is named in a headline and in a sentence."""
    if of_.within:
        return f"The latency budget ({promise(of_)})", "latency budget"
    return "The error budget", "error budget"
