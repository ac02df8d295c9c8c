"""Series that an operator joins can meet, and labels that a query names are there."""

from collections.abc import Collection, Iterator, Mapping

from generators.checks.engine.context import Context, JudgedQuery
from generators.checks.engine.known_series import TARGET, Known
from generators.checks.engine.problem import Problem
from generators.checks.engine.suggestions import listed, meant, meant_of
from generators.checks.promql.result_labels import ResultLabels, matched, shape
from generators.checks.promql.tree import SETS, Aggregate, Binary, Node, Selector, is_scalar, walk

RULE = "matching"
# One exporter is scraped; where there are more, aggregate before you join.
_TARGET = frozenset(TARGET)


def check(context: Context) -> Iterator[Problem]:
    """Yield sides that never meet, or meet more than once, and labels that are not there."""
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
            mend = meant_of(label, inner.labels)
            text = f"{word} ({label}): what is joined has no label {label}{mend}"
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
    """Yield labels that are named, and that the side which has to have them has not."""
    matching = node.matching
    for label in matching.labels:
        lacking = [
            s for s, found in (("left", left), ("right", right)) if not found.may_have(label)
        ]
        if matching.on and lacking:
            both = " and ".join(lacking)
            mend = meant_of(label, left.labels.keys() & right.labels.keys())
            yield (
                f"on ({label}): the {both} side of {node.operator} has no label {label}{mend}",
                label,
            )
        elif not matching.on and len(lacking) == len(("left", "right")):
            mend = meant(label, left.labels.keys() | right.labels.keys()) or "; leave it out"
            yield f"ignoring ({label}): neither side has a label {label}{mend}", label
    one, side = (left, "left") if matching.many == "right" else (right, "right")
    for label in matching.include:
        if not one.may_have(label):
            mend = meant_of(label, one.labels)
            text = f"group_{matching.many} ({label}): the {side} side has no label {label}{mend}"
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
        mend = _meet(node, common, (more, less))
        yield f"the sides of {node.operator} never meet: {', '.join(only)}; {mend}", node.operator


def _meet(node: Binary, common: list[str], differ: tuple[list[str], list[str]]) -> str:
    """Return the mend by which the sides meet: the side with more labels may be the many."""
    on, (more, less) = f"on ({', '.join(common)})", differ
    if node.operator in SETS:
        return f"write {on}"
    if more and less:
        return f"aggregate both by ({', '.join(common)})"
    return f"write {on} group_{'left' if more else 'right'} ()"


def _often(node: Binary, left: ResultLabels, right: ResultLabels) -> Iterator[tuple[str, str]]:
    """Yield a side of which several series may meet one of the other, where that is an error."""
    by = matched(node.matching, left, right) | _TARGET
    sides = {
        "left": [] if _is_info(node.left) else left.varying(by),
        "right": [] if _is_info(node.right) else right.varying(by),
    }
    many = node.matching.many
    for side, labels in sides.items():
        if labels and side != many:
            mend = _mend(side, many, sides)
            text = (
                f"several series of the {side} side of {node.operator} may meet one of the other: "
                f"they differ in {listed(labels)}; {mend}"
            )
            yield text, node.operator


def _is_info(node: Node) -> bool:
    """Say whether a side is an info: one series for each thing, whatever its labels say of it."""
    return isinstance(node, Selector) and node.name.endswith("_info")


def _mend(side: str, many: str, sides: Mapping[str, Collection[str]]) -> str:
    other = "right" if side == "left" else "left"
    if many or sides[other]:
        return "join them first, or match on these labels too"
    return f"join them first, or add group_{side} ()"
