"""What thresholds of some kinds keep apart from."""

from dataclasses import replace

import numpy as np
import pytest

from generators.tuning.candidates import Candidate, candidate
from tests.generators.tuning.test_candidates import chosen, history, rule


def of(name: str, level: float, *levels: float) -> Candidate:
    """Return what becomes of an alert whose clean days had these levels."""
    known = history(rule(name))
    days = replace(known.days, levels=np.array([levels]))
    return candidate(replace(known, days=days), chosen(level), ())


@pytest.mark.parametrize(
    ("name", "level", "levels", "threshold"),
    [
        ("DatabaseLag", 0.012, (0.008, 0.012), 0.1),  # below the floor
        ("DatabaseLag", 0.187, (0.1, 0.187), 0.19),  # above it: rounded only
        ("MemoryHigh", 0.551, (0.42, 0.551), 0.601),  # the margin
        ("MemoryHigh", 0.62, (0.42, 0.5), 0.62),  # already further away
        ("CPUHigh", 0.551, (0.42, 0.551), 0.551),  # another kind
    ],
)
def test_a_kind_keeps_its_distance(
    name: str, level: float, levels: tuple[float, ...], threshold: float
) -> None:
    """A lag's floor, and memory's margin above the worst clean day."""
    assert of(name, level, *levels).threshold == threshold


def test_what_was_moved_says_so() -> None:
    """The number that days alone promise stands beside its reason."""
    moved = of("DatabaseLag", 0.012, 0.008, 0.012)
    assert moved.remarks[-1] == "12ms would do, but less is what a replica needs for a commit."
    assert len(of("DatabaseLag", 0.187, 0.187).remarks) == 1
