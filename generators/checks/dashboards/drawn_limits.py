"""Limits that are drawn are those on which alerts fire."""

import re
from collections.abc import Iterator

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.engine.problem import Problem
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
            yield board.of(panel, RULE, f"draws {number(value)}, which no alert is about")
        for name in _ALERT.findall(str(panel.get("description", ""))):
            row = rows.get(name)
            if row is not None and drawn and row.threshold not in drawn:
                text = f"says {name}, but does not draw its {number(row.threshold)}"
                yield board.of(panel, RULE, text)


def _steps(panel: Body) -> set[float]:
    steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", ())
    return {float(step["value"]) for step in steps if step["value"] is not None}
