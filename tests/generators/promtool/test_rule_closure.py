"""A test runs with the rules that it depends on, and with no other."""

from typing import Any

import pytest

from generators.promtool.rule_closure import needed

RULES = [
    {"record": "a", "expr": "sum(raw)"},
    {"record": "b", "expr": "a / other"},
    {"record": "b", "expr": "a / another"},
    {"record": "unused", "expr": "b"},
    {"alert": "High", "expr": "b > 1"},
    {"alert": "Kept", "expr": 'b > 1 or last_over_time(a[1h]) and ALERTS{alertname="Kept"}'},
    {"alert": "Long", "expr": 'ALERTS_FOR_STATE{alertname="High"} > 0'},
    {"alert": "Any", "expr": 'ALERTS{severity="critical"}'},
]
FILE = {"groups": [{"name": "first", "rules": RULES[:4]}, {"name": "second", "rules": RULES[4:]}]}


def kept(case: dict[str, Any], file: dict[str, Any] = FILE) -> list[list[str]]:
    """Return the names of the rules that a case needs, by group."""
    (found,) = needed([file], case)
    return [[r.get("alert") or r["record"] for r in group["rules"]] for group in found["groups"]]


def of(alert: str) -> list[list[str]]:
    """Return the rules that a case on an alert needs."""
    return kept({"alert_rule_test": [{"alertname": alert, "eval_time": "1m"}]})


def test_an_alert_comes_with_what_it_is_worked_out_from() -> None:
    """Every rule of a name is there, at any depth; groups stay, though they are empty."""
    assert of("High") == [["a", "b", "b"], ["High"]]
    assert of("none") == [[], []]


def test_series_of_alerts_are_made_by_alerts() -> None:
    """What reads ALERTS needs the alerts that it names, or all of them where it names none."""
    assert of("Kept") == [["a", "b", "b"], ["Kept"]]
    assert of("Long") == [["a", "b", "b"], ["High", "Long"]]
    assert of("Any")[1] == ["High", "Kept", "Long", "Any"]


def test_an_expression_of_a_test_is_followed_too() -> None:
    """A series that promtool is to evaluate is recorded; that of an alert needs that alert."""
    assert kept({"promql_expr_test": [{"expr": "max(a)"}]}) == [["a"], []]
    firing = [{"expr": 'count(ALERTS{alertname="High", alertstate="firing"})'}]
    assert kept({"promql_expr_test": firing}) == [["a", "b", "b"], ["High"]]
    assert kept({"promql_expr_test": [{"expr": "ALERTS"}]})[1] == ["High", "Kept", "Long", "Any"]


@pytest.mark.parametrize("expr", ['{__name__=~"a|b"}', "max("])
def test_what_cannot_be_followed_keeps_all(expr: str) -> None:
    """Series by a pattern, and what does not parse, depend on any rule."""
    everything = [["a", "b", "b", "unused"], ["High", "Kept", "Long", "Any"]]
    assert kept({"promql_expr_test": [{"expr": expr}]}) == everything
    broken = {"groups": [{"name": "g", "rules": [{"alert": "X", "expr": expr}, RULES[0]]}]}
    assert kept({"alert_rule_test": [{"alertname": "X"}]}, broken) == [["X", "a"]]
