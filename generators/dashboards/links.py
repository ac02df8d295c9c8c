"""Links between boards: to a board, to one of its panels, to a region."""

from generators import boards
from generators.boards import Board
from generators.dashboards.model import PanelLink

KEEP = "${__url_time_range}&${__all_variables}"


def to_board(title: str, board: Board, panel: int | None = None) -> PanelLink:
    """Return a link to a board, or to one panel of it, at the same time and variables."""
    view = "" if panel is None else f"viewPanel={panel}&"
    return PanelLink(title, f"/d/{board.value}?{view}{KEEP}")


def to_panel(panel: boards.PanelAddress, title: str) -> PanelLink:
    """Return a link to a panel of a fixed number."""
    return to_board(title, panel.board, panel.number)


def to_region(label: str) -> PanelLink:
    """Return a link to the performance of a value's region, at the same time."""
    variables = f"var-region={label}&var-datasource=${{datasource}}"
    address = f"/d/{Board.PERFORMANCE.value}?{variables}&${{__url_time_range}}"
    return PanelLink("Open this region", address)
