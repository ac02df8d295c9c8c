"""Links in old notifications rely on these: identifiers of boards, numbers of panels."""

from collections.abc import Iterator

from generators import boards
from generators.boards import SIGNAL_PANELS, Board, PanelAddress
from generators.checks.dashboards.dashboard import DashboardFile
from generators.checks.engine.problem import Problem

RULE = "number"
# All that `boards` states: a list here would be a second one, and a number missing in it unguarded.
FIXED: tuple[PanelAddress, ...] = (
    *SIGNAL_PANELS.values(),
    *(stated for stated in vars(boards).values() if isinstance(stated, PanelAddress)),
)


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield numbers that links use and that no panel has."""
    known = [found.value for found in Board]
    if board.board.uid not in known:
        text = f"no link uses uid {board.board.uid}; write one of {', '.join(known)}"
        yield board.problem(RULE, text, "uid")
        return
    numbers = {panel.id for panel in board.panels}
    for panel in FIXED:
        if panel.board.value == board.board.uid and panel.number not in numbers:
            text = f"alerts link to panel {panel.number}, which is missing; restore its number"
            yield board.problem(RULE, text)
