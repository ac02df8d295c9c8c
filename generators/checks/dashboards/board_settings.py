"""The board as a whole: fixed, described, linked to the others, of a version that Grafana loads."""

import json
from collections import Counter
from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from generators.boards import Board
from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem

RULE = "board"
VERSIONS = range(39, 42)  # of the classic schema: Grafana 10.4 to 13 load them
_SHARED_CROSSHAIR = 1
_EXPECTED: dict[str, object] = {
    "editable": False,
    "id": None,
    "graph_tooltip": _SHARED_CROSSHAIR,
    "timezone": "browser",
}
_REFRESH = ("1m", "5m")  # the data has a point a minute; more often shows nothing new


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what is wrong with the frame."""
    body = board.board
    for name, expected in _EXPECTED.items():
        key, value = to_camel(name), getattr(body, name)
        if value != expected:
            text = f"{key} is {json.dumps(value)}; write {json.dumps(expected)}"
            yield board.problem(RULE, text, key)
    for key in ("title", "description", "uid"):
        if not getattr(body, key):
            yield board.problem(RULE, f"{key} is missing; write one")
    if body.schema_version not in VERSIONS:
        versions = ", ".join(map(str, VERSIONS))
        yield board.problem(RULE, f"schemaVersion is not one of {versions}", "schemaVersion")
    if body.refresh not in _REFRESH:
        yield board.problem(RULE, f"refresh is not one of {', '.join(_REFRESH)}", "refresh")
    yield from _linked(board)
    yield from _listed(board)


def _linked(board: DashboardFile) -> Iterator[Problem]:
    kept = {one.url for one in board.board.links if one.keep_time and one.include_vars}
    for other in Board:
        if other.value != board.board.uid and f"/d/{other.value}" not in kept:
            text = f"has no link to {other.value} that keeps time and variables; add one"
            yield board.problem(RULE, text, "links")


def _listed(board: DashboardFile) -> Iterator[Problem]:
    """Yield links that show one board twice: by tags they list hand-made copies, too."""
    for one in board.board.links:
        if one.type == "dashboards":
            tags = f"tagged {', '.join(one.tags)}" if one.tags else "whatever its tags"
            text = f"{one.title} lists every board {tags}, hand-made copies, too; link to each uid"
            yield board.problem(RULE, text, one.title)
    for kind in ("title", "url"):
        for value, count in Counter(getattr(one, kind) for one in board.board.links).items():
            if value and count > 1:
                text = f"{count} links have the {kind} {value}; leave one"
                yield board.problem(RULE, text, value)
