"""Chunks cover a grid, begin at the same times for every grid, and become one again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import IonmonError
from generators.tuning.chunks import POINTS, Assembly, MemoryLimit, chunks, halves
from generators.tuning.model import RecordedSeries, TimeGrid

GRIDS = st.builds(
    TimeGrid,
    start=st.integers(1, 10**6).map(lambda n: n * 60),
    step=st.just(60),
    count=st.integers(1, 3 * POINTS),
)


@given(GRIDS)
def test_chunks_are_aligned_and_cover_a_grid_once(grid: TimeGrid) -> None:
    """Each time of a grid is in one chunk, and all chunks but the last are whole."""
    found = list(chunks(grid))
    assert all(chunk.start % (POINTS * 60) == 0 for chunk in found)
    assert all(chunk.count == POINTS for chunk in found[:-1])
    times = np.concatenate([chunk.times for chunk in found])
    assert times[times >= grid.start].tolist() == grid.times.tolist()


@given(GRIDS.filter(lambda grid: grid.count > 1))
def test_halves_are_the_whole(grid: TimeGrid) -> None:
    """Both halves together have the times of the whole, in order."""
    first, second = halves(grid)
    assert [*first.times, *second.times] == grid.times.tolist()


@given(GRIDS)
def test_what_was_taken_apart_is_put_together(grid: TimeGrid) -> None:
    """The series of the chunks become the series of the grid; outside of it nothing is taken."""
    found = Assembly(grid, MemoryLimit())
    for chunk in chunks(grid):
        found.add(chunk, (RecordedSeries((("a", "b"),), chunk.times.astype(float)),))
    (one,) = found.series()
    assert one.values.tolist() == grid.times.tolist()


def test_memory_is_limited() -> None:
    """A series more than there is room for is refused, not read."""
    grid = TimeGrid(start=0, step=60, count=10)
    found = Assembly(grid, MemoryLimit(15))
    found.add(grid, (RecordedSeries((("n", "1"),), np.ones(10)),))
    with pytest.raises(IonmonError, match="values would be held at once; read fewer"):
        found.add(grid, (RecordedSeries((("n", "2"),), np.ones(10)),))
