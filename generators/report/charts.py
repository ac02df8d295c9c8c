"""Charts of lines, areas, bars and points over time, as figures of plotly.js."""

import html
import math
from collections.abc import Sequence

from generators.report.axes import Axis, axis
from generators.report.figure import Figure, event_marks, event_shapes, layout, paint
from generators.report.formatting import shown
from generators.report.model import DrawnBoard, DrawnPanel, DrawnSeries

_SHAPES = {"stepAfter": "hv", "stepBefore": "vh", "smooth": "spline"}
_DASHES = {"dash": "8px,6px", "dot": "2px,4px"}


def lines(panel: DrawnPanel, board: DrawnBoard, pixels: float) -> Figure:
    """Return the figure of a timeseries."""
    scales = _scales(panel.series, pixels)
    traces = [_trace(one, _scale_of(one, scales)) for one in _drawing_order(panel.series)]
    body = layout(board)
    for at, (mine, found) in enumerate(scales):
        body["yaxis" if at == 0 else f"yaxis{at + 1}"] = _value_axis(found, mine, at)
    body["shapes"] = [*_limits(scales), *event_shapes(board.events)]
    body["annotations"] = event_marks(board.events)
    body["barmode"] = "relative" if any(s.field.style.stack for s in panel.series) else "overlay"
    right = [found.widest for at, (_, found) in enumerate(scales) if at]
    body["margin"].update(
        l=_margin(scales[0][1]) if scales else 40, r=7 * max(right) + 14 if right else 12
    )
    return {"data": traces, "layout": body}


def _margin(found: Axis) -> float:
    return 4 if found.hidden else 6.9 * found.widest + 20 + (18 if found.title else 0)


Scales = list[tuple[list[DrawnSeries], Axis]]


def _scales(series: Sequence[DrawnSeries], pixels: float) -> Scales:
    """Return an axis for each unit, the first of them on the left, with the series on it."""
    groups: dict[tuple[str, bool], list[DrawnSeries]] = {}
    for one in series:
        groups.setdefault((one.field.unit, one.field.style.axis == "right"), []).append(one)
    ordered = sorted(groups.items(), key=lambda item: item[0][1])
    return [(found, axis(found, pixels)) for _, found in ordered]


def _scale_of(series: DrawnSeries, scales: Scales) -> str:
    at = next(at for at, (mine, _) in enumerate(scales) if any(s is series for s in mine))
    return "y" if at == 0 else f"y{at + 1}"


def _drawing_order(series: Sequence[DrawnSeries]) -> list[DrawnSeries]:
    """Put what an area reaches down to right before that area."""
    feet = {one.field.style.below_to for one in series} - {""}
    found: list[DrawnSeries] = []
    for one in series:
        if one.name not in feet:
            below = [s for s in series if one.field.style.below_to == s.name]
            found += [*below[:1], one]
    rest = [one for one in series if all(one is not other for other in found)]
    return [*found, *rest]


def _trace(series: DrawnSeries, scale: str) -> Figure:
    style = series.field.style
    sign = -1 if style.negative else 1
    points = _joined(series)
    trace: Figure = {
        "x": [round(time * 1000) for time, _ in points],
        "y": [None if value is None else value * sign for _, value in points],
        "yaxis": scale,
        "name": html.escape(series.name),
        "text": [html.escape(shown(value, series.field).text) for _, value in points],
        "hovertemplate": _template(series.name),
        "showlegend": False,
    }
    if style.draw == "bars":
        opacity = max(style.fill, 0.2)
        line = {"color": paint(series.color), "width": style.width}
        return trace | {
            "type": "bar",
            "textposition": "none",
            "marker": {"color": paint(series.color, opacity), "line": line},
        }
    return trace | _as_line(series)


def _template(name: str) -> str:
    safe = html.escape(name).replace("%{", "%&#123;")
    return f"{safe}  <b>%{{text}}</b><extra></extra>"


