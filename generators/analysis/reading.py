"""Reads series for an analysis: as the rules recorded them, else worked out from what they read."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from exporter.errors import IonmonError
from exporter.prometheus.api import Labels
from generators.analysis.chosen_places import REGION, ChosenPlaces
from generators.analysis.model import NotKnown
from generators.selectors import by_clause
from generators.tuning.model import HistorySource, TimeGrid, Values

Flags = NDArray[np.bool_]


class SeriesReader:
    """Reads chosen places of a source; `shown` is called before each read, with what is read."""

    def __init__(
        self,
        source: HistorySource,
        places: ChosenPlaces,
        shown: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.places = places
        self._source, self._shown = source, shown
        self._met: dict[str, set[str]] = defaultdict(set)

    def read(self, expression: str, grid: TimeGrid, what: str) -> dict[Labels, Values]:
        """Return the values by place. Raises IonmonError."""
        self._shown(what)
        found = {}
        for one in self._source.series(expression, grid):
            place = tuple((n, v) for n, v in one.labels if n != "__name__")
            for label, value in place:
                self._met[label].add(value)
            if self.places.takes(place):
                found[place] = one.values
        return found

    def check_names(self) -> None:
        """Raise IonmonError for a service or region that nothing that was read is of."""
        places = self.places
        own = {label: set(values) for label, values in places.values.items()}
        region = own.pop(REGION, set())
        self._check("region", places.region, {REGION: region} if region else {})
        self._check("service", places.service, own)

    def _check(self, flag: str, name: str, values: Mapping[str, set[str]]) -> None:
        if name and not any(self._met[label] & values[label] for label in values):
            known = sorted(self._met["service_name" if flag == "service" else flag])
            raise IonmonError(
                f"--{flag} {name}: nothing in this window is of it; there is "
                f"{', '.join(known) or 'nothing of any'}"
            )


def recorded_or(record: str, expression: str, by: tuple[str, ...]) -> str:
    """Return the query of what a rule recorded, and where it did not, of what it would have."""
    return f"max{by_clause(by)} ({record} or ({expression}))"


def stretches(flags: Flags) -> Iterator[tuple[int, int]]:
    """Yield where runs of true values begin, and where they are over."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False]))))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def seconds_of(flags: Flags, grid: TimeGrid) -> int:
    """Return for how long flags of a grid are true."""
    return min(int(flags.sum()) * grid.step, grid.end - grid.start)


def nothing_of(subject: str, by: tuple[str, ...], reader: SeriesReader, grid: TimeGrid) -> NotKnown:
    """Return what is not known where no series was found at all."""
    return NotKnown(subject, (), grid.end - grid.start, reader.places.why_none(by))


def before(grid: TimeGrid, seconds: int) -> TimeGrid:
    """Return a grid that begins earlier and ends alike."""
    more = -(-seconds // grid.step)
    return TimeGrid(grid.start - more * grid.step, grid.step, grid.count + more)
