"""How near an alert came to an incident that it missed: in its value, and in time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np

from exporter.prometheus.api import Labels
from generators.tuning.firing_values import NEVER, FiringValues
from generators.tuning.incidents import Incident
from generators.tuning.model import TimeGrid
from generators.tuning.replay import Delays, runs
from generators.tuning.sample_windows import lowest
from generators.tuning.verdicts import LEAD


@dataclass(frozen=True, slots=True)
class NearestMiss:
    """The place that came nearest.

    level    a threshold short of this would have fired: the signal's value, not negated
    seconds  by how much `for` would have to be shorter, with the threshold as it is; None where no
             evaluation was beyond it
    """

    place: Labels
    level: float
    seconds: float | None


def nearest_miss(
    incident: Incident,
    values: Mapping[Labels, FiringValues],
    threshold: float,
    delays: Delays,
    grid: TimeGrid,
) -> NearestMiss | None:
    """Return what came nearest to firing in an incident; None where nothing could have fired."""
    found = [*_misses(incident, values, threshold, delays, grid)]
    return max(found, key=lambda each: each[0])[1] if found else None


def _misses(
    incident: Incident,
    values: Mapping[Labels, FiringValues],
    threshold: float,
    delays: Delays,
    grid: TimeGrid,
) -> Iterator[tuple[float, NearestMiss]]:
    when = _evaluations(incident, grid)
    for place, each in values.items():
        begins = each.begins[when]
        if not incident.is_at(place) or begins.size <= delays.before:
            continue
        level = float(np.max(lowest(begins, delays.before + 1)[delays.before :]))
        if level > NEVER:
            longest = _longest(begins > each.of(threshold))
            short = (delays.before + 1 - longest) * grid.step if longest else None
            yield level, NearestMiss(place, each.of(level), short)


def _evaluations(incident: Incident, grid: TimeGrid) -> slice:
    first = max(0, ceil((incident.start - LEAD - grid.start) / grid.step))
    last = min(grid.end, incident.until)
    return slice(first, max(first, int((last - grid.start) // grid.step) + 1))


def _longest(flags: Iterable[bool]) -> int:
    found = np.fromiter(flags, dtype=bool)
    return max(
        ((found.size if run.end is None else run.end) - run.start for run in runs(found)), default=0
    )
