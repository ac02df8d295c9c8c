"""Incidents from windows in which an objective burnt: on day one nobody has a file of incidents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np

from exporter.prometheus.api import Labels
from generators.policy import EVALUATION
from generators.rules.budgets import budget_of
from generators.tuning.budget_conditions import BurnSeries, place_values
from generators.tuning.compared import Answers
from generators.tuning.incidents import NEAR, Incident, IncidentOrigin
from generators.tuning.model import TimeGrid
from generators.tuning.replay import Stretch, runs
from generators.tuning.sample_windows import Flags


@dataclass(frozen=True, slots=True)
class Burnt:
    """When an objective burnt at a place.

    surely  a pair of windows burns too fast, with enough bad events
    fast    a short window burns as fast: it shows when that began, and when it was over
    """

    place: Labels
    surely: Flags
    fast: Flags


def burnt(series: BurnSeries, answers: Answers, grid: TimeGrid) -> Iterator[Burnt]:
    """Yield when the objective of an alert burnt, place by place."""
    for place, values in place_values(series.of_places, series.judged, answers, grid):
        surely = reduce(or_, (pair.holds(values) for pair in series.pairs))
        fast = reduce(or_, (values[pair.short] > pair.rate for pair in series.pairs))
        yield Burnt(place, surely, np.asarray(fast))


def burnt_incidents(
    every: Iterable[BurnSeries], answers: Answers, grid: TimeGrid
) -> tuple[Incident, ...]:
    """Return an incident for each time in which an objective burnt; at its end, it may go on."""
    return tuple(
        Incident(
            id=f"{signal}-{_named(found.place)}-{_time(run.start, grid)}",
            start=float(_time(run.start, grid)),
            end=None if run.end is None else float(_time(run.end, grid)),
            labels=found.place,
            severity=series.row.severity,
            origin=IncidentOrigin.OBJECTIVE,
            signals=frozenset({signal}),
        )
        for series in every
        for signal in (budget_of(series.row.objective).signal,)
        for found in burnt(series, answers, grid)
        for run in _times(found)
    )


def _times(found: Burnt) -> Iterator[Stretch]:
    """Yield when a short window burnt, where a pair of windows says that it mattered."""
    for run in runs(_bridged(found.fast)):
        if found.surely[run.start : run.end].any():
            yield run


def _bridged(flags: Flags) -> Flags:
    """Return flags that are true for short pauses between true ones, too."""
    bridged = flags.copy()
    for pause in runs(~flags):
        inside = pause.start > 0 and pause.end is not None
        if inside and pause.end is not None and pause.end - pause.start <= NEAR // EVALUATION:
            bridged[pause.start : pause.end] = True
    return bridged


def _time(at: int, grid: TimeGrid) -> int:
    return grid.start + grid.step * at


def _named(place: Labels) -> str:
    return "-".join(value for _, value in place)
