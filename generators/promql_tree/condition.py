"""A condition as operators and operands, so that one of them can be changed and the rest stays."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import promql_parser

from generators.promql_tree.tree import SETS, parse

_HELD = "held_"
_HOLDER = re.compile(rf'"{_HELD}(\d+)"')
_LITERAL = re.compile(r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
ORDERED = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Operand:
    """What an operator combines, as it is written; `value` where it is a number."""

    text: str
    value: float | None = None

    def __str__(self) -> str:
        """Return its PromQL."""
        return self.text


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator between two conditions; with how they meet, such as `and on (region)`."""

    operator: str
    left: "Condition"
    right: "Condition"

    def __str__(self) -> str:
        """Return its PromQL; operations inside are in parentheses, whatever binds stronger."""
        return f"{_inside(self.left)} {self.operator} {_inside(self.right)}"


Condition = Operand | Operation


def _inside(condition: Condition) -> str:
    return f"({condition})" if isinstance(condition, Operation) else str(condition)


def condition(text: str) -> Condition:
    """Return the condition of an expression.

    Raises ValueError for what is no PromQL, and for what would not be written again: promql_parser
    leaves out the milliseconds of a range.
    """
    kept: list[str] = []

    def held(literal: re.Match[str]) -> str:
        """Keep a text aside: promql_parser writes it again without what escapes it."""
        kept.append(literal[0])
        return f'"{_HELD}{len(kept) - 1}"'

    found = _condition(promql_parser.parse(_LITERAL.sub(held, text)), kept)
    if parse(str(found)) != parse(text):
        raise ValueError(f"{text}: cannot be written again; have whole seconds in its ranges")
    return found


def _condition(found: Any, kept: list[str]) -> Condition:  # noqa: ANN401 - untyped parser
    if isinstance(found, promql_parser.ParenExpr):
        return _condition(found.expr, kept)
    if isinstance(found, promql_parser.BinaryExpr) and (operator := _operator(found)):
        return Operation(operator, _condition(found.lhs, kept), _condition(found.rhs, kept))
    if isinstance(found, promql_parser.NumberLiteral):
        return number(found.val)
    # Whatever else there is stays one text: nothing of it can be lost in rewriting.
    return Operand(_HOLDER.sub(lambda holder: kept[int(holder[1])], str(found)))


def _operator(found: Any) -> str:  # noqa: ANN401 - untyped parser
    """Return an operator with its matching, where it has nothing else; else nothing."""
    modifier, operator = found.modifier, str(found.op)
    if modifier is None or (modifier.matching is None and not modifier.return_bool):
        return operator
    if operator not in SETS or modifier.matching.type != promql_parser.LabelModifierType.Include:
        return ""
    return f"{operator} on ({', '.join(modifier.matching.labels)})"


def number(value: float) -> Operand:
    """Return a number as an operand."""
    return Operand(repr(value), value)


def limits(condition: Condition) -> Iterator[Operation]:
    """Yield the comparisons with a number by size, in the order in which they are written."""
    if isinstance(condition, Operation):
        if condition.operator in ORDERED and _value(condition.right) is not None:
            yield condition
        else:
            yield from limits(condition.left)
            yield from limits(condition.right)


def _value(condition: Condition) -> float | None:
    return condition.value if isinstance(condition, Operand) else None


def with_limits(condition: Condition, changed: Callable[[Operation], Operation]) -> Condition:
    """Return a condition with its comparisons changed."""
    if isinstance(condition, Operand):
        return condition
    if any(condition is limit for limit in limits(condition)):
        return changed(condition)
    return replace(
        condition,
        left=with_limits(condition.left, changed),
        right=with_limits(condition.right, changed),
    )
