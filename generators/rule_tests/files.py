"""The tests of every alert as files, by path: one a rule, beside the rules that they test."""

from dataclasses import replace
from typing import assert_never

from generators.alert_table import BREACH, BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert
from generators.policy import Policy
from generators.rule_tests import (
    anomaly,
    budget,
    burn,
    burn_away,
    burn_outage,
    correlation,
    escalation,
    health,
    thresholds,
    trend,
)
from generators.rule_tests.document import RuleTestFile
from generators.rules.build import Rules
from generators.rules.model import Alerting, alerts
from generators.rules.rows import Band, BudgetTrend, EscalationAlert, HealthAlert, Pair, Trend

_LONG_MINUTES = 5  # between evaluations of windows of days
_FAST = ("recording.yml", "alerts.yml")
_SLOW = ("recording.yml", "longterm.yml", "slo.yml")


def texts(rules: Rules) -> dict[str, str]:
    """Return the files by path. Raises SettingsError where a threshold makes no sense."""
    return {test.path: test.text() for test in documents(rules)}


def documents(rules: Rules) -> tuple[RuleTestFile, ...]:
    """Return the tests of every alert there is. Raises SettingsError as above."""
    by_title = {rule.title: rule for rule in alerts(rules.all)}
    return tuple(_document(rules, rule) for rule in by_title.values())


def urgent(rules: Rules, policy: Policy) -> tuple[RuleTestFile, ...]:
    """Return the tests of the alerts in alerts.yml: thresholds, and the budget burning fast."""
    rows = (*policy.thresholds, policy.breach)
    return tuple(test for test in documents(rules) if test.rule.source in rows)


def _document(rules: Rules, rule: Alerting) -> RuleTestFile:
    """Return the tests of an alert, by what it is made from."""
    row = rule.source
    match row:
        case ThresholdAlert() | BurnAlert() | ExhaustedAlert() | BudgetTrend():
            return _of_policy(rules, rule, row)
        case Band():
            return anomaly.document(rules, rule, row)
        case Trend():
            return trend.document(rules, rule, row)
        case Pair():
            return correlation.document(rules, rule)
        case EscalationAlert():
            return escalation.document(rules, rule, row)
        case HealthAlert():
            return health.document(rules, rule)
    assert_never(row)


def _of_policy(rules: Rules, rule: Alerting, row: PolicyAlert | BudgetTrend) -> RuleTestFile:
    match row:
        case ThresholdAlert():
            return thresholds.document(rules, rule, row)
        case BurnAlert():
            return _burn(rules, rule, row)
        case ExhaustedAlert():
            return budget.exhausted(rules, rule, row)
        case BudgetTrend():
            return budget.trend(rules, rule, row)
    assert_never(row)


def _burn(rules: Rules, rule: Alerting, row: BurnAlert) -> RuleTestFile:
    fast = row.name == BREACH.name
    service = rule.services[0] if rule.services else ""
    burns = burn.Burns(row, 1 if fast else _LONG_MINUTES, service)
    found = burn.document(rules, rule, burns, _FAST if fast else _SLOW)
    away = burn_away.cases(burns) if fast and not service else ()
    return replace(found, cases=(*found.cases, *burn_outage.cases(burns), *away))
