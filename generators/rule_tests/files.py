"""The tests of every alert as files, by path: one a rule, beside the rules that they test."""

from collections.abc import Callable, Iterator
from functools import partial

from generators.policy import Policy
from generators.rule_tests import anomaly, budget, burn, correlation, health, thresholds, trend
from generators.rule_tests.document import Document
from generators.rules import trend as trend_rules
from generators.rules.anomaly import BANDS
from generators.rules.build import Rules
from generators.rules.correlation import ALERT as CORRELATED
from generators.rules.model import Alerting, alerts

Tests = Callable[[Rules, Alerting], Document]
_LONG_MINUTES = 5  # between evaluations of windows of days
_FAST = ("recording.yml", "alerts.yml")
_SLOW = ("recording.yml", "longterm.yml", "slo.yml")


def texts(rules: Rules, policy: Policy) -> dict[str, str]:
    """Return the files by path. Raises SettingsError where a threshold makes no sense."""
    return {test.path: test.text() for test in documents(rules, policy)}


def documents(rules: Rules, policy: Policy) -> tuple[Document, ...]:
    """Return the tests of every alert there is. Raises SettingsError as above."""
    known = dict(_tests(policy))
    by_name = {rule.alert: rule for rule in alerts(rules.all)}
    return tuple(known.get(name, health.document)(rules, rule) for name, rule in by_name.items())


def nine(rules: Rules, policy: Policy) -> tuple[Document, ...]:
    """Return the tests of the nine alerts, those of them that are enabled."""
    names = {row.name for row in policy.thresholds}
    names |= {policy.breach.name} if policy.breach else set()
    return tuple(test for test in documents(rules, policy) if test.rule.alert in names)


def _tests(policy: Policy) -> Iterator[tuple[str, Tests]]:
    """Yield what makes the tests of an alert, by the alert's name; health has those of the rest."""
    objective = policy.objective
    for row in policy.thresholds:
        yield row.name, partial(thresholds.document, row=row)
    if policy.breach is not None:
        burns = burn.Burns(policy.breach, objective)
        yield policy.breach.name, partial(burn.document, burns=burns, files=_FAST)
    if policy.burn is not None:
        burns = burn.Burns(policy.burn, objective, _LONG_MINUTES)
        yield policy.burn.name, partial(burn.document, burns=burns, files=_SLOW)
    if policy.exhausted is not None:
        spent = policy.exhausted
        yield spent.name, partial(budget.exhausted, alert=spent, objective=objective)
    yield "ErrorBudgetTrend", partial(budget.trend, objective=objective)
    for band in BANDS:
        yield band.alert, partial(anomaly.document, band=band)
    for grown in trend_rules.trends(policy):
        yield grown.alert, partial(trend.document, trend=grown)
    yield CORRELATED, correlation.document
