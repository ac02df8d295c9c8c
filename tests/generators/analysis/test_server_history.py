"""A server is asked for no more points at once than it gives, and the parts are put together."""

import math
from dataclasses import dataclass, field

import numpy as np

from exporter.prometheus_api import Points, Prometheus, TimeSpan
from generators.analysis.server_history import ServerHistory
from generators.tuning.model import TimeGrid


@dataclass(slots=True)
class CountingServer(Prometheus):
    """Answers with the time as value; one series ends early, and another begins late."""

    url: str = "http://x"
    asked: list[TimeSpan] = field(default_factory=list)

    def range(self, expr: str, span: TimeSpan, step: float) -> list[Points]:
        """Return two series of the span."""
        self.asked.append(span)
        count = round(span.seconds / step) + 1
        times = tuple(span.start + step * n for n in range(count))
        own = "early" if len(self.asked) == 1 else "late"
        every = Points((("__name__", expr),), times, times)
        return [every, Points((("is", own),), times, (math.nan, *times[1:]))]


def test_a_long_window_is_read_in_parts() -> None:
    """Ten thousand points at a time, none twice; what a part does not have is NaN."""
    server = CountingServer()
    grid = TimeGrid(3_000_000, 300, 12_000)
    whole, early, late = ServerHistory(server).series("a:b:c", grid)
    assert [(s.start, s.end) for s in server.asked] == [
        (3_000_000, 3_000_000 + 9_999 * 300),
        (3_000_000 + 10_000 * 300, grid.end),
    ]
    assert np.array_equal(whole.values, grid.times)
    assert np.flatnonzero(~np.isnan(early.values)).tolist() == [*range(1, 10_000)]
    assert np.flatnonzero(~np.isnan(late.values)).tolist() == [*range(10_001, 12_000)]
