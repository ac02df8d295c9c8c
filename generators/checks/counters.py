"""Counters are read through their increase, gauges are not; quantiles need buckets."""

from collections.abc import Iterator

from exporter.catalog.model import Type
from generators.checks.engine.context import Context, JudgedQuery
from generators.checks.engine.known_series import BUCKET, Known
from generators.checks.engine.problem import Problem
from generators.checks.engine.result_labels import shape
from generators.checks.engine.rule_series import type_of
from generators.promql_tree.tree import (
    Aggregate,
    Binary,
    Call,
    Node,
    Number,
    Selector,
    Subquery,
    paths,
    walk,
)

RULE = "counter"
RATES = frozenset({"rate", "irate", "increase"})
_EXISTENCE = frozenset(
    {"absent", "absent_over_time", "present_over_time", "count_over_time", "timestamp"}
)
_RESETS = frozenset({"resets", "changes"})
_COUNTED = frozenset({"count", "group"})
_LAST = "last_over_time"  # as much there as the series itself


def check(context: Context) -> Iterator[Problem]:
    """Yield rates of gauges, counters without a rate, quantiles without buckets."""
    running = {id(query) for query in _running(context)}
    for query in context.queries:
        for node, above in paths(query.tree) if query.tree else ():
            if isinstance(node, Selector) and id(query) not in running:
                yield from _selector(query, node, above, context.known)
            elif isinstance(node, Call) and node.function == "histogram_quantile":
                yield from _quantile(query, node, context.known)


def _running(context: Context) -> Iterator[JudgedQuery]:
    """Yield the queries of rules that record a counter as it is, under a name that says so."""
    for rule in context.rules:
        tree = rule.query.tree
        named = rule.kind == "record" and rule.name.value.endswith("_total")
        if tree is not None and named and type_of(tree, context.known) is Type.COUNTER:
            yield rule.query


def _selector(
    query: JudgedQuery, node: Selector, above: tuple[Node, ...], known: Known
) -> Iterator[Problem]:
    series = known.get(node.name)
    if series is None:
        return
    function = _function(above)
    if series.type is Type.COUNTER:
        read = function in RATES | _RESETS | _EXISTENCE
        if not read and not _only_there(node, above) and not _begins(node, above):
            text = f"{node.name} is a counter without rate; write rate or increase of it"
            yield query.text.problem(RULE, text, node.name)
    elif function in RATES:
        kind = "an info" if series.type is Type.INFO else "a gauge"
        text = (
            f"{function} of {node.name}, which is {kind}; write delta or deriv, or take a counter"
        )
        yield query.text.problem(RULE, text, node.name)


def _function(above: tuple[Node, ...]) -> str:
    """Return the function that reads a selector, directly or through a subquery of it alone."""
    near = [node for node in above[-2:] if not isinstance(node, Subquery)]
    last = near[-1] if near else None
    return last.function if isinstance(last, Call) else ""


def _only_there(node: Node, above: tuple[Node, ...]) -> bool:
    """Return whether only the existence of series matters: counted, or after `and` and `unless`."""
    below = node
    for parent in reversed(above):
        if isinstance(parent, Aggregate) and parent.operator in _COUNTED:
            return True
        if isinstance(parent, Binary) and parent.operator in ("and", "unless"):
            return parent.right is below
        last = isinstance(parent, Call) and parent.function == _LAST
        if not (last or isinstance(parent, Aggregate)):
            return False
        below = parent
    return False


def _begins(node: Selector, above: tuple[Node, ...]) -> bool:
    """Return whether it is about a counter that begins above 0: `x > 0 unless x offset 1h`."""
    match above:
        case (*_, Binary("unless", left, Selector() as before), Binary(">", _, Number(0)) as begun):
            return left is begun and before.name == node.name
        case _:
            return False


def _quantile(query: JudgedQuery, node: Call, known: Known) -> Iterator[Problem]:
    inner = node.arguments[-1]
    if shape(inner, known).may_have(BUCKET):
        return
    grouped = any(isinstance(found, Aggregate) for found in walk(inner))
    fix = "keep it: sum by (le, ...)" if grouped else "take the series that end in _bucket"
    text = f"histogram_quantile needs the label le, which is missing; {fix}"
    yield query.text.problem(RULE, text, "histogram_quantile")
