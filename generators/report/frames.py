"""Frames: what queries return as columns, named as Grafana names them."""

import math
import re
from dataclasses import dataclass, replace

from generators.report.board_file import FileTarget
from generators.report.display import Value
from generators.report.model import DrawnSeries, Labels
from generators.report.prometheus_api import Points

TIME, NUMBER, STRING = "time", "number", "string"
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


def frames(target: FileTarget, found: list[Points], *, alone: bool) -> list[Frame]:
    """Return an answer as frames: one a series, or for a table one in all.

    `alone` says that the panel has no other query, which is why a table's figures are `Value`.
    """
    if target.format == "table":
        return [_table(target, found, alone=alone)] if found else []
    names = legends(target, [one.labels for one in found])
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
                    plain="Value",
                ),
            ),
        )
        for name, one in zip(names, found, strict=True)
    ]


def _value(number: float) -> float | None:
    return None if math.isnan(number) else number


def _table(target: FileTarget, found: list[Points], *, alone: bool) -> Frame:
    rows = [
        (time, dict(one.labels), value)
        for one in found
        for time, value in zip(one.times, one.values, strict=True)
    ]
    names = sorted({name for _, labels, _ in rows for name in labels})
    labels = tuple(
        Vector(name=name, kind=STRING, values=tuple(row[1].get(name, "") for row in rows))
        for name in names
    )
    value = "Value" if alone else f"Value #{target.ref}"
    return Frame(
        target.ref,
        (
            Vector(name="Time", kind=TIME, values=tuple(row[0] for row in rows)),
            *labels,
            Vector(name=value, kind=NUMBER, values=tuple(_value(row[2]) for row in rows)),
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
