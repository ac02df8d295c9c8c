"""What an unlucky edit leaves behind, one at a time, and a draw of these that stays the same.

Every node of a module's syntax tree that can be made wrong has a digest of its own, made of the
function around it, its text and what became of it. The draw takes the smallest digests: an edit
elsewhere leaves it as it is.
"""

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.mutants.modules import ROOT

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """A module with one line made wrong.

    line, was, becomes  where, and the first line of the statement before and after
    text                the whole module, as it is then
    digest              by which it is drawn
    """

    module: str
    line: int
    was: str
    becomes: str
    text: str
    digest: str

    def __str__(self) -> str:
        """Return what a person needs to find it."""
        return f"{self.module}:{self.line}\n    {self.was}\n    {self.becomes}"


def drawn(modules: Iterable[str], count: int, seed: str) -> list[Mutant]:
    """Return so many mutants of these modules, always the same."""
    found = [mutant for module in modules for mutant in mutants(module, seed)]
    return sorted(sorted(found, key=lambda m: m.digest)[:count], key=lambda m: (m.module, m.line))


def mutants(module: str, seed: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    source = (ROOT / module).read_text()
    seen: Counter[str] = Counter()
    for scope, node in _nodes(ast.parse(source), ""):
        for changed in _changes(node):
            text = _with(source, node, changed)
            at, was, becomes = _first_difference(source, text)
            key = f"{seed} {module} {scope} {was} {becomes}"
            seen[key] += 1
            digest = hashlib.sha256(f"{key} {seen[key]}".encode()).hexdigest()
            yield Mutant(module=module, line=at, was=was, becomes=becomes, text=text, digest=digest)


def _nodes(node: ast.AST, scope: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield what can be made wrong, with the functions around it; no annotation, no docstring."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_skipped(child):
                inner = f"{scope}.{getattr(child, 'name', '')}" if hasattr(child, "body") else scope
                yield inner, child
                yield from _nodes(child, inner)


def _is_skipped(node: ast.AST) -> bool:
    """Say whether it is a docstring, an import, or an f-string, whose nodes have no columns."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may become of a node."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        yield _changed(node, ops=[_COMPARED[type(node.ops[0])](), *node.ops[1:]])
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        yield _changed(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.BoolOp):
        yield _changed(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        yield ast.Constant(_other(node.value))
    elif isinstance(node, ast.Return) and not _is_constant(node.value):
        yield ast.Return(ast.Constant(None))
    elif _is_dropped(node):
        yield ast.Pass()


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _other(value: float) -> float:
    return not value if isinstance(value, bool) else value + 1


def _is_constant(node: ast.expr | None) -> bool:
    return node is None or isinstance(node, ast.Constant)


def _is_dropped(node: ast.AST) -> bool:
    """Say whether a statement is one that may be left out: a call, a raise, a change of state."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
    call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return call or isinstance(node, ast.Raise | ast.Continue | ast.Break | ast.Delete)


def _with(source: str, node: ast.AST, changed: ast.AST) -> str:
    """Return the source with a node changed, and everything else as it is."""
    lines = source.encode().splitlines(keepends=True)
    text = ast.unparse(changed)
    if isinstance(changed, ast.expr) and not isinstance(changed, ast.Constant):
        text = f"({text})"
    first, last = node.lineno - 1, node.end_lineno - 1
    before, after = lines[first][: node.col_offset], lines[last][node.end_col_offset :]
    middle = before + text.encode() + after
    return b"".join((*lines[:first], middle, *lines[last + 1 :])).decode()


def _first_difference(source: str, text: str) -> tuple[int, str, str]:
    """Return the number of the first line that differs, and what it was and becomes."""
    pairs = zip(source.splitlines(), text.splitlines(), strict=False)
    return next((n, a.strip(), b.strip()) for n, (a, b) in enumerate(pairs, 1) if a != b)
