"""Recorded series on a grid of times, as arrays: what tuning computes with."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from exporter.prometheus.api import Labels

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TimeGrid:
    """Evenly spaced times: `count` of them, `step` seconds apart; `start` is a whole step."""

    start: int
    step: int
    count: int

    @property
    def end(self) -> int:
        """The last time, Unix seconds."""
        return self.start + (self.count - 1) * self.step

    @property
    def times(self) -> NDArray[np.int64]:
        """Every time, Unix seconds."""
        return self.start + self.step * np.arange(self.count, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class RecordedSeries:
    """A series on a grid.

    values  as an instant query would bring them at each time; NaN where it brings none
    """

    labels: Labels
    values: Values


class HistorySource(Protocol):
    """Where history is read from: a Prometheus server, or a file."""

    def series(self, expression: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        """Return the series of a PromQL expression. Raises IonmonError where it cannot be read."""
