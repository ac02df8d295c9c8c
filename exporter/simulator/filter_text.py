"""The Monitoring filter language: parsed to a tree, evaluated on one series.

AND may be left out between clauses. OR binds tighter than AND, as in Google's other filter
languages; its documentation of this one was not available, so write parentheses.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from exporter.simulator.refusal import invalid

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<operator>!=|=|:)|(?P<mark>[(),.])|(?P<minus>-)|(?P<word>[\w/]+))",
    re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_FIELDS = re.compile(
    r"(metric\.type|resource\.type|project|(metric|resource)\.labels?\..+)", re.DOTALL
)
UNSUPPORTED = "The right-hand side of a comparison contains an unsupported value"


class Subject(NamedTuple):
    """The series that a filter is evaluated on."""

    metric_type: str
    resource_type: str = ""
    project: str = ""
    metric: Mapping[str, str] = {}
    resource: Mapping[str, str] = {}

    def field(self, name: str) -> str:
        """Return the value of a field; a label that is not there is empty."""
        plain = {
            "metric.type": self.metric_type,
            "resource.type": self.resource_type,
            "project": self.project,
        }
        if name in plain:
            return plain[name]
        where, _, key = name.split(".", 2)
        return (self.metric if where == "metric" else self.resource).get(key, "")


@dataclass(frozen=True, slots=True)
class Compare:
    """A field against values: equal to one, or accepted by a function; `unequal` turns it round."""

    field: str
    function: str
    values: tuple[str, ...]
    unequal: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a node."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Both:
    """All nodes must match."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one node must match."""

    nodes: tuple["Node", ...]


Node: TypeAlias = Compare | Not | Both | Either
Test: TypeAlias = Callable[[str, tuple[str, ...]], bool]
_TESTS: dict[str, Test] = {
    "equals": lambda value, arguments: value == arguments[0],
    "starts_with": lambda value, arguments: value.startswith(arguments[0]),
    "ends_with": lambda value, arguments: value.endswith(arguments[0]),
    "has_substring": lambda value, arguments: arguments[0] in value,
    "one_of": lambda value, arguments: value in arguments,
    "monitoring.regex.full_match": (
        lambda value, arguments: re.fullmatch(arguments[0], value) is not None
    ),
}


def matches(node: Node, subject: Subject) -> bool:
    """Return whether a series matches a filter."""
    if isinstance(node, Not):
        return not matches(node.node, subject)
    if isinstance(node, Both):
        return all(matches(n, subject) for n in node.nodes)
    if isinstance(node, Either):
        return any(matches(n, subject) for n in node.nodes)
    return _TESTS[node.function](subject.field(node.field), node.values) is not node.unequal


def metric_type(node: Node) -> str:
    """Return the one metric type that a filter names. Raises Refusal where it is not one."""
    found = _compared_types(node)
    plain = {c.values[0] for c in found if c.function == "equals" and not c.unequal}
    if len(plain) != 1 or any(c.function != "equals" for c in found):
        raise invalid(
            'The provided filter does not specify one metric type: write metric.type = "TYPE".'
        )
    return plain.pop()


def _compared_types(node: Node) -> list[Compare]:
    if isinstance(node, Compare):
        return [node] if node.field == "metric.type" else []
    nodes = (node.node,) if isinstance(node, Not) else node.nodes
    return [c for n in nodes for c in _compared_types(n)]


def parse(text: str) -> Node:
    """Return the tree of a filter. Raises Refusal with INVALID_ARGUMENT."""
    tokens = _tokens(text)
    parser = _Parser(tokens)
    node = parser.conjunction()
    if parser.at < len(tokens):
        raise invalid(f"Could not parse filter {text!r}: {tokens[parser.at][1]!r} is not expected.")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise invalid(f"Could not parse filter {text!r}: stopped at character {at}.")
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        at = match.end()
    return found


def unquoted(literal: str) -> str:
    """Return the text of a string literal."""
    body = literal[1:-1]
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), body, flags=re.DOTALL)


class _Parser:
    """Recursive descent; each method takes one rule of the grammar from the tokens."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self, *texts: str) -> bool:
        here = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return here[0] != "string" and here[1] in texts

    def take(self, *texts: str) -> bool:
        found = self.peek(*texts)
        self.at += found
        return found

    def next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise invalid("Could not parse filter: it ends too early.")
        self.at += 1
        return self.tokens[self.at - 1]

    def conjunction(self) -> Node:
        nodes = [self.disjunction()]
        while self.at < len(self.tokens) and not self.peek(")"):
            self.take("AND")
            nodes.append(self.disjunction())
        return nodes[0] if len(nodes) == 1 else Both(tuple(nodes))

    def disjunction(self) -> Node:
        nodes = [self.negation()]
        while self.take("OR"):
            nodes.append(self.negation())
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def negation(self) -> Node:
        if self.take("NOT", "-"):
            return Not(self.negation())
        if self.take("("):
            node = self.conjunction()
            self.close()
            return node
        return self.comparison()

    def close(self) -> None:
        if not self.take(")"):
            raise invalid("Could not parse filter: a parenthesis is not closed.")

    def comparison(self) -> Node:
        name = self.name()
        if not _FIELDS.fullmatch(name):
            raise invalid(f"Could not parse filter: unknown field {name!r}.")
        kind, operator = self.next()
        if kind != "operator":
            raise invalid(f"Could not parse filter: no operator after {name!r}.")
        function, values = self.value()
        if operator == ":":
            function = "has_substring"
        field = re.sub(r"^(metric|resource)\.label\.", r"\1.labels.", name)
        return Compare(field, function, values, operator == "!=")

    def name(self) -> str:
        parts = [self.part()]
        while self.take("."):
            parts.append(self.part())
        return ".".join(parts)

    def part(self) -> str:
        kind, text = self.next()
        if kind not in ("word", "string"):
            raise invalid(f"Could not parse filter: {text!r} is no field.")
        return unquoted(text) if kind == "string" else text

    def value(self) -> tuple[str, tuple[str, ...]]:
        if self.peek("("):
            raise invalid(UNSUPPORTED)
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "string":
            return "equals", (unquoted(self.next()[1]),)
        name = self.name()
        if not self.take("("):
            return "equals", (name,)
        return self.called(name)

    def called(self, name: str) -> tuple[str, tuple[str, ...]]:
        values = [self.literal()]
        while self.take(","):
            values.append(self.literal())
        self.close()
        if name not in _TESTS or (len(values) > 1 and name != "one_of"):
            raise invalid(f"Could not parse filter: {name}() cannot be called so.")
        if name == "monitoring.regex.full_match":
            _check_regex(values[0])
        return name, tuple(values)

    def literal(self) -> str:
        kind, text = self.next()
        if kind != "string":
            raise invalid(UNSUPPORTED)
        return unquoted(text)


def _check_regex(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise invalid(f"Could not parse filter: regular expression {pattern!r}: {error}.") from None
