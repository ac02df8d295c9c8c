"""Boards have one style: titles of rows, legends by number of series, axes from 0, one palette."""

import json
import re
from collections.abc import Iterator

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile

RULE = "style"
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
_MAX_FILL = 30  # per cent; more hides what lies below
_FEW = 4


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what differs from the other boards."""
    for row in board.with_rows:
        if row.type == "row" and not row.title.endswith("?"):
            yield board.of(
                row, RULE, "is a row whose title is no question; write the question that it answers"
            )
    for colour in sorted(set(_COLOUR.findall(json.dumps(board.body))) - PALETTE):
        text = f"{colour} is no colour of grafana/lib/tokens.libsonnet; take one of its"
        yield board.problem(RULE, text, colour)
    for panel in board.panels:
        yield from _axis(board, panel)
        if panel.type == "timeseries":
            yield from _chart(board, panel)


def _axis(board: DashboardFile, panel: PanelInFile) -> Iterator[Problem]:
    field = panel.field
    bounds = (field.min, field.max, field.custom.axis_soft_min)
    bounded = any(bound is not None for bound in bounds)
    if panel.type in ("timeseries", "bargauge") and not bounded:
        yield board.of(panel, RULE, "has an axis without a bound; write min or max")


def _chart(board: DashboardFile, panel: PanelInFile) -> Iterator[Problem]:
    style, options = panel.field.custom, panel.options
    if (options.tooltip.mode, options.tooltip.sort) != ("multi", "desc"):
        yield board.of(panel, RULE, "its tooltip does not show all series, the greatest first")
    if style.fill_opacity > _MAX_FILL and style.draw_style == "line":
        yield board.of(panel, RULE, f"is filled by more than {_MAX_FILL} %; fill less")
    shown, table = options.legend.show_legend, options.legend.display_mode == "table"
    targets = panel.targets
    several = len(targets) > 1 or any("{{" in target.legend_format for target in targets)
    if shown != several:
        yield board.of(panel, RULE, "a legend is for more than one series, and for those always")
    if len(targets) > _FEW and not table:
        yield board.of(panel, RULE, f"has more than {_FEW} queries; make its legend a table")
    steps = panel.field.thresholds.steps
    if (len(steps) > 1) != (style.thresholds_style.mode == "dashed"):
        yield board.of(panel, RULE, "limits are drawn as dashed lines, and only limits are")
