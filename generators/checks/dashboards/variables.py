"""Variables: read again when the time changes, narrowed by each other, all defined, all used."""

import json
import re
from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.board import VariableInFile

RULE = "variable"
LABEL_VALUES = re.compile(r"label_values\((.+), (\w+)\)")
_USED = re.compile(r"\$(?:\{(\w+)[^}]*\}|([A-Za-z_]\w*))")  # $1 is a group of a regex
_OWN = re.compile(r"__\w+")  # Grafana's
_HIDDEN = 2  # the variable and its label
_EXPECTED = {
    "refresh": 2,
    "multi": True,
    "include_all": True,
    "all_value": ".+",
    "sort": 1,
}


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield variables that are set up wrongly, are unknown, or are not used."""
    for variable in board.variables:
        if variable.type == "query":
            yield from _query(board, variable)
        elif variable.type == "datasource" and variable.hide != _HIDDEN:
            text = f"variable {variable.name}: hide is {variable.hide}; write {_HIDDEN}: both list "
            yield board.problem(RULE, f"{text}all servers, and one may swap them", variable.name)
    known = {variable.name for variable in board.variables}
    for name in sorted(used(board) - known):
        yield board.problem(RULE, f"${name} is used, but there is no such variable; add it")
    for name in sorted(known - used(board)):
        yield board.problem(RULE, f"variable {name} is not used; remove it", name)


def _query(board: DashboardFile, variable: VariableInFile) -> Iterator[Problem]:
    name = variable.name
    for key, expected in _EXPECTED.items():
        value = getattr(variable, key)
        if value != expected:
            text = f"{to_camel(key)} is {json.dumps(value)}; write {json.dumps(expected)}"
            yield board.problem(RULE, f"variable {name}: {text}", name)
    if not variable.label:
        yield board.problem(RULE, f"variable {name} has no label; write one", name)
    query = variable.query.query
    if LABEL_VALUES.fullmatch(query) is None:
        text = f"variable {name}: {query} is not label_values(series, label); write it so"
        yield board.problem(RULE, text, name)


def used(board: DashboardFile) -> set[str]:
    """Return the names of the variables that the board uses, Grafana's own left out."""
    texts = (panel_text for panel_text in _texts(board))
    found = {match[1] or match[2] for text in texts for match in _USED.finditer(text)}
    return {name for name in found if not _OWN.fullmatch(name)}


def _texts(board: DashboardFile) -> Iterator[str]:
    """Yield what may use a variable: queries, datasources, links."""
    for panel in board.panels:
        yield panel.model_dump_json(include={"targets", "links", "field_config"})
    for annotation in board.annotations:
        yield annotation.model_dump_json()
    for variable in board.variables:
        yield variable.query.query
