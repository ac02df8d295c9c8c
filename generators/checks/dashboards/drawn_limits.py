"""Limits that are drawn are those on which alerts fire."""

import re
from collections.abc import Iterator

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile
from generators.dashboards.limits import limits
from generators.limits import number
from generators.policy import Policy

RULE = "limit"
_ALERT = re.compile(r"\b([A-Z]\w+) (?:above|below) ")


def check(board: DashboardFile, policy: Policy) -> Iterator[Problem]:
    """Yield limits that the policy does not know, and those of an alert that are not drawn."""
    known = {limit.value for found in limits(policy).values() for limit in found}
    rows = {row.name: row for row in policy.thresholds}
    for panel in board.panels:
        drawn = _steps(panel)
        for value in sorted(drawn - known):
            yield board.of(
                panel, RULE, f"draws {number(value)}, the limit of no alert; draw one of an alert"
            )
        for name in _ALERT.findall(panel.description):
            row = rows.get(name)
            if row is not None and drawn and row.threshold not in drawn:
                text = (
                    f"describes {name}, but does not draw its limit; draw {number(row.threshold)}"
                )
                yield board.of(panel, RULE, text)


def _steps(panel: PanelInFile) -> set[float]:
    steps = panel.field.thresholds.steps
    return {float(step.value) for step in steps if step.value is not None}
