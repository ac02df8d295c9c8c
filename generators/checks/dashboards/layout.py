"""Panels stand in lines of equal height that fill the width, and not too many are visible."""

from collections.abc import Iterator, Sequence

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile

RULE = "grid"
WIDTH = 24
WIDTHS = (4, 6, 8, 12, 24)
MAX_VISIBLE = 25
MAX_FIGURES = 6


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield panels that overlap, leave gaps, or are too many."""
    numbers: set[int] = set()
    for panel in board.with_rows:
        if panel.id in numbers:
            yield board.of(panel, RULE, "has the number of another; give it its own")
        numbers.add(panel.id)
    top = board.board.panels
    yield from _lines(board, top)
    for row in top:
        yield from _lines(board, row.panels)
    visible = [panel for panel in top if panel.type != "row"]
    if len(visible) > MAX_VISIBLE:
        text = f"{len(visible)} panels are visible; leave {MAX_VISIBLE} at most, and collapse rows"
        yield board.problem(RULE, text)
    first = min((panel.grid_pos.y for panel in visible), default=0)
    figures = sum(panel.type == "stat" and panel.grid_pos.y == first for panel in visible)
    if figures > MAX_FIGURES:
        yield board.problem(RULE, f"more than {MAX_FIGURES} figures in the first line; move some")


def _lines(board: DashboardFile, panels: Sequence[PanelInFile]) -> Iterator[Problem]:
    lines: dict[int, list[PanelInFile]] = {}
    for panel in panels:
        lines.setdefault(panel.grid_pos.y, []).append(panel)
        if panel.type != "row" and panel.grid_pos.w not in WIDTHS:
            text = f"is {panel.grid_pos.w} wide; write one of {', '.join(map(str, WIDTHS))}"
            yield board.of(panel, RULE, text)
    expected = min(lines, default=0)
    for y, line in sorted(lines.items()):
        yield from _line(board, line)
        if y != expected:
            what = "overlaps the line above it" if y < expected else "leaves a gap above it"
            yield board.of(line[0], RULE, f"{what}; it belongs at y {expected}")
        expected = y + max(panel.grid_pos.h for panel in line)


def _line(board: DashboardFile, line: Sequence[PanelInFile]) -> Iterator[Problem]:
    at = 0
    for panel in sorted(line, key=lambda found: found.grid_pos.x):
        grid = panel.grid_pos
        if grid.x != at:
            what = "overlaps the panel" if grid.x < at else "leaves a gap"
            yield board.of(panel, RULE, f"{what} on its left; it belongs at x {at}")
        if grid.h != line[0].grid_pos.h:
            yield board.of(panel, RULE, "is not as high as its line; make them equal")
        at = grid.x + grid.w
    if at != WIDTH:
        yield board.of(line[-1], RULE, f"its line ends at {at}, not at {WIDTH}; fill it")
