"""Links keep what a reader has chosen: the time, and every variable that both boards have."""

from collections.abc import Iterable, Iterator, Mapping

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile

RULE = "link"
_TIME = "${__url_time_range}"
_ALL = "${__all_variables}"
_BOARD = "/d/"


def variables(boards: Iterable[DashboardFile]) -> dict[str, frozenset[str]]:
    """Return the names of the variables of each board, by its uid."""
    return {
        board.board.uid: frozenset(variable.name for variable in board.variables)
        for board in boards
    }


def check(board: DashboardFile, known: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Yield links to boards that forget the time, or a variable that both of them have."""
    mine = [variable.name for variable in board.variables]
    for panel in board.panels:
        for url in _urls(panel):
            uid = url.removeprefix(_BOARD).partition("?")[0]
            names = [name for name in mine if name in known.get(uid, ())]
            forgotten = ", ".join(_forgotten(url, names)) if url.startswith(_BOARD) else ""
            if forgotten:
                text = f"its link {url} forgets {forgotten}; add {_TIME} and every variable"
                yield board.of(panel, RULE, text)


def _urls(panel: PanelInFile) -> Iterator[str]:
    """Yield the addresses of a panel, and those of its values."""
    yield from (link.url for link in (*panel.links, *panel.field.links))
    for override in panel.field_config.overrides:
        for one in override.properties:
            for link in one.value if one.id == "links" and isinstance(one.value, list) else ():
                yield str(link.get("url") or "") if isinstance(link, dict) else ""


def _forgotten(url: str, names: list[str]) -> Iterator[str]:
    if _TIME not in url:
        yield "the time"
    for name in names if _ALL not in url else ():
        if f"var-{name}=" not in url and f"${{{name}:queryparam}}" not in url:
            yield name
