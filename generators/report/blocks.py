"""Charts of cells over time: heatmaps and state timelines."""

import math
from collections.abc import Iterator, Sequence

from exporter.prometheus.api import TimeSpan
from generators.report import time_axis, units, value_table
from generators.report.charts import CHARACTER, ROOM
from generators.report.colors import SHADES
from generators.report.detail import ChartDetail
from generators.report.model import DrawnPanel, Heat
from generators.report.plot import AxisMark, DrawnBlock, DrawnPath, Plot
from generators.report.ribbons import spacing
from generators.report.thinning import TimeColumns, columns
from generators.report.wording import of_heat, of_states

_CELL = 0.94  # of a row's height
_MOST = SHADES - 1
_GAP = 0.06  # of a cell's width
_UNIT, _WIDE = 60, 10  # pixels of a column of the grid, and of a cell that has a gap to the next
_ROW = 30  # pixels of a bucket's text
_LANE = 0.8  # of a lane's height
_WIDEST = 260  # pixels of the lanes' names
_SCALE = (0.0, 0.25, 1.0)  # of the greatest count; colours follow the root


def heat(panel: DrawnPanel, found: Heat, span: TimeSpan, pixels: float, fine: ChartDetail) -> Plot:
    """Return the chart of a heatmap: buckets from below to above, the more the brighter."""
    box = columns(span, spacing(found.times), fine.columns)
    names = [_bound(bucket.bound, found) for bucket in found.buckets]
    highest = max((c for b in found.buckets for c in b.counts if c is not None), default=0.0)
    return Plot(
        kind=panel.kind,
        start=box.start + 0.5,  # a cell lies around its time
        wide=box.wide,
        high=2 * len(names),
        left=CHARACTER * max(map(len, names)) + ROOM,
        right=18,
        foot=52,
        times=time_axis.marks(span),
        values=tuple(_names(names, pixels)),
        paths=tuple(_cells(found, box, highest, apart=panel.grid.w * _UNIT > _WIDE * box.wide)),
        scale=tuple(AxisMark(100 * math.sqrt(n), _count(n * highest)) for n in _SCALE),
        scheme=found.scheme,
        about=of_heat(panel, names, span),
        table=value_table.of_heat(found, names, _count, span, fine.rows),
    )


def _names(names: Sequence[str], pixels: float) -> Iterator[AxisMark]:
    every = max(1, math.ceil(len(names) / max(3, pixels / _ROW)))
    for at in range(0, len(names), every):
        yield AxisMark(100 * (1 - (at + 0.5) / len(names)), names[at])


def _cells(found: Heat, box: TimeColumns, highest: float, *, apart: bool) -> Iterator[DrawnPath]:
    """Yield a path for each colour: a stroke for each cell, or for those that touch."""
    shades: dict[int, list[str]] = {}
    for at, bucket in enumerate(found.buckets):
        y = 2 * (len(found.buckets) - at) - 1
        counts = _fullest(found.times, bucket.counts, box)
        colors = {x: round(math.sqrt(n / (highest or 1.0)) * _MOST) for x, n in counts.items()}
        for x, many in ((x, 1) for x in colors) if apart else _runs(colors):
            shades.setdefault(colors[x], []).append(f"M{x} {y}h{many - _GAP * apart:g}")
    for shade, cells in sorted(shades.items()):
        color = f"{found.scheme}-{shade}"
        yield DrawnPath(kind="cell", path="".join(cells), color=color, width=2 * _CELL)


def _runs(colors: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the first column of each run of one colour, and how many there are."""
    ordered = sorted(colors)
    starts = [x for x in ordered if colors.get(x - 1) != colors[x]]
    for start in starts:
        end = start
        while colors.get(end) == colors[start]:
            end += 1
        yield start, end - start


def _fullest(
    times: Sequence[float], counts: Sequence[float | None], box: TimeColumns
) -> dict[int, float]:
    """Return the greatest count of each column."""
    found: dict[int, float] = {}
    for time, count in zip(times, counts, strict=True):
        if count is not None and math.isfinite(count):
            column = box.of(time)
            found[column] = max(found.get(column, 0.0), count)
    return found


def _bound(text: str, found: Heat) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    return "∞" if math.isinf(number) else units.text(number, found.field.unit, found.field.decimals)


def _count(value: float) -> str:
    return units.text(value, "short", 0 if value >= 1 or not value else 2)


def states(panel: DrawnPanel, span: TimeSpan) -> Plot:
    """Return the chart of a state timeline: a lane for each series, the first above."""
    lanes = panel.lanes
    return Plot(
        kind=panel.kind,
        start=0,
        wide=100,
        high=100,
        left=min(_WIDEST, CHARACTER * max(len(lane.name) for lane in lanes) + ROOM),
        right=18,
        foot=24,
        times=time_axis.marks(span),
        values=tuple(
            AxisMark(100 * (at + 0.5) / len(lanes), lane.name) for at, lane in enumerate(lanes)
        ),
        blocks=tuple(_blocks(panel, span)),
        about=of_states(panel, span),
        table=value_table.of_lanes(lanes, span),
    )


def _blocks(panel: DrawnPanel, span: TimeSpan) -> Iterator[DrawnBlock]:
    each = 100 / len(panel.lanes)
    for at, lane in enumerate(panel.lanes):
        for episode in lane.episodes:
            start, end = (
                min(100.0, max(0.0, 100 * (time - span.start) / span.seconds))
                for time in (episode.start, episode.end)
            )
            yield DrawnBlock(
                x=start,
                y=each * (at + (1 - _LANE) / 2),
                wide=end - start,
                high=each * _LANE,
                color=episode.color,
                text="" if panel.look.show_value == "never" else episode.text,
            )
