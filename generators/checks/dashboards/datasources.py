"""Every query uses a datasource that the reader chooses; no board is bound to one server."""

from collections.abc import Iterator

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.board import AnnotationInFile
from generators.dashboards.file.panel import PanelInFile, TargetInFile

RULE = "datasource"
MIXED = "-- Mixed --"
NAMES = {"datasource": "Data source", "longterm": "Data source, 90 days"}


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield datasources that are fixed, unknown, or differ from those of their queries."""
    yield from _chosen(board)
    for panel in board.panels:
        yield from _panel(board, panel)
    for annotation in board.annotations:
        if _variable(annotation) not in board.sources:
            yield board.problem(
                RULE,
                f"annotation {annotation.name} has a fixed datasource; write ${{datasource}}",
                annotation.name,
            )


def _chosen(board: DashboardFile) -> Iterator[Problem]:
    if "datasource" not in board.sources:
        yield board.problem(RULE, "there is no datasource variable named datasource; add it")
    for variable in board.variables:
        name, label = variable.name, variable.label
        if variable.type == "datasource" and NAMES.get(name) != label:
            text = f"datasource variable {name} has the label {label}; write {NAMES.get(name)}"
            yield board.problem(RULE, text, label)


def _panel(board: DashboardFile, panel: PanelInFile) -> Iterator[Problem]:
    used = {_variable(target) for target in panel.targets}
    own = panel.datasource.uid
    if not used <= board.sources:
        yield board.of(panel, RULE, "a query has a fixed datasource; write ${datasource}")
    elif len(used) == 1 and own != f"${{{min(used)}}}":
        expected = f"${{{min(used)}}}"
        text = f"its datasource is {own}, but that of its queries is {expected}; write {expected}"
        yield board.of(panel, RULE, text)
    elif len(used) > 1 and own != MIXED:
        yield board.of(panel, RULE, f"its queries have several datasources; write {MIXED}")


def _variable(query: TargetInFile | AnnotationInFile) -> str:
    """Return the variable of a query's datasource; empty where it is none."""
    source = query.datasource
    uid = source.uid if source.type == "prometheus" else ""
    return uid.removeprefix("${").removesuffix("}") if uid.startswith("${") else ""
