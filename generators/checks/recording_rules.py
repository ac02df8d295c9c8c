"""Recorded series have names of the right form, are recorded once, and are used."""

import re
from collections.abc import Iterator

from generators.checks.engine.context import Context, Rule
from generators.checks.engine.problem import Problem
from generators.promql_tree.tree import selectors

RULE = "recording"
_WORD = "[a-zA-Z_][a-zA-Z0-9_]*"
_NAME = re.compile(rf"{_WORD}:{_WORD}:{_WORD}")


def names(context: Context) -> Iterator[Problem]:
    """Yield recorded names that are not level:metric:operations."""
    for rule in context.rules:
        if rule.kind == "record" and not _NAME.fullmatch(rule.name.value):
            text = f"{rule.name.value} is not level:metric:operations, such as region:errors:rate5m"
            yield rule.name.problem(RULE, text, rule.name.value)


def duplicates(context: Context) -> Iterator[Problem]:
    """Yield rules that make the series of another rule."""
    seen: dict[object, Rule] = {}
    for rule in context.rules:
        labels = tuple(sorted((name, text.value) for name, text in rule.labels.items()))
        # Alerts of one name differ by the series that their conditions take.
        series = rule.query.text.value if rule.kind == "alert" else ""
        first = seen.setdefault((rule.kind, rule.name.value, labels, series), rule)
        if first is not rule:
            where = f"{first.name.path}:{first.name.line}"
            text = f"{rule.name.value} is also made by {where}; remove one, or add a label"
            yield rule.name.problem(RULE, text, rule.name.value)


def unused(context: Context) -> Iterator[Problem]:
    """Yield recorded series that no rule, dashboard or remote write uses, where that is known."""
    if context.uses is None:
        return
    used = {s.name for q in context.queries if q.tree for s in selectors(q.tree)}
    for rule in context.rules:
        name = rule.name.value
        if rule.kind == "record" and name not in used and not _used(name, context.uses):
            text = f"nothing uses {name}; remove the rule"
            yield rule.name.problem(RULE, text, name)


def _used(name: str, uses: tuple[re.Pattern[str], ...]) -> bool:
    return any(use.fullmatch(name) for use in uses)