def _as_line(series: DrawnSeries) -> Figure:
    style = series.field.style
    points = style.points == "always" or (style.points == "auto" and _lonely(series))
    line = style.draw == "line" and style.width > 0
    found: Figure = {
        "type": "scatter",
        "mode": "lines+markers"
        if points and style.draw == "line"
        else "markers"
        if points
        else "lines",
        "line": {
            "color": paint(series.color, 1 if line else 0),
            "width": style.width,
            "shape": _SHAPES.get(style.interpolation, "linear"),
            "dash": _DASHES.get(style.dash, "solid"),
        },
        "marker": {"color": paint(series.color), "size": style.point_size},
        "cliponaxis": False,
        "fillcolor": paint(series.color, style.fill),
    }
    if style.stack:
        found |= {"stackgroup": "one", "groupnorm": "percent" if style.stack == "percent" else ""}
    elif style.below_to:
        found["fill"] = "tonexty"
    elif style.fill:
        found["fill"] = "tozeroy"
    return found


def _joined(series: DrawnSeries) -> list[tuple[float, float | None]]:
    """Return the points without the gaps that are short enough for a line to cross them."""
    found: list[tuple[float, float | None]] = []
    last = -math.inf
    for time, value in zip(series.times, series.values, strict=True):
        if value is None or not math.isfinite(value):
            continue
        if found and time - last > max(series.field.style.connect, _spacing(series)):
            found.append((last + _spacing(series), None))
        found.append((time, value))
        last = time
    return found


def _spacing(series: DrawnSeries) -> float:
    """Return the seconds between points; a little more, for what is not exact."""
    return (series.times[1] - series.times[0]) * 1.01 if len(series.times) > 1 else 60.0


def _lonely(series: DrawnSeries) -> bool:
    """Say whether a point would not be seen, since no other is beside it."""
    there = [False, *(value is not None for _, value in _joined(series)), False]
    return any(
        here and not (before or after)
        for before, here, after in zip(there, there[1:], there[2:], strict=False)
    )


def _value_axis(found: Axis, series: list[DrawnSeries], at: int) -> Figure:
    ends = [found.low, found.high]
    body: Figure = {
        "range": [math.log10(n) for n in ends] if found.logarithmic else ends,
        "type": "log" if found.logarithmic else "linear",
        "tickvals": list(found.ticks),
        "ticktext": list(found.texts),
        "gridcolor": paint("grid"),
        "zeroline": False,
        "tickfont": {"size": 11, "color": paint("soft")},
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": paint("transparent"),
        "fixedrange": True,
        "visible": not found.hidden,
        "title": {"text": html.escape(found.title), "font": {"size": 11}},
    }
    if any(one.field.style.stack == "percent" for one in series):
        ticks = [0, 25, 50, 75, 100]
        body |= {"range": [0, 100], "tickvals": ticks, "ticktext": [f"{n}%" for n in ticks]}
    if at:
        body |= {"overlaying": "y", "side": "right", "showgrid": False}
    return body


def _limits(scales: Scales) -> list[Figure]:
    """Return threshold lines and areas, once for each field that shows them."""
    shapes: list[Figure] = []
    for at, (series, found) in enumerate(scales):
        drawn = next((s.field for s in series if s.field.style.limits != "off"), None)
        if drawn is None:
            continue
        steps, mode = drawn.thresholds.steps, drawn.style.limits
        ends = [*(step.at for step in steps[1:]), found.high]
        for step, end in zip(steps, ends, strict=True):
            if step.color == "transparent":
                continue
            ref = {"xref": "paper", "x0": 0, "x1": 1, "yref": f"y{at + 1}" if at else "y"}
            if "area" in mode:
                low = max(step.at, found.low)
                shapes.append(
                    {
                        **ref,
                        "type": "rect",
                        "y0": low,
                        "y1": max(low, min(end, found.high)),
                        "line": {"width": 0},
                        "layer": "below",
                        "fillcolor": paint(step.color, 0.12),
                    }
                )
            if mode != "area" and found.low <= step.at <= found.high:
                dash = "8px,6px" if "dashed" in mode else "solid"
                shapes.append(
                    {
                        **ref,
                        "type": "line",
                        "y0": step.at,
                        "y1": step.at,
                        "line": {"color": paint(step.color, 0.9), "width": 1.5, "dash": dash},
                    }
                )
    return shapes
