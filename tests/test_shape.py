"""The shape of the code: short files, short functions, values passed by name."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("exporter", "generators", "benchmarks", "tests")
MOST_LINES = 300  # of a file
LONGEST = 60  # lines of a function of the product
MOST_POSITIONAL = 4  # values of a constructor that are passed without their name


@cache
def modules() -> list[tuple[str, str, ast.Module]]:
    """Return every module by its path, with its text."""
    paths = (path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")))
    texts = [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in paths
        if "node_modules" not in path.parts
    ]
    return [(path, text, ast.parse(text)) for path, text in texts]


def test_no_file_is_long() -> None:
    """A file fits a few screens, also in tests."""
    long = {path: text.count("\n") for path, text, _ in modules() if text.count("\n") > MOST_LINES}
    assert not long, long


def test_no_function_is_long() -> None:
    """A function of the product fits a screen."""
    long = [
        f"{path}:{node.lineno}: {node.name} has {(node.end_lineno or 0) - node.lineno + 1} lines"
        for path, _, tree in modules()
        if not path.startswith("tests/")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST
    ]
    assert not long, "\n".join(long)


def test_many_values_are_passed_by_name() -> None:
    """A constructor with five values is read without looking up which is the third."""
    ours = {
        node.name
        for _, _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = [
        f"{path}:{call.lineno}: {called(call)}"
        for path, call in calls()
        if called(call) in ours and len(call.args) > MOST_POSITIONAL
    ]
    assert not found, "\n".join(found)


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Yield every call, with the path of its module."""
    for path, _, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield path, node


def called(call: ast.Call) -> str:
    """Return the name of what is called, without its module."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
