"""When the error budget will be spent: the trend of what needs the whole window of an objective."""

from functools import partial

from exporter.settings import Settings
from generators.limits import number
from generators.policy import BAD_EVENTS, DAY, HOUR
from generators.rules import budget_texts, running, slo
from generators.rules.annotations import annotations
from generators.rules.budgets import BUDGETS, BY, Budget, budget_of
from generators.rules.model import Alerting, Group, RuleFile
from generators.rules.rows import BudgetTrend
from generators.rules.trend import BUDGET_DAYS, FOR
from generators.selectors import selector
from generators.services import Variant, variants

ALERT = "ErrorBudgetTrend"


def budget_alerts(settings: Settings) -> tuple[Alerting, ...]:
    """Return the forms of the alert on a budget that will be spent within some days."""
    return tuple(
        _budget_alert(settings, form)
        for budget in BUDGETS
        for form in variants(settings, BY, partial(_budget_row, budget))
    )


def _budget_row(budget: Budget, settings: Settings) -> BudgetTrend | None:
    promised = budget.promised(settings)
    if promised is None:
        return None
    return BudgetTrend(alert=ALERT, within=BUDGET_DAYS * DAY, objective=promised)


def _budget_alert(settings: Settings, form: Variant[BudgetTrend]) -> Alerting:
    row = form.row
    budget, text = budget_of(row.objective), budget_texts.trend(row)
    return Alerting(
        alert=row.alert,
        expr=f"{running.held(selector(budget.exhaustion, form.matchers))} < {number(row.within)}\n"
        f"and {budget.bad(6 * HOUR)} >= {BAD_EVENTS}",
        labels=(
            ("severity", "low"),
            ("signal", budget.signal),
            ("category", "trend"),
            *((("team", form.team),) if form.team else ()),
        ),
        annotations=annotations(settings, row.alert, text, BY),
        source=row,
        panel=text.panel,
        carried=BY,
        only=form.matchers,
        services=form.services,
        about=budget_texts.about(row.objective),
        for_=FOR,
    )


def longterm_file(settings: Settings) -> RuleFile:
    """Return the trend of what needs the whole window of the objective."""
    group = Group("ion_budget_trend", slo.LONG_TERM, budget_alerts(settings))
    about = "When the error budget will be spent; for the server with 90 days."
    return RuleFile("longterm-trend.yml", about, (group,))
