"""Frames: what queries return as columns, named as Grafana names them."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from exporter.prometheus.api import Points
from generators.report.board_file import FileTarget
from generators.report.display import Value
from generators.report.model import DrawnSeries, Labels

TIME, NUMBER, STRING = "time", "number", "string"
TABLE, HEATMAP = "table", "heatmap"
_LAST = {TABLE: 1, HEATMAP: 2}
_BOUND = "le"
_LEGEND = re.compile(r"\{\{\s*(.+?)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A column of a frame; a cell may hold a whole series, as a sparkline does."""

    name: str
    kind: str
    values: tuple[Value | DrawnSeries, ...]
    labels: Labels = ()
    plain: str = ""

    @property
    def source(self) -> str:
        """Return the name by which Grafana's transformations know it."""
        return self.plain or self.name


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns of one length."""

    ref: str
    columns: tuple[Vector, ...]

    @property
    def length(self) -> int:
        """Return the count of rows."""
        return len(self.columns[0].values) if self.columns else 0

    def column(self, name: str) -> Vector | None:
        """Return a column by its name."""
        return next((c for c in self.columns if name in {c.name, c.source}), None)

    def rows(self) -> list[dict[str, Value | DrawnSeries]]:
        """Return the rows, each by the names of its columns."""
        names = [column.name for column in self.columns]
        cells = zip(*(column.values for column in self.columns), strict=True)
        return [dict(zip(names, row, strict=True)) for row in cells]


def answered(found: Sequence[tuple[FileTarget, list[Points]]]) -> list[Frame]:
    """Return the answers of a panel as frames: a source's together, its tables after its lines.

    Each data source names by its own queries alone.
    """
    by_source: dict[str, list[tuple[FileTarget, list[Points]]]] = {}
    for target, points in found:
        by_source.setdefault(target.data, []).append((target, points))
    return [frame for one in by_source.values() for frame in _of_source(one)]


def _of_source(found: Sequence[tuple[FileTarget, list[Points]]]) -> Iterator[Frame]:
    alone = len({target.ref for target, _ in found if target.format == TABLE}) == 1
    for target, points in sorted(found, key=lambda one: _LAST.get(one[0].format, 0)):
        yield from frames(target, points, alone=alone)


def frames(target: FileTarget, found: list[Points], *, alone: bool) -> list[Frame]:
    """Return an answer as frames: one a series, for a table one in all, one a histogram.

    `alone` says that the source has no other table, which is why its figures are `Value`.
    """
    if target.format == TABLE:
        return [_table(target, found, alone=alone)]
    names = legends(target, [one.labels for one in found])
    if target.format == HEATMAP:
        return _histograms(target, list(zip(names, found, strict=True)))
    return [
        Frame(
            target.ref,
            (
                Vector(name="Time", kind=TIME, values=one.times),
                Vector(
                    name=name,
                    kind=NUMBER,
                    values=tuple(map(_value, one.values)),
                    labels=one.labels,
                    plain=dict(one.labels).get("__name__", "Value"),
                ),
            ),
        )
        for name, one in zip(names, found, strict=True)
    ] or [Frame(target.ref, ())]


def _histograms(target: FileTarget, found: list[tuple[str, Points]]) -> list[Frame]:
    """Return a frame for each histogram: its buckets in rising order, each with its own alone."""
    groups: dict[Labels, list[tuple[str, Points]]] = {}
    for name, one in found:
        own = tuple(pair for pair in one.labels if pair[0] != _BOUND)
        groups.setdefault(own, []).append((name, one))
    return [_histogram(target, group) for group in groups.values()]


def _histogram(target: FileTarget, group: list[tuple[str, Points]]) -> Frame:
    ordered = sorted(group, key=lambda one: bound(one[0]))
    rows = _apart([[_value(number) for number in one.values] for _, one in ordered])
    buckets = (
        Vector(name=name, kind=NUMBER, values=tuple(row), labels=one.labels)
        for (name, one), row in zip(ordered, rows, strict=True)
    )
    return Frame(target.ref, (Vector(name="Time", kind=TIME, values=ordered[0][1].times), *buckets))


def bound(text: str) -> float:
    """Return the upper bound of a bucket, from its name."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def _apart(rows: list[list[float | None]]) -> list[list[float | None]]:
    """Return what fell into each bucket alone, from counts that include the buckets below."""
    apart, below = list[list[float | None]](), [0.0] * len(rows[0])
    for row in rows:
        apart.append(
            [None if v is None else max(0.0, v - b) for v, b in zip(row, below, strict=True)]
        )
        below = [b if v is None else v for v, b in zip(row, below, strict=True)]
    return apart


def _value(number: float) -> float | None:
    return None if math.isnan(number) else number


def _table(target: FileTarget, found: list[Points], *, alone: bool) -> Frame:
    """Return a table's frame; without rows it has no columns, unless others stand beside it."""
    if alone and not found:
        return Frame(target.ref, ())
    rows = [
        (time, dict(one.labels), value)
        for one in found
        for time, value in zip(one.times, one.values, strict=True)
    ]
    rows.sort(key=lambda row: row[0])
    names: dict[str, None] = {name: None for one in found for name in sorted(dict(one.labels))}
    labels = tuple(
        Vector(name=name, kind=STRING, values=tuple(row[1].get(name, "") for row in rows))
        for name in names
    )
    return Frame(
        target.ref,
        (
            Vector(name="Time", kind=TIME, values=tuple(row[0] for row in rows)),
            *labels,
            Vector(
                name="Value" if alone else f"Value #{target.ref}",
                kind=NUMBER,
                values=tuple(row[2] for row in rows),
            ),
        ),
    )


def legends(target: FileTarget, labels: list[Labels]) -> list[str]:
    """Return the name of each series of an answer."""
    if target.legend == "__auto":
        return _automatic(target, labels)
    if target.legend:
        return [templated(target.legend, one) for one in labels]
    return [_selector(one) or target.expr for one in labels]


def templated(template: str, labels: Labels) -> str:
    """Return a legend with `{{label}}` filled in; what a series lacks is left empty."""
    known = dict(labels)
    return _LEGEND.sub(lambda found: known.get(found[1], ""), template)


def _selector(labels: Labels) -> str:
    known = dict(labels)
    metric = known.pop("__name__", "")
    inside = ", ".join(f'{name}="{value}"' for name, value in known.items())
    return f"{metric}{{{inside}}}" if inside else metric


def _automatic(target: FileTarget, labels: list[Labels]) -> list[str]:
    """Return the values of the one label that differs, else whole selectors."""
    names = sorted({name for one in labels for name, _ in one})
    differing = [name for name in names if len({dict(one).get(name) for one in labels}) > 1]
    if len(differing) == 1:
        return [dict(one).get(differing[0], "") for one in labels]
    return [_selector(one) or target.expr for one in labels]


def renamed(column: Vector, name: str) -> Vector:
    """Return a column under another name."""
    return replace(column, name=name, plain=name)
