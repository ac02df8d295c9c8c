"""Every query asks a datasource that the reader chooses; no board is bound to one server."""

from collections.abc import Iterator

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.engine.problem import Problem

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
                f"annotation {annotation.get('name')} has a fixed datasource; write "
                "${datasource}",
                str(annotation.get("name")),
            )


def _chosen(board: DashboardFile) -> Iterator[Problem]:
    if "datasource" not in board.sources:
        yield board.problem(RULE, "there is no datasource variable named datasource; add it")
    for variable in board.variables:
        name, label = variable.get("name"), variable.get("label")
        if variable.get("type") == "datasource" and NAMES.get(str(name)) != label:
            text = f"datasource variable {name} has the label {label}; write {NAMES.get(str(name))}"
            yield board.problem(RULE, text, str(label))


def _panel(board: DashboardFile, panel: Body) -> Iterator[Problem]:
    used = {_variable(target) for target in panel.get("targets", ())}
    own = panel.get("datasource", {}).get("uid", "")
    if not used <= board.sources:
        yield board.of(panel, RULE, "a query has a fixed datasource; write ${datasource}")
    elif len(used) == 1 and own != f"${{{min(used)}}}":
        wanted = f"${{{min(used)}}}"
        yield board.of(panel, RULE, f"its datasource is {own}; write {wanted}, as its queries have")
    elif len(used) > 1 and own != MIXED:
        yield board.of(panel, RULE, f"its queries ask several servers; write {MIXED}")


def _variable(part: Body) -> str:
    """Return the variable of a query's datasource; empty where it is none."""
    source = part.get("datasource", {})
    uid = str(source.get("uid", "")) if source.get("type") == "prometheus" else ""
    return uid.removeprefix("${").removesuffix("}") if uid.startswith("${") else ""
