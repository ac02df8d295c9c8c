"""History from a Prometheus, read in parts that a server answers."""

from collections.abc import Iterator

import numpy as np

from exporter.prometheus_api import Labels, Prometheus, TimeSpan
from generators.tuning.model import RecordedSeries, TimeGrid, Values

_MOST_POINTS = 10_000  # of a series in one answer; Prometheus gives 11,000


class ServerHistory:
    """The history that a server has."""

    def __init__(self, server: Prometheus) -> None:
        self._server = server

    def series(self, expression: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        """Return the series of an expression. Raises IonmonError where it cannot be read."""
        found: dict[Labels, Values] = {}
        for first, count in _parts(grid.count):
            start = grid.start + first * grid.step
            span = TimeSpan(start, start + (count - 1) * grid.step)
            for one in self._server.range(expression, span, grid.step):
                values = found.setdefault(one.labels, np.full(grid.count, np.nan))
                values[first : first + count] = one.values
        return tuple(RecordedSeries(labels, values) for labels, values in sorted(found.items()))


def _parts(count: int) -> Iterator[tuple[int, int]]:
    """Yield where each part begins, and how many times it has."""
    for first in range(0, count, _MOST_POINTS):
        yield first, min(_MOST_POINTS, count - first)
