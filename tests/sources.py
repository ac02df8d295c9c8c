"""The code as text and as trees: read and parsed once for all tests that look at it."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PRODUCT = ("exporter", "generators", "benchmarks")


class SourceFile(NamedTuple):
    """A module, and what stands in it that tests look at."""

    path: str  # from the root of the project
    text: str
    classes: tuple[ast.ClassDef, ...]
    functions: tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    calls: tuple[ast.Call, ...]


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
        classes=tuple(node for node in nodes if isinstance(node, ast.ClassDef)),
        functions=tuple(
            node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        imports=tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)),
        calls=tuple(node for node in nodes if isinstance(node, ast.Call)),
    )
