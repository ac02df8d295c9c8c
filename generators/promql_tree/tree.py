"""PromQL as a small tree of frozen data; parentheses are gone, ranges are part of selectors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, assert_never

import promql_parser

from generators.promql_tree.grafana_variables import expansions
from generators.promql_tree.regexes import alternatives

NAME = "__name__"
COMPARISONS = frozenset({"==", "!=", ">", "<", ">=", "<="})
SETS = frozenset({"and", "or", "unless"})
Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatcherNode:
    """A test of a label: =, !=, =~ or !~."""

    label: str
    operator: str
    value: str

    @property
    def plain(self) -> tuple[str, ...] | None:
        """The values that it names, where they are plain text: one, or a regex's alternatives."""
        if self.operator in ("=", "!="):
            return (self.value,)
        return alternatives(self.value)


@dataclass(frozen=True, slots=True)
class Selector:
    """Series of a name; with a `window` in seconds, their samples of that time."""

    name: str
    matchers: tuple[MatcherNode, ...]
    window: float | None = None
    offset: float = 0


@dataclass(frozen=True, slots=True)
class Subquery:
    """An expression, worked out again and again over a window in seconds."""

    inner: "Node"
    window: float
    offset: float = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function of arguments."""

    function: str
    arguments: tuple["Node", ...]
    scalar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """Series joined: by these labels, without these, or all where neither is set."""

    operator: str
    inner: "Node"
    parameter: "Node | None" = None
    by: Labels | None = None
    without: Labels | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How two sides meet: on labels, or ignoring them; which side may have several, if one may."""

    on: bool = False
    labels: Labels = ()
    many: str = ""
    include: Labels = ()
    compares: bool = False  # with bool: 0 or 1, nothing is left out


@dataclass(frozen=True, slots=True)
class Binary:
    """Two expressions and an operator between them."""

    operator: str
    left: "Node"
    right: "Node"
    matching: Matching


@dataclass(frozen=True, slots=True)
class Negative:
    """An expression with its sign turned."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class String:
    """A text, as some functions take it."""

    value: str


Node = Selector | Subquery | Call | Aggregate | Binary | Negative | Number | String


class Unparsable(Exception):
    """A text that is no PromQL, and why."""


@lru_cache(maxsize=4096)
def parse(text: str, *, variables: bool = False) -> Node:
    """Return the tree of a query; `variables` allows those of Grafana. Raises Unparsable."""
    why = ""
    for candidate in expansions(text) if variables else (text,):
        try:
            return _node(promql_parser.parse(candidate))
        except ValueError as error:
            why = why or " ".join(str(error).split())
    raise Unparsable(why)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below a node."""
    match node:
        case Subquery() | Negative():
            return (node.inner,)
        case Call():
            return node.arguments
        case Aggregate():
            return (node.inner,) if node.parameter is None else (node.parameter, node.inner)
        case Binary():
            return (node.left, node.right)
        case Selector() | Number() | String():
            return ()
        case _:
            assert_never(node)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def paths(node: Node, above: tuple[Node, ...] = ()) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Yield a node and everything below it, each with the nodes above it, the nearest last."""
    yield node, above
    for child in children(node):
        yield from paths(child, (*above, node))


def selectors(node: Node) -> Iterator[Selector]:
    """Yield the selectors of a query."""
    return (found for found in walk(node) if isinstance(found, Selector))


def series_names(text: str) -> tuple[str, ...]:
    """Return the names of the series that a query reads, each once. Raises Unparsable."""
    return tuple(dict.fromkeys(found.name for found in selectors(parse(text))))


def is_scalar(node: Node) -> bool:
    """Return whether an expression is a number, not series."""
    if isinstance(node, Call):
        return node.scalar
    if isinstance(node, Negative):
        return is_scalar(node.inner)
    if isinstance(node, Binary):
        return is_scalar(node.left) and is_scalar(node.right)
    return isinstance(node, Number | String)


_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}


def _selector(found: Any, window: float | None = None) -> Selector:  # noqa: ANN401 - untyped parser
    if found.matchers.or_matchers:
        raise Unparsable("no Prometheus knows `or` within braces; write two selectors")
    matchers = tuple(
        MatcherNode(m.name, _OPERATORS[str(m.op).rpartition(".")[2]], m.value)
        for m in found.matchers.matchers
    )
    name = found.name or next(
        (m.value for m in matchers if (m.label, m.operator) == (NAME, "=")), ""
    )
    kept = tuple(m for m in matchers if (m.label, m.operator) != (NAME, "="))
    return Selector(name, kept, window, _seconds(found.offset))


def _seconds(time: Any) -> float:  # noqa: ANN401 - timedelta or None
    return 0.0 if time is None else float(time.total_seconds())


def _matrix(found: Any) -> Selector:  # noqa: ANN401 - untyped parser
    return _selector(found.vector_selector, _seconds(found.range))


def _subquery(found: Any) -> Subquery:  # noqa: ANN401 - untyped parser
    return Subquery(_node(found.expr), _seconds(found.range), _seconds(found.offset))


def _call(found: Any) -> Call:  # noqa: ANN401 - untyped parser
    scalar = found.func.return_type == promql_parser.ValueType.Scalar
    return Call(found.func.name, tuple(_node(argument) for argument in found.args), scalar)


def _aggregate(found: Any) -> Aggregate:  # noqa: ANN401 - untyped parser
    modifier = found.modifier
    by = modifier is not None and modifier.type == promql_parser.AggModifierType.By
    labels = None if modifier is None else tuple(modifier.labels)
    parameter = None if found.param is None else _node(found.param)
    without = None if by else labels
    return Aggregate(
        operator=str(found.op),
        inner=_node(found.expr),
        parameter=parameter,
        by=labels if by else None,
        without=without,
    )


def _binary(found: Any) -> Binary:  # noqa: ANN401 - untyped parser
    return Binary(str(found.op), _node(found.lhs), _node(found.rhs), _matching(found.modifier))


_MANY = {"ManyToOne": "left", "OneToMany": "right"}


def _matching(modifier: Any) -> Matching:  # noqa: ANN401 - untyped parser
    if modifier is None:
        return Matching()
    found = modifier.matching
    return Matching(
        on=found is not None and found.type == promql_parser.LabelModifierType.Include,
        labels=() if found is None else tuple(found.labels),
        many=_MANY.get(str(modifier.card).rpartition(".")[2], ""),
        include=tuple(modifier.group_labels or ()),
        compares=modifier.return_bool,
    )


_NODES: dict[str, Callable[[Any], Node]] = {
    "VectorSelector": _selector,
    "MatrixSelector": _matrix,
    "SubqueryExpr": _subquery,
    "Call": _call,
    "AggregateExpr": _aggregate,
    "BinaryExpr": _binary,
    "ParenExpr": lambda found: _node(found.expr),
    "UnaryExpr": lambda found: Negative(_node(found.expr)),
    "NumberLiteral": lambda found: Number(found.val),
    "StringLiteral": lambda found: String(found.val),
}


def _node(found: Any) -> Node:  # noqa: ANN401 - untyped parser
    return _NODES[type(found).__name__](found)
