"""What all formats say of a dashboard's panel: its place in the grid's order, a series' figures."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generators.report.calculations import reduced
from generators.report.display import Field, Value
from generators.report.formatting import shown
from generators.report.model import DrawnBoard, DrawnPanel, DrawnRow, DrawnSeries, Heat
from generators.service_report.sparkline import sparkline

_LINE = 16  # characters
FIGURES = {"last": "lastNotNull", "min": "min", "max": "max"}  # ours, and Grafana's reducer


@dataclass(frozen=True, slots=True)
class SeriesFigure:
    """The last, lowest or highest value of a series, and as it is shown."""

    name: str
    value: Value
    text: str


def figures(series: DrawnSeries) -> tuple[SeriesFigure, ...]:
    """Return the last, lowest and highest value of a series; a text of a dash for none."""
    found = ((name, reduced(reducer, series.values)) for name, reducer in FIGURES.items())
    return tuple(
        SeriesFigure(name, value, "-" if value is None else shown(value, series.field).text)
        for name, value in found
    )


def drawn_values(values: Iterable[float | None], field: Field) -> str:
    """Return values over time as a line of heights; the highest value of each column is drawn."""
    found = [math.nan if value is None else value for value in values]
    return sparkline(found, _LINE, "up", lambda value: shown(value, field).text)


def in_order(board: DrawnBoard) -> Iterator[DrawnRow | DrawnPanel]:
    """Yield rows and panels as they are read: from above to below, from left to right."""
    found: list[DrawnRow | DrawnPanel] = [*board.rows, *board.panels]
    yield from sorted(found, key=lambda one: one.place)


def bucket_total(heat: Heat, at: int) -> float:
    """Return how much fell into a bucket of a heatmap over the whole time."""
    return sum(count for count in heat.buckets[at].counts if count is not None)
