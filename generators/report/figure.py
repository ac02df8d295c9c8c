"""What all charts share: colours for the page to look up, the axis of time, marks of events.

A colour is written as `@name/opacity`; the page replaces it by what its theme calls so.
"""

import html
from collections.abc import Sequence
from typing import Any

from generators.report.model import DrawnBoard, Event

Figure = dict[str, Any]
_DAY, _TEN_DAYS = 86400, 864000


def paint(color: str, opacity: float = 1.0) -> str:
    """Return a colour for the page to look up."""
    return f"@{color}/{opacity:g}"


def layout(board: DrawnBoard) -> Figure:
    """Return what every chart of a dashboard looks like."""
    days = board.end - board.start
    pattern = "%H:%M" if days <= _DAY else "%m/%d %H:%M" if days <= _TEN_DAYS else "%m/%d"
    return {
        "paper_bgcolor": paint("panel-bg", 0),
        "plot_bgcolor": paint("panel-bg", 0),
        "font": {
            "family": "Inter, 'Helvetica Neue', Arial, sans-serif",
            "size": 12,
            "color": paint("text"),
        },
        "margin": {"l": 40, "r": 12, "t": 8, "b": 26},
        "hovermode": "x unified",
        "hoverlabel": {
            "bgcolor": paint("page"),
            "bordercolor": paint("line"),
            "namelength": -1,
            "font": {"size": 12, "color": paint("text")},
        },
        "dragmode": "zoom",
        "showlegend": False,
        "bargap": 0.15,
        "xaxis": {
            "type": "date",
            "range": [round(board.start * 1000), round(board.end * 1000)],
            "tickformat": pattern,
            "hoverformat": "%Y-%m-%d %H:%M:%S UTC",
            "gridcolor": paint("grid"),
            "linecolor": paint("line"),
            "tickfont": {"size": 11, "color": paint("soft")},
            "zeroline": False,
            "nticks": 8,
        },
    }


def event_shapes(events: Sequence[Event]) -> list[Figure]:
    """Return a line where each event began, and an area as long as it lasted."""
    shapes: list[Figure] = []
    for event in events:
        begin, end = round(event.start * 1000), round(event.end * 1000)
        base = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "x0": begin, "layer": "below"}
        line = {"color": paint(event.color, 0.8), "width": 1, "dash": "4px,3px"}
        shapes.append({**base, "type": "line", "x1": begin, "line": line})
        if end > begin:
            shapes.append(
                {
                    **base,
                    "type": "rect",
                    "x1": end,
                    "line": {"width": 0},
                    "fillcolor": paint(event.color, 0.07),
                }
            )
    return shapes


def event_marks(events: Sequence[Event]) -> list[Figure]:
    """Return a triangle at the foot of each event, which names it."""
    return [
        {
            "x": round(event.start * 1000),
            "y": 0,
            "xref": "x",
            "yref": "paper",
            "text": "▲",
            "showarrow": False,
            "yanchor": "top",
            "yshift": 5,
            "hovertext": html.escape(event.title),
            "font": {"size": 9, "color": paint(event.color)},
        }
        for event in events
    ]
