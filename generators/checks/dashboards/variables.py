"""Variables: read anew with the time, narrowed by each other, all defined, all used."""

import json
import re
from collections.abc import Iterator

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.engine.problem import Problem

RULE = "variable"
LABEL_VALUES = re.compile(r"label_values\((.+), (\w+)\)")
_USED = re.compile(r"\$(?:\{(\w+)[^}]*\}|([A-Za-z_]\w*))")  # $1 is a group of a regex
_OWN = re.compile(r"__\w+")  # Grafana's
_WANTED = {
    "refresh": 2,
    "multi": True,
    "includeAll": True,
    "allValue": ".+",
    "sort": 1,
}


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield variables that are not as they should be, are unknown, or are not used."""
    for variable in board.variables:
        if variable.get("type") == "query":
            yield from _query(board, variable)
    known = {str(variable["name"]) for variable in board.variables}
    for name in sorted(used(board) - known):
        yield board.problem(RULE, f"${name} is used, but there is no such variable; add it")
    for name in sorted(known - used(board)):
        yield board.problem(RULE, f"variable {name} is not used; remove it", name)


def _query(board: DashboardFile, variable: Body) -> Iterator[Problem]:
    name = str(variable["name"])
    for key, value in _WANTED.items():
        if variable.get(key) != value:
            text = f"variable {name}: {key} is {variable.get(key)}; write {json.dumps(value)}"
            yield board.problem(RULE, text, name)
    if not variable.get("label"):
        yield board.problem(RULE, f"variable {name} has no label; write one", name)
    if LABEL_VALUES.fullmatch(query(variable)) is None:
        text = f"variable {name}: {query(variable)} is not label_values(series, label)"
        yield board.problem(RULE, text, name)


def query(variable: Body) -> str:
    """Return the query of a variable."""
    found = variable.get("query", "")
    return str(found.get("query", "")) if isinstance(found, dict) else str(found)


def used(board: DashboardFile) -> set[str]:
    """Return the names of the variables that the board uses, Grafana's own left out."""
    texts = (panel_text for panel_text in _texts(board))
    found = {match[1] or match[2] for text in texts for match in _USED.finditer(text)}
    return {name for name in found if not _OWN.fullmatch(name)}


def _texts(board: DashboardFile) -> Iterator[str]:
    """Yield what may hold a variable: queries, datasources, links."""
    for panel in board.panels:
        yield json.dumps([panel.get("targets"), panel.get("links"), panel.get("fieldConfig")])
    yield json.dumps([board.annotations, *(query(v) for v in board.variables)])
