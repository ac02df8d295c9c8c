"""A rule reads what another group records seldom as the newest value, however late the next is.

A series with a sample each five minutes is gone when its sample is five minutes old, until the
next one is worked out. A rule that is evaluated just then, in each round at the same time, meets
the gap each time: an alert begins to wait anew, and never fires. Rules of one group see each
other's values.
"""

from collections.abc import Iterator

from exporter.settings.types import duration
from generators.checks.engine.context import Context
from generators.checks.engine.problem import Problem
from generators.promql_tree.tree import Selector, Subquery, paths

RULE = "look-back"
LOOK_BACK = 300.0  # seconds; --query.lookback-delta of the generated commands


def check(context: Context) -> Iterator[Problem]:
    """Yield series that a rule reads plainly, though another group records them too seldom."""
    groups: dict[str, set[str]] = {}
    for rule in context.rules:
        if rule.kind == "record" and rule.interval >= LOOK_BACK:
            groups.setdefault(rule.name.value, set()).add(rule.group)
    for rule in context.rules:
        for node, above in paths(rule.query.tree) if rule.query.tree else ():
            if (
                isinstance(node, Selector)
                and node.window is None
                and not any(isinstance(each, Subquery) for each in above)
                and groups.get(node.name, {rule.group}) != {rule.group}
            ):
                yield rule.query.text.problem(RULE, _text(node.name), node.name)


def _text(name: str) -> str:
    return (
        f"{name} is recorded by another group, and no sooner than Prometheus looks back: it is "
        "away while its next value is worked out; write "
        f"last_over_time({name}[{duration(2 * LOOK_BACK)}])"
    )
