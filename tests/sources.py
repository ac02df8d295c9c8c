"""What stands in the code: each file is read and parsed once for all tests that look at it."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PRODUCT = ("exporter", "generators", "benchmarks")


class SourceCall(NamedTuple):
    """A call: `datetime.now(zone)` is of `now`, of `datetime`, with one positional argument."""

    line: int
    name: str
    owner: str
    positional: int


class SourceImport(NamedTuple):
    """A name that is imported, of a module where it is taken from one, and what it is called."""

    line: int
    module: str
    name: str
    alias: str


class SourceFile(NamedTuple):
    """A module."""

    path: str  # from the root of the project
    text: str
    classes: tuple[str, ...]
    functions: tuple[tuple[str, int, int], ...]  # name, line, lines
    imports: tuple[SourceImport, ...]
    calls: tuple[SourceCall, ...]


def product() -> tuple[SourceFile, ...]:
    """Return the modules of the product and of its benchmarks."""
    return tuple(one for folder in PRODUCT for one in _below(folder))


def every() -> tuple[SourceFile, ...]:
    """Return the modules of the product and of its tests."""
    return (*product(), *_below("tests"))


@cache
def _below(folder: str) -> tuple[SourceFile, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return tuple(_read(path) for path in paths if "node_modules" not in path.parts)


def _read(path: Path) -> SourceFile:
    text = path.read_text(encoding="utf-8")
    nodes = tuple(ast.walk(ast.parse(text)))
    return SourceFile(
        path=path.relative_to(ROOT).as_posix(),
        text=text,
        classes=tuple(node.name for node in nodes if isinstance(node, ast.ClassDef)),
        functions=tuple(
            (node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        imports=tuple(one for node in nodes for one in _imports(node)),
        calls=tuple(_call(node) for node in nodes if isinstance(node, ast.Call)),
    )


def _imports(node: ast.AST) -> tuple[SourceImport, ...]:
    match node:
        case ast.Import(names=names):
            module = ""
        case ast.ImportFrom(module=of, names=names):
            module = of or "."
        case _:
            return ()
    return tuple(SourceImport(node.lineno, module, one.name, one.asname or "") for one in names)


def _call(node: ast.Call) -> SourceCall:
    name = owner = ""
    match node.func:
        case ast.Name(id=name):
            pass
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            pass
        case ast.Attribute(attr=name):
            pass
    return SourceCall(node.lineno, name, owner, len(node.args))
