"""What links in old notifications rely on: identifiers of boards, numbers of panels."""

from collections.abc import Iterator

from generators import boards
from generators.boards import SIGNAL_PANELS, Board, PanelAddress
from generators.checks.dashboards.dashboard import DashboardFile
from generators.checks.engine.problem import Problem

RULE = "number"
FIXED: tuple[PanelAddress, ...] = (
    *SIGNAL_PANELS.values(),
    boards.BUDGET,
    boards.BURN_RATES,
    boards.INCIDENTS,
    boards.ANOMALIES,
    boards.DATABASE_MEMORY,
    boards.DATABASE_DISK,
    boards.POOL,
    boards.REDIS_CLIENTS,
    boards.EXPORTER,
    boards.DATA_AGE,
    boards.COST,
)


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield numbers that links use and that no panel has."""
    known = [found.value for found in Board]
    if board.body.get("uid") not in known:
        text = f"uid {board.body.get('uid')} is none that links use: {', '.join(known)}"
        yield board.problem(RULE, text, "uid")
        return
    numbers = {panel.get("id") for panel in board.panels}
    for panel in FIXED:
        if panel.board.value == board.body["uid"] and panel.number not in numbers:
            text = f"alerts link to panel {panel.number}, which is not there; give it its number"
            yield board.problem(RULE, text)
