"""Panels stand in lines of equal height that fill the width; few enough to be taken in."""

from collections.abc import Iterator, Sequence

from generators.checks.dashboards.dashboard import Body, DashboardFile
from generators.checks.engine.problem import Problem

RULE = "grid"
WIDTH = 24
WIDTHS = (4, 6, 8, 12, 24)
MOST_VISIBLE = 25
MOST_STATS = 6


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield panels that stand badly."""
    numbers: set[object] = set()
    for panel in board.with_rows:
        if panel.get("id") in numbers:
            yield board.of(panel, RULE, "has the number of another; give it its own")
        numbers.add(panel.get("id"))
    top = board.body.get("panels", ())
    yield from _lines(board, top)
    for row in top:
        yield from _lines(board, row.get("panels", ()))
    visible = [panel for panel in top if panel.get("type") != "row"]
    if len(visible) > MOST_VISIBLE:
        text = f"{len(visible)} panels are visible; leave {MOST_VISIBLE}, and collapse rows"
        yield board.problem(RULE, text)
    first = [p for p in visible if p["gridPos"]["y"] == min(v["gridPos"]["y"] for v in visible)]
    if sum(panel.get("type") == "stat" for panel in first) > MOST_STATS:
        yield board.problem(RULE, f"more than {MOST_STATS} figures in the first line; move some")


def _lines(board: DashboardFile, panels: Sequence[Body]) -> Iterator[Problem]:
    lines: dict[int, list[Body]] = {}
    for panel in panels:
        lines.setdefault(panel["gridPos"]["y"], []).append(panel)
        if panel.get("type") != "row" and panel["gridPos"]["w"] not in WIDTHS:
            text = f"is {panel['gridPos']['w']} wide; write one of {', '.join(map(str, WIDTHS))}"
            yield board.of(panel, RULE, text)
    expected = min(lines, default=0)
    for y, line in sorted(lines.items()):
        yield from _line(board, line)
        if y != expected:
            what = "overlaps the line above it" if y < expected else "leaves a gap above it"
            yield board.of(line[0], RULE, f"{what}; it belongs at y {expected}")
        expected = y + max(panel["gridPos"]["h"] for panel in line)


def _line(board: DashboardFile, line: Sequence[Body]) -> Iterator[Problem]:
    at = 0
    for panel in sorted(line, key=lambda found: int(found["gridPos"]["x"])):
        place = panel["gridPos"]
        if place["x"] != at:
            what = "overlaps the panel" if place["x"] < at else "leaves a gap"
            yield board.of(panel, RULE, f"{what} on its left; it belongs at x {at}")
        if place["h"] != line[0]["gridPos"]["h"]:
            yield board.of(panel, RULE, "is not as high as its line; make them equal")
        at = place["x"] + place["w"]
    if at != WIDTH:
        yield board.of(line[-1], RULE, f"its line ends at {at}, not at {WIDTH}; fill it")
