"""Links between boards: to a board, to one of its panels, to a region."""

from exporter.settings import Settings
from generators import boards
from generators.boards import VARIABLES, Board
from generators.dashboards.datasources import datasources
from generators.dashboards.model import PanelLink

_KEPT = (VARIABLES["gcp_project"], VARIABLES["service_name"])  # of a link to a region
KEEP = "${__url_time_range}&${__all_variables}"


def to_board(title: str, board: Board, panel: int | None = None) -> PanelLink:
    """Return a link to a board, or to one panel of it, at the same time and variables."""
    view = "" if panel is None else f"viewPanel={panel}&"
    return PanelLink(title, f"/d/{board.value}?{view}{KEEP}")


def to_panel(panel: boards.PanelAddress, title: str) -> PanelLink:
    """Return a link to a panel of a fixed number."""
    return to_board(title, panel.board, panel.number)


def to_region(region: str, settings: Settings) -> PanelLink:
    """Return a link to the performance of a value's region, at the same time, of the same project.

    Each variable is named: all of them together would choose the region a second time.
    """
    kept = (*(source.variable for source in datasources(settings)), *_KEPT)
    variables = "&".join(f"${{{name}:queryparam}}" for name in kept)
    address = f"/d/{Board.PERFORMANCE.value}?var-region={region}&{variables}&${{__url_time_range}}"
    return PanelLink("Open this region", address)
