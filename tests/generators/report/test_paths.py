"""Paths are read as the corners that they were made of."""

import re

from hypothesis import given
from hypothesis import strategies as st

from generators.report import paths
from generators.report.paths import Stretch

heights = st.lists(st.integers(-480, 960), min_size=2, max_size=50)


def corners(path: str) -> list[tuple[int, int]]:
    """Return the corners of a path of M, h, v, l and z, as a browser reads it."""
    x = y = 0
    found: list[tuple[int, int]] = []
    for letter, rest in re.findall(r"([Mhvlz])([^Mhvlz]*)", path):
        numbers = [int(n) for n in re.findall(r"-?\d+", rest)]
        flat = letter in "hv"
        pairs = [(n, 0) for n in numbers] if flat else zip(numbers[::2], numbers[1::2], strict=True)
        for right, down in pairs:
            dx, dy = (down, right) if letter == "v" else (right, down)
            x, y = (dx, dy) if letter == "M" else (x + dx, y + dy)
            found.append((x, y))
    return found


def without_flats(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out corners on a flat stretch: the line is the same without them."""
    kept = found[:1]
    for before, here, after in zip(found, found[1:], [*found[2:], None], strict=False):
        if after is None or not before[1] == here[1] == after[1]:
            kept.append(here)
    return kept


@given(heights)
def test_a_line_goes_through_its_values(ys: list[int]) -> None:
    """Every corner that is not on a flat stretch is there, in its place."""
    stretch: Stretch = [(x, 480, y) for x, y in enumerate(ys)]
    points = [(x, y) for x, _, y in stretch]
    assert without_flats(corners(paths.line([stretch]))) == without_flats(points)


@given(heights)
def test_an_area_goes_back_along_its_foot(ys: list[int]) -> None:
    """From the first value to the last, then from the last foot to the first."""
    stretch: Stretch = [(x, max(0, y), y) for x, y in enumerate(ys)]
    path = paths.area([stretch])
    assert path.endswith("z")
    found = corners(path)
    assert found[0] == (0, ys[0])
    assert found[-1] == (0, max(0, ys[0])) or ys[0] >= 0
    assert {(x, y) for x, y in found} <= {(x, y) for x, f, v in stretch for y in (f, v)}


def test_steps_have_corners() -> None:
    """A value stays until the next one, or begins where the one before ends."""
    stretch: Stretch = [(0, 9, 1), (1, 9, 5)]
    assert paths.stepped(stretch, "stepAfter") == [(0, 9, 1), (1, 9, 1), (1, 9, 5)]
    assert paths.stepped(stretch, "stepBefore") == [(0, 9, 1), (0, 9, 5), (1, 9, 5)]
    assert paths.stepped(stretch, "linear") == stretch


def test_gaps_separate_stretches() -> None:
    """A value between two gaps is no line, and is found as a dot."""
    found = paths.stretches([(0, 9, 1), (1, 9, 2), None, (3, 9, 4), None])
    assert [len(stretch) for stretch in found] == [2, 1]
    assert paths.line(found) == "M0 1l1 1"
    assert paths.dots(paths.lonely(found)) == "M3 4h0"


def test_bars_stand_on_their_feet() -> None:
    """A bar without height is not drawn."""
    assert paths.bars([[(2, 480, 80), (3, 480, 480)]]) == "M2 480v-400"
