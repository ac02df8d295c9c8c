"""The order in which workers take files of tests: what waits beside what computes, long ones early.

Tests of the exporter wait for servers, those of the generators compute. One after the other, the
processors would be idle first and too few later.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WAITING, COMPUTING = ROOT / "tests/exporter", ROOT / "tests/generators"
# Each keeps a worker for longer than most folders: it may not be the last that begins.
LONGEST = (
    COMPUTING / "rule_tests/test_files.py",
    WAITING / "bridge/test_dispatch.py",
    WAITING / "application/test_lasting.py",
)


def ordered(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return tests, file by file: of the whole chain first, then of both kinds in turn."""
    ranks = ranked(dict.fromkeys(item.path for item in items))
    return sorted(items, key=lambda item: ranks[item.path])


def ranked(files: Iterable[Path]) -> dict[Path, tuple[float, int]]:
    """Return where each file comes; equal ones do not occur."""
    found: dict[Path, tuple[float, int]] = {}
    kinds: tuple[list[Path], ...] = ([], [], [])
    for file in files:
        kinds[_kind(file)].append(file)
    for kind, some in enumerate(kinds):
        some.sort(key=lambda file: file not in LONGEST)
        for number, file in enumerate(some):
            found[file] = (number / len(some) if kind else -1.0, kind or number)
    return found


def _kind(file: Path) -> int:
    if file.is_relative_to(WAITING):
        return 1
    return 2 if file.is_relative_to(COMPUTING) else 0
