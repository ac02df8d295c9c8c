"""Whether a replay says what Prometheus did: its firings beside those that ALERTS has recorded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from exporter.catalog.expression import Matcher
from exporter.prometheus.api import Labels
from generators.policy import EVALUATION, HOUR
from generators.selectors import selector
from generators.tuning.compared import by_place
from generators.tuning.model import RecordedSeries, TimeGrid
from generators.tuning.replay import Firing, runs
from generators.tuning.sample_windows import Flags

NEAR = 2 * EVALUATION  # seconds by which the two may differ: groups are evaluated at other times
# In the first hour of history windows are not full yet.
_FULL = HOUR


def recorded(alert: str) -> str:
    """Return the query of what an alert's firings were."""
    name, firing = Matcher("alertname", (alert,)), Matcher("alertstate", ("firing",))
    return selector("ALERTS", (name, firing))


@dataclass(frozen=True, slots=True)
class Agreement:
    """How many firings both have, and how many only one of them."""

    both: int
    only_replayed: int
    only_recorded: int

    @property
    def share(self) -> float | None:
        """The share of firings that both have; None where there are none."""
        every = self.both + self.only_replayed + self.only_recorded
        return self.both / every if every else None


def recorded_firings(
    series: Iterable[RecordedSeries], by: tuple[str, ...], evaluated: Flags, grid: TimeGrid
) -> tuple[Firing, ...]:
    """Return when an alert fired by its recorded series; while nothing is evaluated, it goes on."""
    return tuple(
        Firing(
            labels=place,
            began=grid.start + grid.step * run.start,
            ended=None if run.end is None else grid.start + grid.step * run.end,
        )
        for place, values in by_place(series, by).items()
        for run in runs(_held(~np.isnan(values), evaluated))
    )


def _held(fires: Flags, evaluated: Flags) -> Flags:
    """Return flags that keep, where nothing was evaluated, what they were before."""
    at = np.arange(fires.size)
    last = np.maximum.accumulate(np.where(evaluated | fires, at, 0))
    return np.asarray(fires[last])


def agreement(
    replayed: Iterable[Firing], found: Iterable[Firing], by: tuple[str, ...], grid: TimeGrid
) -> Agreement:
    """Return how alike two lists of firings are, by the places' labels and by their beginnings."""
    ours, theirs = _beginnings(replayed, by, grid), _beginnings(found, by, grid)
    both = sum(_matched(ours[place], theirs[place]) for place in ours.keys() & theirs.keys())
    return Agreement(
        both,
        sum(map(len, ours.values())) - both,
        sum(map(len, theirs.values())) - both,
    )


def _beginnings(
    firings: Iterable[Firing], by: tuple[str, ...], grid: TimeGrid
) -> dict[Labels, list[int]]:
    places: dict[Labels, list[int]] = defaultdict(list)
    for one in firings:
        if one.began >= grid.start + _FULL:
            place = tuple(pair for pair in one.labels if pair[0] in by)
            places[place].append(one.began)
    return places


def _matched(ours: Iterable[int], theirs: Iterable[int]) -> int:
    return sum(1 for _ in _pairs(sorted(ours), sorted(theirs)))


def _pairs(ours: list[int], theirs: list[int]) -> Iterator[tuple[int, int]]:
    """Yield what is near enough, each once, the earliest first."""
    waiting = iter(theirs)
    other = next(waiting, None)
    for one in ours:
        while other is not None and other < one - NEAR:
            other = next(waiting, None)
        if other is not None and other <= one + NEAR:
            yield one, other
            other = next(waiting, None)
