"""History in a file, as another source of it: JSON, one series a line.

    {"format": "ionmon history", "version": 1}
    {"expression": "a:b:c", "start": 1700000000, "step": 60, "count": 3, "series": 1}
    {"labels": {"region": "us"}, "values": [0.25, null, "+Inf"]}

After the head, each expression has a line, and each of its series one. `start` and `step` are
seconds; null is a time without a value. A file whose name ends in .gz is compressed.
"""

import gzip
import json
import math
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from exporter.errors import IonmonError
from generators.tuning.chunks import Assembly, MemoryLimit
from generators.tuning.model import RecordedSeries, TimeGrid

FORMAT, VERSION = "ionmon history", 1
_LATEST = 253_402_300_800  # the year 10000, which no calendar here reaches
_INFINITE = {math.inf: "+Inf", -math.inf: "-Inf"}


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """The series of an expression, and the times that they have."""

    grid: TimeGrid
    series: tuple[RecordedSeries, ...]


class HistoryFile:
    """A HistorySource on a file."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises IonmonError where it is none, or is damaged."""
        self._path = path
        self.answers: Mapping[str, SavedAnswer] = _read(path)

    def series(self, expression: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        """Return the series of an expression; times that the file lacks have no values."""
        saved = self.answers.get(expression)
        if saved is None:
            raise IonmonError(f"{self._path}: has no {expression}; save the history anew")
        if saved.grid.step != grid.step or (saved.grid.start - grid.start) % grid.step:
            raise IonmonError(
                f"{self._path}: {expression}: its values are {saved.grid.step} s apart, and "
                f"{grid.step} s are needed; save the history anew"
            )
        found = Assembly(grid, MemoryLimit())
        found.add(saved.grid, saved.series)
        return found.series()


def save(path: Path, answers: Mapping[str, SavedAnswer]) -> None:
    """Write a file at once, or nothing. Raises IonmonError."""
    try:
        with _replacing(path) as out:
            _line(out, {"format": FORMAT, "version": VERSION})
            for expression, saved in answers.items():
                _line(out, _head(expression, saved))
                for one in saved.series:
                    values = [_written(value) for value in one.values.tolist()]
                    _line(out, {"labels": dict(one.labels), "values": values})
    except OSError as error:
        raise IonmonError(f"{path}: cannot be written: {error.strerror}") from error


def _head(expression: str, saved: SavedAnswer) -> dict[str, Any]:
    grid = saved.grid
    return {
        "expression": expression,
        "start": grid.start,
        "step": grid.step,
        "count": grid.count,
        "series": len(saved.series),
    }


def _line(out: IO[str], body: object) -> None:
    out.write(json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n")


def _written(value: float) -> float | str | None:
    return None if math.isnan(value) else _INFINITE.get(value, value)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    """Write beside a file, and put it in its place once it is whole."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        new = Path(folder) / path.name
        with _opened(new, "wt") as out:
            yield out
        new.replace(path)


def _opened(path: Path, mode: str) -> IO[Any]:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    return cast("IO[Any]", opened(path, mode, encoding="utf-8"))


def _read(path: Path) -> dict[str, SavedAnswer]:
    found: dict[str, SavedAnswer] = {}
    number = 0
    try:
        with _opened(path, "rt") as file:
            lines = enumerate(file, 1)
            number, head = next(lines, (1, "null"))
            _check(path, json.loads(head))
            for number, text in lines:  # noqa: B007 - the error names it
                head = json.loads(text)
                grid = _grid(head)
                rows = [json.loads(next(lines)[1]) for _ in range(head["series"])]
                found[head["expression"]] = SavedAnswer(grid, tuple(_series(r, grid) for r in rows))
    except (OSError, zlib.error) as error:
        text = getattr(error, "strerror", None) or error
        raise IonmonError(f"{path}: cannot be read: {text}") from error
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, EOFError) as error:
        text = f"{path}:{number}: is damaged: {error or 'its end is missing'}; save it anew"
        raise IonmonError(text) from error
    return found


def _check(path: Path, head: Any) -> None:  # noqa: ANN401 - JSON
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise IonmonError(f"{path}: is no history; `ionmon tune --save-history {path}` writes one")
    if head.get("version") != VERSION:
        raise IonmonError(
            f"{path}: is of version {head.get('version')}, and this program reads {VERSION}; "
            "save it anew"
        )


def _grid(head: Any) -> TimeGrid:  # noqa: ANN401 - JSON
    grid = TimeGrid(**{name: int(head[name]) for name in ("start", "step", "count")})
    if grid.step < 1 or grid.count < 0 or not 0 <= grid.start <= grid.end + grid.step <= _LATEST:
        raise ValueError(f"{grid.count} times from {grid.start} on, {grid.step} s apart, are none")
    return grid


def _series(row: Any, grid: TimeGrid) -> RecordedSeries:  # noqa: ANN401 - JSON
    labels: Mapping[Any, Any] = row["labels"]
    if not isinstance(row["values"], list) or not all(isinstance(v, str) for v in labels.values()):
        raise TypeError("a series has a list of values, and labels that are texts")
    values = np.array([math.nan if v is None else float(v) for v in row["values"]])
    if len(values) != grid.count:
        raise ValueError(f"a series has {len(values)} values instead of {grid.count}")
    return RecordedSeries(tuple(sorted(labels.items())), values)
