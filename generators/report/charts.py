"""Charts of lines, areas, bars and points over time."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exporter.prometheus.api import TimeSpan
from generators.report import paths, time_axis, value_table
from generators.report.axes import Axis, axis
from generators.report.detail import ChartDetail
from generators.report.model import DrawnPanel, DrawnSeries
from generators.report.plot import AxisMark, DrawnPath, Plot
from generators.report.ribbons import Ribbon, ribbons, spacing
from generators.report.thinning import TimeColumns, columns, peaks, thinned
from generators.report.wording import of_lines

HIGH = 480  # units of the box
CHARACTER, ROOM = 6.4, 16  # pixels beside an axis: of a character, and around a text
_TITLE = 18  # pixels of an axis' title
_BAR = 0.85  # of the time between two
_SHARES = (0, 25, 50, 75, 100)


def lines(panel: DrawnPanel, span: TimeSpan, pixels: float, fine: ChartDetail) -> Plot:
    """Return the chart of a timeseries, so many pixels high."""
    box = columns(span, min(spacing(one.times) for one in panel.series), fine.columns)
    scales = _scales(panel.series, pixels)
    drawn = [path for scale in scales for path in _drawn(scale, box)]
    right = [scale.axis.widest for scale in scales[1:]]
    first = scales[0].axis
    marks = time_axis.marks(span)
    return Plot(
        kind=panel.kind,
        start=box.start,
        wide=box.wide,
        high=HIGH,
        left=4 if first.hidden else _margin(first),
        right=CHARACTER * max(right) + ROOM if right else 18,
        foot=24,
        times=marks,
        values=_marks(scales[0]),
        values_right=tuple(mark for scale in scales[1:] for mark in _marks(scale)),
        title=first.title,
        grid=_grid(scales[0], marks, box),
        paths=(
            *(limit for scale in scales for limit in _areas(scale, box)),
            *sorted(drawn, key=lambda path: path.kind != "area"),
            *(limit for scale in scales for limit in _limits(scale, box)),
        ),
        about=of_lines(panel, span),
        table=value_table.of_series(panel.series, span, fine.rows),
    )


def _margin(found: Axis) -> float:
    return CHARACTER * found.widest + ROOM + (_TITLE if found.title else 0)


@dataclass(frozen=True, slots=True)
class _AxisScale:
    """An axis with the series on it, each with its place in the panel."""

    axis: Axis
    series: tuple[tuple[int, DrawnSeries], ...]

    def y(self, value: float) -> int:
        """Return the height of a value; what lies far outside of the box stays near it."""
        low, high = self.axis.low, self.axis.high
        if self.axis.logarithmic:
            if value <= 0:
                return 2 * HIGH
            value, low, high = math.log10(value), math.log10(low), math.log10(high)
        share = (value - low) / (high - low)
        return round(HIGH * (1 - min(2.0, max(-1.0, share))))


def _scales(series: Sequence[DrawnSeries], pixels: float) -> list[_AxisScale]:
    """Return an axis for each unit, the first of them on the left, with the series on it."""
    groups: dict[tuple[str, bool], list[tuple[int, DrawnSeries]]] = {}
    for at, one in enumerate(series):
        key = one.field.unit, one.field.style.axis == "right"
        groups.setdefault(key, []).append((at, one))
    ordered = sorted(groups.items(), key=lambda item: item[0][1])
    return [_AxisScale(_axis([one for _, one in own], pixels), tuple(own)) for _, own in ordered]


def _axis(series: Sequence[DrawnSeries], pixels: float) -> Axis:
    """Return the axis of series; of shares of a whole it goes to a hundred per cent."""
    found = axis(series, pixels)
    if not any(one.field.style.stack == "percent" for one in series):
        return found
    texts = tuple(f"{tick}%" for tick in _SHARES)
    return Axis(low=0, high=100, ticks=_SHARES, texts=texts, title=found.title)


def _marks(scale: _AxisScale) -> tuple[AxisMark, ...]:
    if scale.axis.hidden:
        return ()
    return tuple(
        AxisMark(100 * scale.y(tick) / HIGH, text)
        for tick, text in zip(scale.axis.ticks, scale.axis.texts, strict=True)
    )


def _grid(scale: _AxisScale, marks: Sequence[AxisMark], box: TimeColumns) -> str:
    heights = () if scale.axis.hidden else map(scale.y, scale.axis.ticks)
    places = (box.start + box.wide * mark.at / 100 for mark in marks)
    return paths.across(heights, box.start, box.wide) + paths.down(places, HIGH)


def _drawn(scale: _AxisScale, box: TimeColumns) -> Iterator[DrawnPath]:
    """Yield the paths of a scale's series."""
    found = ribbons([one for _, one in scale.series])
    barred = [one.field.style.draw == "bars" for _, one in scale.series]
    kept = peaks((r for r, is_bar in zip(found, barred, strict=True) if is_bar), box)
    for (at, one), ribbon, is_bar in zip(scale.series, found, barred, strict=True):
        if is_bar:
            tall = [spot for spot in ribbon if spot is not None and spot[0] in kept]
            yield _bars(at, one, paths.bars(_placed(scale, [*tall], box)), box)
        else:
            yield from _lines(at, one, _placed(scale, thinned(ribbon, box), box))


