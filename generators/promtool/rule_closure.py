"""The rules that a test depends on: its alerts, and what they are worked out from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generators.promql_tree.tree import Selector, Unparsable, parse, selectors

Document = Mapping[str, Any]
_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})  # series that Prometheus makes of alerts
_ALERTNAME = "alertname"


def needed(files: Sequence[Document], case: Document) -> list[dict[str, Any]]:
    """Return rule files with nothing but the rules that a case of a test depends on.

    All rules are returned where an expression cannot be followed.
    """
    by_name: dict[str, list[Document]] = {}
    for rule in _rules(files):
        by_name.setdefault(_name(rule), []).append(rule)
    alerts = {name for name, rules in by_name.items() if any("alert" in rule for rule in rules)}
    try:
        kept = _closure(_tested(case, alerts), by_name, alerts)
    except Unparsable:
        kept = set(by_name)
    return [
        {**file, "groups": [_trimmed(group, kept) for group in _groups(file)]} for file in files
    ]


def _closure(
    start: Iterable[str], by_name: Mapping[str, Sequence[Document]], alerts: Iterable[str]
) -> set[str]:
    """Return names of rules, and of all rules that these read. Raises Unparsable."""
    kept: set[str] = set()
    waiting = [*start]
    while waiting:
        name = waiting.pop()
        if name in kept or name not in by_name:
            continue
        kept.add(name)
        for rule in by_name[name]:
            waiting += _read_by(str(rule.get("expr", "")), alerts)
    return kept


def _read_by(expr: str, alerts: Iterable[str]) -> Iterator[str]:
    for selector in selectors(parse(expr)):
        if not selector.name:
            raise Unparsable("series without a name")
        if selector.name in _ALERTS:
            yield from _alerts_of(selector, alerts)
        yield selector.name


def _alerts_of(selector: Selector, alerts: Iterable[str]) -> Iterable[str]:
    """Return the alerts that a selector of ALERTS names; all where it names none."""
    for matcher in selector.matchers:
        if matcher.label == _ALERTNAME and matcher.operator in ("=", "=~"):
            return alerts if matcher.plain is None else matcher.plain
    return alerts


def _tested(case: Document, alerts: Iterable[str]) -> Iterator[str]:
    """Yield the names of what a case looks at. Raises Unparsable."""
    for check in case.get("alert_rule_test") or ():
        yield str(check.get(_ALERTNAME))
    for check in case.get("promql_expr_test") or ():
        yield from _read_by(str(check.get("expr")), alerts)


def _groups(file: Document) -> Sequence[Document]:
    return file.get("groups") or ()


def _rules(files: Iterable[Document]) -> Iterator[Document]:
    for file in files:
        for group in _groups(file):
            yield from group.get("rules") or ()


def _name(rule: Document) -> str:
    return str(rule.get("alert") or rule.get("record"))


def _trimmed(group: Document, kept: set[str]) -> dict[str, Any]:
    return {**group, "rules": [r for r in group.get("rules") or () if _name(r) in kept]}
