"""The board as a whole: fixed, described, linked to the others, of a version that Grafana loads."""

from collections.abc import Iterator

from generators.checks.dashboards.dashboard import DashboardFile
from generators.checks.engine.problem import Problem

RULE = "board"
VERSIONS = range(39, 42)  # of the classic schema: Grafana 10.4 to 13 load them
_SHARED_CROSSHAIR = 1
_WANTED: dict[str, object] = {
    "editable": False,
    "id": None,
    "graphTooltip": _SHARED_CROSSHAIR,
    "timezone": "browser",
}
_REFRESH = ("1m", "5m")  # the data has a point a minute; more often shows nothing new


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what is wrong with the frame."""
    body = board.body
    for key, value in _WANTED.items():
        if body.get(key, "missing") != value:
            yield board.problem(RULE, f"{key} is {body.get(key)}; write {value}", key)
    for key in ("title", "description", "uid"):
        if not body.get(key):
            yield board.problem(RULE, f"{key} is missing; write one")
    if body.get("schemaVersion") not in VERSIONS:
        yield board.problem(RULE, f"schemaVersion is not one of {[*VERSIONS]}", "schemaVersion")
    if body.get("refresh") not in _REFRESH:
        yield board.problem(RULE, f"refresh is not one of {', '.join(_REFRESH)}", "refresh")
    yield from _linked(board)


def _linked(board: DashboardFile) -> Iterator[Problem]:
    tags = set(board.body.get("tags", ()))
    links = [link for link in board.body.get("links", ()) if link.get("type") == "dashboards"]
    for link in links:
        if link.get("keepTime") and link.get("includeVars") and tags & set(link.get("tags", ())):
            return
    text = "has no link to the boards of its tag that keeps time and variables; add one"
    yield board.problem(RULE, text, "links")
