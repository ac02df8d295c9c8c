"""Times in chunks that a server answers at once, and what it answered put together again."""

from collections.abc import Iterator

import numpy as np

from exporter.errors import IonmonError
from exporter.prometheus.api import Labels
from generators.tuning.model import RecordedSeries, TimeGrid, Values

POINTS = 5760  # of a chunk, four days of minutes; servers refuse more than 11,000
MOST_VALUES = 50_000_000  # 400 MB


def chunks(grid: TimeGrid) -> Iterator[TimeGrid]:
    """Yield the chunks of a grid. They begin at whole multiples of their length.

    So two reads share their chunks, whenever they begin. The first may begin before the grid does;
    the last ends with the grid.
    """
    length = POINTS * grid.step
    for start in range(grid.start // length * length, grid.end + 1, length):
        count = min(POINTS, (grid.end - start) // grid.step + 1)
        yield TimeGrid(start=start, step=grid.step, count=count)


def halves(grid: TimeGrid) -> tuple[TimeGrid, TimeGrid]:
    """Return both halves of a grid of at least two times."""
    count = grid.count // 2
    second = grid.start + count * grid.step
    return (
        TimeGrid(start=grid.start, step=grid.step, count=count),
        TimeGrid(start=second, step=grid.step, count=grid.count - count),
    )


class MemoryLimit:
    """How many values of a read may still be held; several threads may not use one."""

    def __init__(self, values: int = MOST_VALUES) -> None:
        self._left = values

    def take(self, grid: TimeGrid) -> None:
        """Count a series. Raises IonmonError where there is no room for it."""
        self._left -= grid.count
        if self._left < 0:
            raise IonmonError(
                f"more than {MOST_VALUES:,} values would be held at once; read fewer series, or a "
                "shorter time"
            )


class Assembly:
    """Series of a grid that are put together from those of its chunks."""

    def __init__(self, grid: TimeGrid, limit: MemoryLimit) -> None:
        self._grid, self._limit = grid, limit
        self._found: dict[Labels, Values] = {}

    def add(self, chunk: TimeGrid, found: tuple[RecordedSeries, ...]) -> None:
        """Add what a chunk has; what lies outside the grid is left out."""
        offset = (chunk.start - self._grid.start) // self._grid.step
        first, last = max(0, -offset), min(chunk.count, self._grid.count - offset)
        for one in found:
            part = one.values[first:last]
            if not np.isnan(part).all():
                self._values(one.labels)[offset + first : offset + last] = part

    def _values(self, labels: Labels) -> Values:
        values = self._found.get(labels)
        if values is None:
            self._limit.take(self._grid)
            values = self._found[labels] = np.full(self._grid.count, np.nan)
        return values

    def series(self) -> tuple[RecordedSeries, ...]:
        """Return all series, by their labels."""
        return tuple(RecordedSeries(labels, self._found[labels]) for labels in sorted(self._found))
