"""A dashboard as the body of a JSON report."""

import math
from typing import Any

from generators.report.display import Value
from generators.report.model import Alert, DrawnBoard, DrawnPanel, DrawnRow, DrawnSeries, Heat, Lane
from generators.service_report.board_values import bucket_total, figures, in_order

Body = dict[str, Any]


def board_body(board: DrawnBoard) -> Body:
    """Return a dashboard; each panel names the row that it is in."""
    row = ""
    panels = []
    for one in in_order(board):
        if isinstance(one, DrawnRow):
            row = one.title
        else:
            panels.append({"row": row or None, **_panel(one)})
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.description,
        "from": board.start,
        "to": board.end,
        "variables": {one.name: one.text for one in board.choices},
        "panels": panels,
        "collapsed_rows": {one.title: one.hidden for one in board.rows if one.hidden},
        "events": [{"title": e.title, "from": e.start, "to": e.end} for e in board.events],
        "faults": list(board.faults),
    }


def _panel(panel: DrawnPanel) -> Body:
    return {
        "number": panel.number,
        "kind": panel.kind.value,
        "title": panel.title,
        "description": panel.description,
        "series": [_series(one) for one in panel.series],
        "figures": [
            {"name": one.name, "value": _plain(one.value), "text": one.text}
            for one in panel.readings
        ],
        "columns": [
            {
                "name": column.name,
                "cells": [{"value": _plain(c.value), "text": c.text} for c in column.cells],
            }
            for column in panel.columns
        ],
        "heatmap": None if panel.heat is None else _heat(panel.heat),
        "states": [_lane(one) for one in panel.lanes],
        "alerts": [_alert(one) for one in panel.alerts],
        "text": panel.text or None,
        "no_value": panel.no_value or None,
        "faults": list(panel.faults),
    }


def _plain(value: Value) -> Value:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _series(one: DrawnSeries) -> Body:
    return {
        "name": one.name,
        "labels": dict(one.labels),
        "unit": one.field.unit or None,
        **{f.name: {"value": _plain(f.value), "text": f.text} for f in figures(one)},
        "times": list(one.times),
        "values": [_plain(value) for value in one.values],
    }


def _heat(heat: Heat) -> Body:
    return {
        "times": list(heat.times),
        "buckets": [
            {
                "bound": one.bound,
                "count": bucket_total(heat, at),
                "counts": [_plain(count) for count in one.counts],
            }
            for at, one in enumerate(heat.buckets)
        ],
    }


def _lane(lane: Lane) -> Body:
    episodes = [{"from": e.start, "to": e.end, "text": e.text} for e in lane.episodes]
    return {"name": lane.name, "episodes": episodes}


def _alert(alert: Alert) -> Body:
    return {
        "name": alert.name,
        "state": alert.state,
        "severity": alert.severity,
        "labels": dict(alert.labels),
        "since": alert.since,
        "summary": alert.summary,
    }
