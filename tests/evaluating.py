"""Jsonnet that is evaluated once: many tests ask for dashboards of the same settings.

What it comes to is kept in pytest's cache by all that it depends on: the text, its arguments, and
every file that it may import.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import _jsonnet

EVENT = "tests.evaluating"
_evaluate: Callable[..., str] = _jsonnet.evaluate_snippet


def keep(folder: Path) -> None:
    """From now on keep in a folder what a text comes to."""

    def evaluate(name: str, snippet: str, *, tla_codes: Mapping[str, str]) -> str:
        sys.audit(EVENT)
        path = folder / _key(name, snippet, tla_codes)
        if path.exists():
            return path.read_text()
        text = _evaluate(name, snippet, tla_codes=tla_codes)
        own = path.with_suffix(f".{id(text)}")
        own.write_text(text)
        own.replace(path)  # at once: another process may look for it
        return text

    _jsonnet.evaluate_snippet = evaluate


def _key(name: str, snippet: str, codes: Mapping[str, str]) -> str:
    """Return a digest of everything that the value depends on."""
    root = Path(name).parents[1]
    sources = [path.read_text() for path in sorted(root.glob("*/*sonnet"))]
    return hashlib.sha256(repr((snippet, sorted(codes.items()), sources)).encode()).hexdigest()


@contextmanager
def anew() -> Iterator[None]:
    """Evaluate whatever is asked for."""
    kept, _jsonnet.evaluate_snippet = _jsonnet.evaluate_snippet, _evaluate
    try:
        yield
    finally:
        _jsonnet.evaluate_snippet = kept
