"""Charts of cells over time: heatmaps and state timelines, as figures of plotly.js."""

import html
import math

from generators.report import units
from generators.report.colors import SCHEMES
from generators.report.figure import Figure, event_marks, event_shapes, layout, paint
from generators.report.model import DrawnBoard, DrawnPanel, Heat

_COLUMN, _CELL = 60, 4  # pixels of a column of the grid, and of a cell that has a gap to the next


def heat(panel: DrawnPanel, board: DrawnBoard, found: Heat) -> Figure:
    """Return the figure of a heatmap: buckets from below to above, the more the brighter."""
    names = [_bound(bucket.bound, found) for bucket in found.buckets]
    counts = [list(bucket.counts) for bucket in found.buckets]
    colors = SCHEMES.get(found.scheme, SCHEMES["Oranges"])
    scale = [[at / (len(colors) - 1), paint(color)] for at, color in enumerate(colors)]
    body = layout(board)
    every = max(1, math.ceil(len(names) / max(3, panel.grid.h * 38 / 30)))
    kept = list(range(0, len(names), every))
    body |= {"hovermode": "closest"}
    body["yaxis"] = {
        "tickvals": kept,
        "ticktext": [names[at] for at in kept],
        "fixedrange": True,
        "range": [-0.5, len(names) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "ticklabelstandoff": 6,
        "tickfont": {"size": 11, "color": paint("soft")},
    }
    body["xaxis"] |= {"showgrid": False, "ticks": ""}
    body["margin"] |= {"l": 6.9 * max(map(len, names)) + 20, "b": 62}
    trace = {
        "type": "heatmap",
        "x": [round(time * 1000) for time in found.times],
        "y": list(range(len(names))),
        "z": [[None if v is None else math.sqrt(v) for v in row] for row in counts],
        "text": [[_count(v) for v in row] for row in counts],
        "customdata": [[name] * len(found.times) for name in names],
        "hovertemplate": "%{x}<br>up to %{customdata}: <b>%{text}</b><extra></extra>",
        "colorscale": scale,
        "colorbar": _scale(found),
        "xgap": int(panel.grid.w * _COLUMN > _CELL * len(found.times)),
        "ygap": 1,
        "hoverongaps": False,
    }
    return {"data": [trace], "layout": body, "turns": True}


def _scale(found: Heat) -> Figure:
    """Return what says which colour is how many, below the chart."""
    highest = max((c for b in found.buckets for c in b.counts if c is not None), default=0.0)
    marks = (0.0, highest / 4, highest)  # colours follow the root
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": -0.14,
        "yanchor": "top",
        "len": 0.4,
        "thickness": 8,
        "outlinewidth": 0,
        "tickvals": [math.sqrt(mark) for mark in marks],
        "ticktext": [_count(mark) for mark in marks],
        "tickfont": {"size": 11, "color": paint("soft")},
    }


def _bound(text: str, found: Heat) -> str:
    try:
        number = float(text)
    except ValueError:
        return html.escape(text)
    return "∞" if math.isinf(number) else units.text(number, found.field.unit, found.field.decimals)


def _count(value: float | None) -> str:
    return "" if value is None else units.text(value, "short", 0 if value >= 1 else 2)


def states(panel: DrawnPanel, board: DrawnBoard) -> Figure:
    """Return the figure of a state timeline: a lane for each series, the first above."""
    traces: list[Figure] = []
    names = [html.escape(lane.name) for lane in panel.lanes]
    for at, lane in enumerate(panel.lanes):
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "y": [at] * len(lane.episodes),
                "width": 0.8,
                "base": [round(e.start * 1000) for e in lane.episodes],
                "x": [round((e.end - e.start) * 1000) for e in lane.episodes],
                "text": [html.escape(e.text) for e in lane.episodes],
                "customdata": [html.escape(lane.name)] * len(lane.episodes),
                "textposition": "none" if panel.look.show_value == "never" else "inside",
                "insidetextanchor": "start",
                "textangle": 0,
                "hovertemplate": "%{customdata}<br>%{base|%H:%M}: <b>%{text}</b><extra></extra>",
                "marker": {
                    "color": [paint(e.color, 0.85) for e in lane.episodes],
                    "line": {"width": 0},
                },
            }
        )
    body = layout(board)
    body |= {"barmode": "overlay", "hovermode": "closest"}
    body |= {"shapes": event_shapes(board.events), "annotations": event_marks(board.events)}
    body["yaxis"] = {
        "tickvals": list(range(len(names))),
        "ticktext": names,
        "autorange": False,
        "range": [len(names) - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "ticklabelstandoff": 6,
        "tickfont": {"size": 11, "color": paint("text")},
    }
    body["margin"]["l"] = min(260, 6.9 * max(map(len, names), default=0) + 24)
    return {"data": traces, "layout": body}
