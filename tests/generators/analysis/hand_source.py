"""A source of history whose answers a test writes by hand, by a part of the query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from exporter.prometheus.api import Labels
from generators.tuning.model import RecordedSeries, TimeGrid, Values


@dataclass
class HandSource:
    """Answers a query with the series under the first key that it begins with; else none."""

    series_of: Mapping[str, Mapping[Labels, Sequence[float] | Values]]
    asked: list[tuple[str, TimeGrid]] = field(default_factory=list)

    def series(self, expression: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        """Return the newest values of each series, as many as the grid has; NaN before them."""
        self.asked.append((expression, grid))
        found = next((v for k, v in self.series_of.items() if expression.startswith(k)), {})
        return tuple(RecordedSeries(labels, _newest(v, grid.count)) for labels, v in found.items())


def _newest(values: Sequence[float] | Values, count: int) -> Values:
    found = np.full(count, np.nan)
    newest = np.asarray(values, dtype=np.float64)[-count:]
    found[count - len(newest) :] = newest
    return found
