"""Which labels the series of an expression have, as Prometheus' evaluation gives them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from generators.checks.engine.known_series import BUCKET, Known, Values, union
from generators.promql_tree.grafana_variables import is_variable
from generators.promql_tree.tree import (
    COMPARISONS,
    NAME,
    SETS,
    Aggregate,
    Binary,
    Call,
    MatcherNode,
    Matching,
    Negative,
    Node,
    Number,
    Selector,
    String,
    Subquery,
    is_scalar,
)

_KEEP_ALL = frozenset({"topk", "bottomk"})


@dataclass(frozen=True, slots=True)
class ResultLabels:
    """The labels of an expression's series, each with its values where their set is closed.

    extensible  there may be further labels, which are not known
    partial     some of the labels may be missing
    """

    labels: Mapping[str, Values] = field(default_factory=dict)
    extensible: bool = False
    partial: bool = False

    def may_have(self, label: str) -> bool:
        """Return whether a series may have a label."""
        return self.extensible or label in self.labels or label == NAME or is_variable(label)

    def varying(self, without: frozenset[str] = frozenset()) -> list[str]:
        """Return the labels, but some, that may differ from series to series."""
        return [n for n, values in self.labels.items() if n not in without and len(values) != 1]


UNKNOWN = ResultLabels(extensible=True)


def shape(node: Node, known: Known) -> ResultLabels:
    """Return the labels of an expression; of a number, none."""
    return _SHAPES[type(node)](node, known)


def _selector(node: Selector, known: Known) -> ResultLabels:
    series = known.get(node.name)
    if series is None:
        return UNKNOWN
    labels = dict(series.labels)
    for matcher in node.matchers:
        _narrow(labels, matcher)
    return ResultLabels(labels, series.extensible, series.partial)


def _narrow(labels: dict[str, Values], matcher: MatcherNode) -> None:
    """Take away the values that a test leaves out, where that is known."""
    values = matcher.plain
    if values is None or matcher.operator in ("!=", "!~") or any(map(is_variable, values)):
        return
    if values == ("",):
        labels.pop(matcher.label, None)
    elif "" not in values:
        labels[matcher.label] = values


def _inner(node: Subquery | Negative, known: Known) -> ResultLabels:
    return shape(node.inner, known)


def _none(node: Node, known: Known) -> ResultLabels:
    del node, known
    return ResultLabels()


def _aggregate(node: Aggregate, known: Known) -> ResultLabels:
    inner = shape(node.inner, known)
    if node.operator in _KEEP_ALL:
        return inner
    found = _grouped(node, inner)
    if node.operator == "count_values" and isinstance(node.parameter, String):
        return replace(found, labels={**found.labels, node.parameter.value: ()})
    return found


def _grouped(node: Aggregate, inner: ResultLabels) -> ResultLabels:
    if node.without is not None:
        kept = {n: v for n, v in inner.labels.items() if n not in node.without}
        return replace(inner, labels=kept)
    named = node.by or ()
    kept = {n: inner.labels.get(n, ()) for n in named if n in inner.labels or inner.extensible}
    return ResultLabels(kept, any(map(is_variable, named)), inner.partial or inner.extensible)


def _call(node: Call, known: Known) -> ResultLabels:
    special = _FUNCTIONS.get(node.function)
    if special is not None:
        return special(node, known)
    vectors = [argument for argument in node.arguments if not is_scalar(argument)]
    return shape(vectors[-1], known) if vectors and not node.scalar else ResultLabels()


def _set(node: Call, known: Known) -> ResultLabels:
    """Return the labels after label_replace or label_join, which write one of their own."""
    inner, label = shape(node.arguments[0], known), node.arguments[1]
    if not isinstance(label, String):
        return inner
    partial = inner.partial or label.value not in inner.labels
    return ResultLabels({**inner.labels, label.value: ()}, inner.extensible, partial)


def _quantile(node: Call, known: Known) -> ResultLabels:
    inner = shape(node.arguments[-1], known)
    return replace(inner, labels={n: v for n, v in inner.labels.items() if n != BUCKET})


def _absent(node: Call, known: Known) -> ResultLabels:
    """Return the labels of absent(): those that its selector tests once, for one value."""
    del known
    inner = node.arguments[0]
    tests = inner.matchers if isinstance(inner, Selector) else ()
    counts = [matcher.label for matcher in tests]
    return ResultLabels(
        {
            m.label: (m.value,)
            for m in tests
            if m.operator == "=" and m.value and counts.count(m.label) == 1
        }
    )


_FUNCTIONS: dict[str, Callable[[Call, Known], ResultLabels]] = {
    "absent": _absent,
    "absent_over_time": _absent,
    "vector": _none,
    "histogram_quantile": _quantile,
    "label_replace": _set,
    "label_join": _set,
}


def matched(matching: Matching, left: ResultLabels, right: ResultLabels) -> frozenset[str]:
    """Return the labels by which the sides of an operator meet."""
    named = frozenset(matching.labels)
    return named if matching.on else frozenset({*left.labels, *right.labels}) - named


def _binary(node: Binary, known: Known) -> ResultLabels:
    if is_scalar(node.left) or is_scalar(node.right):
        return shape(node.right if is_scalar(node.left) else node.left, known)
    left, right = shape(node.left, known), shape(node.right, known)
    if node.operator in SETS:
        return _either(left, right) if node.operator == "or" else left
    many, one = (right, left) if node.matching.many == "right" else (left, right)
    if node.matching.many:
        taken = {label: one.labels.get(label, ()) for label in node.matching.include}
        return replace(many, labels={**many.labels, **taken})
    return _met(node.matching, left)


def _either(left: ResultLabels, right: ResultLabels) -> ResultLabels:
    return ResultLabels(
        union(left.labels, right.labels),
        left.extensible or right.extensible,
        left.partial or right.partial or left.labels.keys() != right.labels.keys(),
    )


def _met(matching: Matching, left: ResultLabels) -> ResultLabels:
    """Return what is left of one to one: the labels that the sides met by."""
    if matching.on:
        kept = {n: left.labels.get(n, ()) for n in matching.labels if left.may_have(n)}
        return ResultLabels(kept, partial=left.partial or left.extensible)
    kept = {n: v for n, v in left.labels.items() if n not in matching.labels}
    return replace(left, labels=kept)


def filters(node: Binary) -> bool:
    """Return whether a comparison leaves out what does not satisfy it."""
    return node.operator in COMPARISONS and not node.matching.compares


_SHAPES: dict[type, Callable[..., ResultLabels]] = {
    Selector: _selector,
    Subquery: _inner,
    Negative: _inner,
    Number: _none,
    String: _none,
    Aggregate: _aggregate,
    Call: _call,
    Binary: _binary,
}
