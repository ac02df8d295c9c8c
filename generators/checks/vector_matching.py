"""Series that an operator joins can match, and labels that a query names exist."""

from collections.abc import Collection, Iterator, Mapping

from generators.checks.engine.context import Context, JudgedQuery
from generators.checks.engine.known_series import TARGET, Known
from generators.checks.engine.problem import Problem
from generators.checks.engine.result_labels import ResultLabels, matched, shape
from generators.checks.engine.rule_series import COUNT_VALUES
from generators.checks.engine.suggestions import listed, suggestion, suggestion_or_choices
from generators.promql_tree.tree import SETS, Aggregate, Binary, Node, Selector, is_scalar, walk

RULE = "matching"
# One exporter is scraped; where there are more, aggregate before you join.
_TARGET = frozenset(TARGET)


def check(context: Context) -> Iterator[Problem]:
    """Yield sides that never match, or match more than once, and labels that do not exist."""
    for query in context.queries:
        for node in walk(query.tree) if query.tree else ():
            if isinstance(node, Aggregate):
                yield from _grouping(query, node, context.known)
            elif (
                isinstance(node, Binary) and not is_scalar(node.left) and not is_scalar(node.right)
            ):
                yield from _joined(query, node, context.known)


def _grouping(query: JudgedQuery, node: Aggregate, known: Known) -> Iterator[Problem]:
    inner = shape(node.inner, known)
    word = "by" if node.by is not None else "without"
    for label in node.by or node.without or ():
        if not inner.may_have(label):
            fix = suggestion_or_choices(label, inner.labels)
            text = f"{word} ({label}): the aggregated series have no label {label}{fix}"
            yield query.text.problem(RULE, text, label)


def _joined(query: JudgedQuery, node: Binary, known: Known) -> Iterator[Problem]:
    left, right = shape(node.left, known), shape(node.right, known)
    texts = [*_named(node, left, right)]
    if not texts and node.operator != "or":
        texts += _never(node, left, right)
    if not texts and node.operator not in SETS:
        texts += _often(node, left, right)
    for text, word in texts:
        yield query.text.problem(RULE, text, word)


def _named(node: Binary, left: ResultLabels, right: ResultLabels) -> Iterator[tuple[str, str]]:
    """Yield labels that are named but missing on the side that needs them."""
    matching = node.matching
    for label in matching.labels:
        lacking = [
            s for s, found in (("left", left), ("right", right)) if not found.may_have(label)
        ]
        if matching.on and lacking:
            both = " and ".join(lacking)
            fix = suggestion_or_choices(label, left.labels.keys() & right.labels.keys())
            yield (
                f"on ({label}): the {both} side of {node.operator} has no label {label}{fix}",
                label,
            )
        elif not matching.on and len(lacking) == len(("left", "right")):
            fix = suggestion(label, left.labels.keys() | right.labels.keys()) or "; leave it out"
            yield f"ignoring ({label}): neither side has a label {label}{fix}", label
    one, side = (left, "left") if matching.many == "right" else (right, "right")
    for label in matching.include:
        if not one.may_have(label):
            fix = suggestion_or_choices(label, one.labels)
            text = f"group_{matching.many} ({label}): the {side} side has no label {label}{fix}"
            yield text, label


def _never(node: Binary, left: ResultLabels, right: ResultLabels) -> Iterator[tuple[str, str]]:
    """Yield sides whose labels differ where all labels have to be equal."""
    if node.matching.on or any(s.extensible or s.partial for s in (left, right)):
        return
    ignored = set(node.matching.labels)
    more = sorted(left.labels.keys() - right.labels.keys() - ignored)
    less = sorted(right.labels.keys() - left.labels.keys() - ignored)
    if more or less:
        common = sorted(left.labels.keys() & right.labels.keys() - _TARGET)
        only = [f"only the {side} side has {listed(names)}"
                for side, names in (("left", more), ("right", less)) if names]  # fmt: skip
        fix = _to_match(node, common, (more, less))
        yield f"the sides of {node.operator} never match: {', '.join(only)}; {fix}", node.operator


def _to_match(node: Binary, common: list[str], differ: tuple[list[str], list[str]]) -> str:
    """Return the fix by which the sides match: the side with more labels may be the many."""
    on, (more, less) = f"on ({', '.join(common)})", differ
    if node.operator in SETS:
        return f"write {on}"
    if more and less:
        return f"aggregate both by ({', '.join(common)})"
    return f"write {on} group_{'left' if more else 'right'} ()"


def _often(node: Binary, left: ResultLabels, right: ResultLabels) -> Iterator[tuple[str, str]]:
    """Yield a side of which several series may match one of the other, where that is an error."""
    by = matched(node.matching, left, right) | _TARGET
    sides = {
        "left": [] if _is_info(node.left) else left.varying(by),
        "right": [] if _is_info(node.right) else right.varying(by),
    }
    many = node.matching.many
    for side, labels in sides.items():
        if labels and side != many:
            fix = _fix(side, many, sides)
            text = (
                f"several series of the {side} side of {node.operator} may match one of the other: "
                f"they differ in {listed(labels)}; {fix}"
            )
            yield text, node.operator


def _is_info(node: Node) -> bool:
    """Return whether a side is an info: one series for each item, whatever its labels are."""
    if isinstance(node, Aggregate) and node.operator == COUNT_VALUES:
        return True
    return isinstance(node, Selector) and node.name.endswith("_info")


def _fix(side: str, many: str, sides: Mapping[str, Collection[str]]) -> str:
    other = "right" if side == "left" else "left"
    if many or sides[other]:
        return "aggregate them first, or match on these labels too"
    return f"aggregate them first, or add group_{side} ()"
