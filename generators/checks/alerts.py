"""Alerts have what they need: a name, a condition, a severity, texts, links."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from exporter.catalog.alert_names import ESCALATION_ALERT
from exporter.settings.types import seconds
from generators.checks.engine.context import Context, Rule
from generators.checks.engine.problem import Problem, Text
from generators.checks.engine.result_labels import filters
from generators.checks.engine.suggestions import suggestion
from generators.policy import ESCALATION, PROVING, SEVERITIES, WATCHDOG
from generators.promql_tree.tree import Aggregate, Binary, Call, Negative, Node, Selector

RULE = "alert"
NONE = "none"
LONGEST = 40
REQUIRED = ("summary", "description", "runbook_url", "dashboard_url")
SHARED = ("problem", "ended", "check", "limit")
_CAMEL = re.compile(r"[A-Z][A-Za-z0-9]*")
_HEADLINE = re.compile(r"[A-Z0-9{].*")
_NEAR = 0.8
_CONDITIONS = frozenset({"absent", "absent_over_time"})


def check(context: Context) -> Iterator[Problem]:
    """Yield what an alert lacks."""
    for rule in context.rules:
        if rule.kind == "alert":
            for part in _PARTS:
                yield from part(rule)


def _name(rule: Rule) -> Iterator[Problem]:
    name = rule.name
    if not _CAMEL.fullmatch(name.value):
        text = f"{name.value} is no name for an alert; write it like ErrorRateHigh"
        yield name.problem(RULE, text, name.value)
    if len(name.value) > LONGEST:
        text = f"{name.value} has {len(name.value)} letters; write at most {LONGEST}"
        yield name.problem(RULE, text, name.value)


def _condition(rule: Rule) -> Iterator[Problem]:
    tree = rule.query.tree
    if tree is not None and rule.name.value != WATCHDOG and not conditional(tree):
        text = f"{rule.name.value} has no condition: it fires wherever there is a value; compare it"
        yield rule.query.text.problem(RULE, text)


def conditional(node: Node) -> bool:
    """Return whether an expression has no value while all is healthy: a comparison or absent."""
    if isinstance(node, Binary):
        sides = [conditional(node.left), conditional(node.right)]
        if node.operator == "or":
            return all(sides)
        return any(sides) or filters(node) or node.operator == "unless"
    if isinstance(node, Call):
        return node.function in _CONDITIONS or any(map(conditional, node.arguments))
    if isinstance(node, Aggregate | Negative):
        return conditional(node.inner)
    return isinstance(node, Selector) and node.name == "ALERTS"


def _severity(rule: Rule) -> Iterator[Problem]:
    own = {**dict.fromkeys(PROVING, (NONE,)), ESCALATION_ALERT: (ESCALATION,)}
    allowed = own.get(rule.name.value, SEVERITIES)
    found = rule.labels.get("severity")
    if found is None:
        text = f"{rule.name.value} has no severity; write labels: severity: {' or '.join(allowed)}"
        yield rule.name.problem(RULE, text)
    elif found.value not in allowed:
        fix = suggestion(found.value, allowed) or f"; write {' or '.join(allowed)}"
        yield found.problem(RULE, f"severity '{found.value}' has no route{fix}", found.value)


def _annotations(rule: Rule) -> Iterator[Problem]:
    for name in REQUIRED:
        text = rule.annotations.get(name)
        if text is None or not text.value.strip():
            others = rule.annotations.keys() - set(REQUIRED)
            near = get_close_matches(name, sorted(others), 1, _NEAR)
            fix = (
                f"did you mean {name} instead of '{near[0]}'?"
                if near
                else "add it to its annotations"
            )
            yield rule.name.problem(RULE, f"{rule.name.value} has no {name}; {fix}")


def _summary(rule: Rule) -> Iterator[Problem]:
    found = rule.annotations.get("summary")
    if found is None or not found.value.strip():
        return
    if not _HEADLINE.fullmatch(found.value.strip()):
        yield found.problem(
            RULE, "summary is no headline; write one line that begins with a capital"
        )


def _shared(rule: Rule) -> Iterator[Problem]:
    """Yield what a message about many alerts would show of the first alone."""
    for name in SHARED:
        found = rule.annotations.get(name)
        if found is not None and "{{" in found.value:
            text = f"{name} is the same for a whole group; put what varies in summary"
            yield found.problem(RULE, text)


def _is_absent(tree: Node | None) -> bool:
    """Return whether an expression tests for absence and keeps no label that a text could use."""
    return (
        isinstance(tree, Call)
        and tree.function == "absent"
        and not isinstance(tree.arguments[0], Selector)
    )


def _description(rule: Rule) -> Iterator[Problem]:
    found = rule.annotations.get("description")
    if found is None or rule.name.value in PROVING:
        return
    if found.value.strip() and "{{" not in found.value and not _is_absent(rule.query.tree):
        text = "description is the same for every alert; put {{ $value }} and labels in it"
        yield found.problem(RULE, text)


def _durations(rule: Rule) -> Iterator[Problem]:
    for name, found in rule.options.items():
        if not _valid(found):
            text = f"{name} '{found.value}' is no duration; write it like 30s, 5m or 1h30m"
            yield found.problem(RULE, text, name)


def _valid(text: Text) -> bool:
    try:
        seconds(text.value)
    except ValueError:
        return text.value == "0"
    return True


_PARTS: tuple[Callable[[Rule], Iterator[Problem]], ...] = (
    _name,
    _condition,
    _severity,
    _annotations,
    _summary,
    _shared,
    _description,
    _durations,
)