def _placed(scale: _AxisScale, ribbon: Ribbon, box: TimeColumns) -> list[paths.Stretch]:
    return paths.stretches(
        None if spot is None else (box.of(spot[0]), scale.y(spot[1]), scale.y(spot[2]))
        for spot in ribbon
    )


def _bars(at: int, one: DrawnSeries, path: str, box: TimeColumns) -> DrawnPath:
    return DrawnPath(
        kind="bar",
        path=path,
        color=one.color,
        series=at,
        width=_BAR * max(1.0, spacing(one.times) / box.seconds),
        opacity=max(one.field.style.fill, 0.2),
    )


def _lines(at: int, one: DrawnSeries, found: list[paths.Stretch]) -> Iterator[DrawnPath]:
    style, color = one.field.style, one.color
    steps = [paths.stepped(stretch, style.interpolation) for stretch in found]
    if style.draw == "line" and style.fill:
        area = paths.area(steps)
        yield DrawnPath(kind="area", path=area, color=color, series=at, opacity=style.fill)
    if style.draw == "line" and style.width > 0:
        line = paths.line(steps)
        yield DrawnPath(
            kind="line", path=line, color=color, series=at, width=style.width, dash=style.dash
        )
    dots = paths.dots(_dotted(one, found))
    if dots:
        yield DrawnPath(kind="dot", path=dots, color=color, series=at, width=style.point_size)


def _dotted(one: DrawnSeries, found: list[paths.Stretch]) -> list[paths.Stretch]:
    """Return the points that are drawn: all, or those that no line goes through, or none."""
    if one.field.style.points == "always":
        return found
    return paths.lonely(found) if one.field.style.points == "auto" else []


def _areas(scale: _AxisScale, box: TimeColumns) -> Iterator[DrawnPath]:
    """Yield the areas between thresholds, once for the first field that shows them."""
    field = next((s.field for _, s in scale.series if s.field.style.limits != "off"), None)
    if field is None or "area" not in field.style.limits:
        return
    steps, low, high = field.thresholds.steps, scale.axis.low, scale.axis.high
    for step, end in zip(steps, [*(step.at for step in steps[1:]), high], strict=True):
        if step.color != "transparent" and step.at < high and end > low:
            top, bottom = scale.y(min(end, high)), scale.y(max(step.at, low))
            path = f"M{box.start:.6g} {top}h{box.wide:.6g}V{bottom}h{-box.wide:.6g}z"
            yield DrawnPath(kind="area", path=path, color=step.color, opacity=0.12)


def _limits(scale: _AxisScale, box: TimeColumns) -> Iterator[DrawnPath]:
    """Yield threshold lines, once for the first field that shows them."""
    field = next((s.field for _, s in scale.series if s.field.style.limits != "off"), None)
    if field is None or field.style.limits == "area":
        return
    dash = "dash" if "dashed" in field.style.limits else ""
    for step in field.thresholds.steps:
        if step.color != "transparent" and scale.axis.low <= step.at <= scale.axis.high:
            path = paths.across([scale.y(step.at)], box.start, box.wide)
            yield DrawnPath(
                kind="line", path=path, color=step.color, width=1.5, dash=dash, opacity=0.9
            )
