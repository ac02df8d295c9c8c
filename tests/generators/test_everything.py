"""All generators together write one set of files."""

from pathlib import Path

from generators.everything import GENERATORS, texts
from generators.files import MARK, differing

ROOT = Path(__file__).parents[2]


def test_no_two_generators_write_one_file() -> None:
    """Every text of every generator is there, under a relative path of its own."""
    each = [generator() for generator in GENERATORS]
    assert sum(map(len, each)) == len(texts())
    assert [name for name in texts() if name.startswith("/") or ".." in name] == []


def test_what_is_tracked_is_what_is_generated() -> None:
    """Nothing is generated anew: the tracked files are the generators' own."""
    assert differing(ROOT, texts()) == []


def test_each_file_says_that_it_is_generated() -> None:
    """Whoever opens a generated file reads that edits are lost; JSON has no comments."""
    assert [n for n, t in texts().items() if MARK not in t and not n.endswith(".json")] == []
    assert [n for n, t in texts().items() if not t.endswith("\n") or "\r" in t] == []


def test_two_runs_are_the_same() -> None:
    """The texts are the same, byte for byte and in order, each time."""
    assert list(texts().items()) == list(texts().items())
