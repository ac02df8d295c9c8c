"""Boards read alike: questions over rows, legends by number of series, axes from 0, one palette."""

import json
import re
from collections.abc import Iterator

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.engine.problem import Problem

RULE = "look"
_COLOUR = re.compile(r'"(?:color|fixedColor|iconColor)": "([^"]+)"')
PALETTE = frozenset(
    [
        "#D55E00",
        "#0072B2",
        "#B8659A",
        "#3D9BD1",
        "#A68B00",
        "#009E73",
        "#808080",
        "#D1344B",
        "#C98500",
        "transparent",
        "text",  # of the theme
    ]
)
_MOST_FILL = 30  # per cent; more hides what lies below
_FEW = 4


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what does not read like the other boards."""
    for row in board.with_rows:
        if row.get("type") == "row" and not str(row.get("title", "")).endswith("?"):
            yield board.of(row, RULE, "is a row whose title asks nothing; write its question")
    for colour in sorted(set(_COLOUR.findall(json.dumps(board.body))) - PALETTE):
        text = f"{colour} is no colour of grafana/lib/tokens.libsonnet; take one of its"
        yield board.problem(RULE, text, colour)
    for panel in board.panels:
        yield from _axis(board, panel)
        if panel.get("type") == "timeseries":
            yield from _chart(board, panel)


def _axis(board: DashboardFile, panel: Body) -> Iterator[Problem]:
    defaults = panel["fieldConfig"]["defaults"]
    custom = defaults.get("custom", {})
    bounded = any(key in defaults for key in ("min", "max")) or "axisSoftMin" in custom
    if panel.get("type") in ("timeseries", "bargauge") and not bounded:
        yield board.of(panel, RULE, "has an axis without a bound; write min or max")


def _chart(board: DashboardFile, panel: Body) -> Iterator[Problem]:
    custom, options = panel["fieldConfig"]["defaults"]["custom"], panel["options"]
    if options["tooltip"] != {"mode": "multi", "sort": "desc"}:
        yield board.of(panel, RULE, "its tooltip does not show all series, the greatest first")
    if custom["fillOpacity"] > _MOST_FILL and custom["drawStyle"] == "line":
        yield board.of(panel, RULE, f"is filled by more than {_MOST_FILL} %; fill less")
    legend = options["legend"]
    shown, table = legend["showLegend"], legend["displayMode"] == "table"
    targets = panel["targets"]
    several = len(targets) > 1 or any("{{" in target["legendFormat"] for target in targets)
    if shown != several and (several or shown):
        yield board.of(panel, RULE, "a legend is for more than one series, and for those always")
    if len(targets) > _FEW and not table:
        yield board.of(panel, RULE, f"has more than {_FEW} queries; make its legend a table")
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    if (len(steps) > 1) != (custom["thresholdsStyle"]["mode"] == "dashed"):
        yield board.of(panel, RULE, "limits are drawn as dashed lines, and only limits are")
