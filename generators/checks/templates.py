"""Templates of alerts use only labels that the expression keeps, and no value in labels."""

import re
from collections.abc import Iterator

from generators.checks.engine.context import Context, Rule
from generators.checks.engine.problem import Problem, Text
from generators.checks.engine.result_labels import ResultLabels, shape
from generators.checks.engine.suggestions import suggestion_or_choices
from generators.promql_tree.tree import Binary, Node, Selector

RULE = "template"
_ACTION = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LABEL = re.compile(r"(?:\$labels|(?<![\w)])\.Labels)\.(\w+)")
_INDEX = re.compile(r"index\s+(?:\$labels|\.Labels)\s+[\"`](\w+)[\"`]")
_BEGINNING = "ALERTS_FOR_STATE"  # the value is when an alert became active
_VALUE = re.compile(r"\$value\b|(?<![\w)])\.Value\b")


def check(context: Context) -> Iterator[Problem]:
    """Yield labels that are missing, and values where each would make another alert."""
    for rule in context.rules:
        if rule.kind != "alert" or rule.query.tree is None:
            continue
        found = shape(rule.query.tree, context.known)
        for text in (*rule.labels.values(), *rule.annotations.values()):
            yield from _labels(text, found, rule)
        if _is_constant(rule.query.tree):
            continue
        for name, text in rule.labels.items():
            if any(_VALUE.search(action) for action in _ACTION.findall(text.value)):
                problem = (
                    f"label {name} contains $value: every change is a new alert; use an annotation"
                )
                yield text.problem(RULE, problem)


def _is_constant(node: Node) -> bool:
    """Return whether the value stays as long as the alert lasts: it is when that began."""
    if isinstance(node, Binary) and node.operator in {"and", "unless"}:
        return _is_constant(node.left)
    return isinstance(node, Selector) and node.name == _BEGINNING


def _labels(text: Text, found: ResultLabels, rule: Rule) -> Iterator[Problem]:
    for action in _ACTION.findall(text.value):
        for label in (*_LABEL.findall(action), *_INDEX.findall(action)):
            if not found.may_have(label):
                kept = suggestion_or_choices(label, found.labels)
                problem = (
                    f"$labels.{label} is empty: the expression of {rule.name.value} drops it{kept}"
                )
                yield text.problem(RULE, problem, label)
