"""Which tests are slow: by what their modules and fixtures import, and held by a guard.

A test is quick where it imports nothing that starts a server or a program. Should it bind a port,
start a program or evaluate Jsonnet all the same, through the code that it tests, it fails and says
how to mark it.
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from inspect import getfile
from pathlib import Path
from typing import Any

import pytest

from tests.evaluating import EVENT

ROOT = Path(__file__).parents[1]
_STARTERS = frozenset(
    {
        "exporter.simulator.cache",
        "exporter.simulator.cache_answers",
        "exporter.simulator.server",
        "grpc",
        "http.server",
        "multiprocessing",
        "socketserver",
        "subprocess",
        "tests.exporter.web.serving",
        "tests.generators.dashboards.made",
        "tests.http_server",
        "tests.servers",
    }
)
_EVENTS = frozenset(
    {"os.fork", "os.posix_spawn", "os.system", "socket.bind", "subprocess.Popen", EVENT}
)


def is_slow(item: pytest.Item) -> bool:
    """Say whether a test's module, or one of its fixtures', imports what starts something."""
    found: Mapping[str, Sequence[Any]] = item._fixtureinfo.name2fixturedefs
    fixtures = {getfile(each.func) for given in found.values() for each in given}
    return any(_is_starter(file) for file in (str(item.path), *fixtures))


@cache
def _is_starter(file: str) -> bool:
    path = Path(file)
    return path.is_relative_to(ROOT / "tests") and starts(path)


@cache
def starts(path: Path) -> bool:
    """Say whether a module of tests imports, or a module of tests that it imports, a starter."""
    imported = {*_imported(path)}
    if imported & _STARTERS:
        return True
    files = (ROOT / f"{name.replace('.', '/')}.py" for name in imported if name[:6] == "tests.")
    return any(starts(file) for file in files if file.exists())


def _imported(path: Path) -> Iterator[str]:
    """Yield the names of modules that a file imports, and those of what it takes from them."""
    for node in _statements(ast.parse(path.read_text()).body):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those within them, without their expressions."""
    for node in body:
        yield node
        for inner in ("body", "orelse", "handlers", "finalbody", "cases"):
            yield from _statements(getattr(node, inner, ()))


class Guard:
    """Makes a start fail while a test runs that is not marked."""

    def __init__(self) -> None:
        self._test = ""
        sys.addaudithook(self._hear)

    @contextmanager
    def over(self, test: str, *, allowed: bool) -> Iterator[None]:
        """Watch one test."""
        self._test = "" if allowed else test
        try:
            yield
        finally:
            self._test = ""

    def _hear(self, event: str, _: tuple[Any, ...]) -> None:
        if self._test and event in _EVENTS:
            raise AssertionError(
                f"{self._test}: {event}: a test that starts a server or a program, or evaluates "
                "Jsonnet, needs a mark: pytestmark = pytest.mark.slow"
            )
