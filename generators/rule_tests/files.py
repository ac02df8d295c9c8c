"""The tests of every alert as files, by path: one a rule, beside the rules that they test."""

from typing import assert_never

from generators.alert_table import BurnAlert, ExhaustedAlert, PolicyAlert, ThresholdAlert
from generators.policy import Policy
from generators.rule_tests import (
    anomaly,
    budget,
    burn,
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


def texts(rules: Rules, policy: Policy) -> dict[str, str]:
    """Return the files by path. Raises SettingsError where a threshold makes no sense."""
    return {test.path: test.text() for test in documents(rules, policy)}


def documents(rules: Rules, policy: Policy) -> tuple[RuleTestFile, ...]:
    """Return the tests of every alert there is. Raises SettingsError as above."""
    by_name = {rule.alert: rule for rule in alerts(rules.all)}
    return tuple(_document(rules, rule, policy) for rule in by_name.values())


def urgent(rules: Rules, policy: Policy) -> tuple[RuleTestFile, ...]:
    """Return the tests of the alerts in alerts.yml: thresholds, and the budget burning fast."""
    rows = (*policy.thresholds, policy.breach)
    return tuple(test for test in documents(rules, policy) if test.rule.source in rows)


def _document(rules: Rules, rule: Alerting, policy: Policy) -> RuleTestFile:
    """Return the tests of an alert, by what it is made from."""
    row = rule.source
    match row:
        case ThresholdAlert() | BurnAlert() | ExhaustedAlert() | BudgetTrend():
            return _of_policy(rules, rule, row, policy)
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


def _of_policy(
    rules: Rules, rule: Alerting, row: PolicyAlert | BudgetTrend, policy: Policy
) -> RuleTestFile:
    match row:
        case ThresholdAlert():
            return thresholds.document(rules, rule, row)
        case BurnAlert():
            return _burn(rules, rule, row, policy)
        case ExhaustedAlert():
            return budget.exhausted(rules, rule, row, policy.objective)
        case BudgetTrend():
            return budget.trend(rules, rule, policy.objective)
    assert_never(row)


def _burn(rules: Rules, rule: Alerting, row: BurnAlert, policy: Policy) -> RuleTestFile:
    fast = row == policy.breach
    burns = burn.Burns(row, policy.objective, 1 if fast else _LONG_MINUTES)
    return burn.document(rules, rule, burns, _FAST if fast else _SLOW)
