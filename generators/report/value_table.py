"""What a chart shows as a table, for those who cannot see it and for what is read from it.

Where a chart has more points than a table should have rows, a row has the lowest and the highest of
its time.
"""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from exporter.prometheus.api import TimeSpan
from exporter.summary.wording import elapsed
from generators.report import time_axis
from generators.report.display import Field
from generators.report.formatting import shown
from generators.report.model import DrawnSeries, Heat, Lane
from generators.report.plot import ValueColumn, ValueTable
from generators.report.ribbons import spacing

_ROUND = (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
          2592000, 31536000)  # fmt: skip
_EXACT = 1e-6  # of a row: times are sums of steps
_ENDS = 1.01  # both ends of a span have a row
_UNIT = re.compile(r"(?<=\d)(%| [^\d ]+)$")
Values = Iterable[tuple[float, float | None]]
Write = Callable[[float], str]


def of_series(series: Sequence[DrawnSeries], span: TimeSpan, most: int) -> ValueTable:
    """Return the values of series, a column each."""
    step = min(spacing(one.times) for one in series)
    rows = _Rows(span, _length(span, step, most), step)
    columns = [
        ValueColumn(one.name, one.color, math.ceil(spacing(one.times) / rows.seconds / 2))
        for one in series
    ]
    cells = [
        rows.cells(zip(one.times, one.values, strict=True), partial(_text, field=one.field))
        for one in series
    ]
    return rows.table(columns, cells)


def of_heat(
    found: Heat, names: Sequence[str], write: Write, span: TimeSpan, most: int
) -> ValueTable:
    """Return the counts of buckets, a column each."""
    step = spacing(found.times)
    rows = _Rows(span, _length(span, step, most), step)
    cells = [rows.cells(zip(found.times, one.counts, strict=True), write) for one in found.buckets]
    return rows.table([ValueColumn(name) for name in names], cells)


def of_lanes(lanes: Iterable[Lane], span: TimeSpan) -> ValueTable:
    """Return the states of lanes, a row each, in the order in which they are drawn."""
    pattern = time_axis.clock(span)
    rows = tuple(
        (time_axis.written(e.start, pattern), time_axis.written(e.end, pattern), lane.name, e.text)
        for lane in lanes
        for e in lane.episodes
    )
    return ValueTable(columns=tuple(map(ValueColumn, ("Until", "Of", "State"))), rows=rows)


def _text(value: float, field: Field) -> str:
    return shown(value, field).text


def _length(span: TimeSpan, step: float, most: int) -> float:
    """Return the seconds of a row: a step, or a round time of at least as many as are needed."""
    if span.seconds / step <= most + _ENDS:
        return step
    return next((float(n) for n in _ROUND if span.seconds / n <= most), float(_ROUND[-1]))


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of one length, for points that are `step` seconds apart."""

    span: TimeSpan
    seconds: float
    step: float

    def cells(self, values: Values, write: Write) -> dict[int, str]:
        """Return the text of each row that has any value: its lowest, and its highest."""
        found: dict[int, list[float]] = {}
        for time, value in values:
            if value is not None and math.isfinite(value):
                found.setdefault(math.floor(time / self.seconds + _EXACT), []).append(value)
        return {at: _range(write(min(own)), write(max(own))) for at, own in found.items()}

    def table(self, columns: Sequence[ValueColumn], cells: Sequence[dict[int, str]]) -> ValueTable:
        """Return the rows from the first to the last that has any value."""
        filled = {at for column in cells for at in column}
        first, last = min(filled, default=0), max(filled, default=-1)
        pattern = time_axis.clock(self.span)
        middle = (self.seconds - self.step) / 2
        texts = (
            (time_axis.written(at * self.seconds, pattern), *(own.get(at, "") for own in cells))
            for at in range(first, last + 1)
        )
        return ValueTable(
            columns=tuple(columns),
            rows=tuple(texts),
            first=100 * (first * self.seconds + middle - self.span.start) / self.span.seconds,
            each=100 * self.seconds / self.span.seconds,
            note=""
            if self.seconds <= self.step
            else f"A row is {elapsed(self.seconds)} long: its lowest value, and its highest.",
        )


def _range(low: str, high: str) -> str:
    """Return two values as a range, with their unit once: 36 to 41 ms."""
    if low == high:
        return low
    found = _UNIT.search(low)
    unit = found[0] if found else ""
    return f"{low.removesuffix(unit) if high.endswith(unit) else low} to {high}"
