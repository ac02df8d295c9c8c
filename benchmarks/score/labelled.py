"""Labelled series in the files of Microsoft's cloud-monitoring-dataset and of NAB."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from exporter.errors import IonmonError
from exporter.prometheus.api import TimeSpan
from generators.tuning.days import outside
from generators.tuning.model import TimeGrid, Values

WINDOWS = Path("labels", "combined_windows.json")
ZONE = ZoneInfo("UTC")
COLUMNS = 3  # of Microsoft's files; NAB's labels are in a file of their own
Windows = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A series whose incidents are known; a gap in it is NaN."""

    name: str
    grid: TimeGrid
    values: Values
    incidents: tuple[TimeSpan, ...]

    @property
    def clean(self) -> NDArray[np.bool_]:
        """Whether each time lies outside all incidents."""
        return outside(self.grid, self.incidents, lead=0, tail=0)

    def halves(self) -> tuple["Labelled", "Labelled"]:
        """Return the older half, to fit on, and the newer one, to score on."""
        middle = self.grid.count // 2
        return self._part(0, middle), self._part(middle, self.grid.count)

    def _part(self, first: int, stop: int) -> "Labelled":
        step = self.grid.step
        grid = TimeGrid(self.grid.start + first * step, step, stop - first)
        inside = tuple(i for i in self.incidents if i.start <= grid.end and i.end >= grid.start)
        return Labelled(name=self.name, grid=grid, values=self.values[first:stop], incidents=inside)


def sets(folder: Path) -> dict[str, list[Labelled]]:
    """Return the series below a folder by set. Raises IonmonError where there are none."""
    found = defaultdict(list)
    for name, series in sorted(_read(folder), key=lambda pair: (pair[0], pair[1].name)):
        found[name].append(series)
    if not found:
        raise IonmonError(f"{folder}: no series of cloud-monitoring-dataset or NAB is below it")
    return dict(found)


def _read(folder: Path) -> Iterator[tuple[str, Labelled]]:
    roots = {path.parents[1]: _windows(path) for path in folder.rglob(str(WINDOWS))}
    for path in folder.rglob("*.csv"):
        root = next((root for root in roots if root in path.parents), None)
        if root is None:
            yield re.sub(r"-\d+$", "", path.parent.name), _series(path, {})
        else:
            kind = "cpu and latency" if re.search("cpu|latency", path.name) else "traffic"
            yield f"NAB {kind}", _series(path, roots[root])


def _windows(path: Path) -> Windows:
    windows: Windows = json.loads(path.read_text(encoding="utf-8"))
    return windows


def _series(path: Path, windows: Windows) -> Labelled:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    times = np.array([_time(row[0]) for row in rows])
    step = int(np.median(np.diff(np.sort(times))))
    start = int(times.min() // step * step)
    places = ((times - start) // step).astype(np.intp)
    values = np.full(int(places.max()) + 1, np.nan)
    values[places] = [float(row[1] or "nan") for row in rows]  # of two at a time, the last
    return Labelled(
        name=path.stem,
        grid=TimeGrid(start, step, len(values)),
        values=values,
        incidents=_incidents(path, rows, windows, step),
    )


def _incidents(
    path: Path, rows: Sequence[Sequence[str]], windows: Windows, step: int
) -> tuple[TimeSpan, ...]:
    """Return NAB's windows, or Microsoft's labelled points joined where they are adjacent."""
    if len(rows[0]) < COLUMNS:
        key = f"{path.parent.name}/{path.name}"
        return tuple(TimeSpan(_time(first), _time(last)) for first, last in windows.get(key, ()))
    joined: list[TimeSpan] = []
    for at in sorted(_time(row[0]) // step * step for row in rows if row[2] == "1"):
        start = joined.pop().start if joined and at - joined[-1].end <= step else at
        joined.append(TimeSpan(start, at))
    return tuple(joined)


def _time(text: str) -> float:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
