"""Times without data: an incident in one of them could not have been caught."""

from collections.abc import Iterable

import numpy as np

from exporter.prometheus.api import TimeSpan
from generators.policy import MINUTE
from generators.tuning.compared import PlaceSeries
from generators.tuning.model import TimeGrid
from generators.tuning.replay import runs
from generators.tuning.sample_windows import Flags

SHORTEST = 5 * MINUTE  # seconds; a shorter one hides no incident


def data_gaps(places: Iterable[PlaceSeries], grid: TimeGrid) -> tuple[TimeSpan, ...]:
    """Return the times in which no place of an alert has a value, or all data is away."""
    known = np.zeros(grid.count, dtype=bool)
    for place in places:
        known |= _known(place) & ~place.away
    found = ((run.start, grid.count if run.end is None else run.end) for run in runs(~known))
    return tuple(
        TimeSpan(grid.start + grid.step * start, grid.start + grid.step * end)
        for start, end in found
        if (end - start) * grid.step >= SHORTEST
    )


def _known(place: PlaceSeries) -> Flags:
    """Return when a place has a value, of whatever window."""
    some = () if place.some is None else (place.some,)
    values = (place.value, *place.wider, *some)
    return np.asarray(np.any([~np.isnan(each) for each in values], axis=0))
