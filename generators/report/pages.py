"""Pages of dashboards: which files, which data, one beside another where a change is reviewed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import SettingsError
from exporter.prometheus.api import server
from generators.dashboards.datasources import KEPT
from generators.policy import EVALUATION
from generators.report import board_data, board_file, board_variables, time_range
from generators.report.colors import Theme
from generators.report.html import Sheet, Side, page
from generators.report.model import DrawnBoard
from generators.rules.slo import LONG_TERM

_HEAD = 190  # pixels above the grid, and below it
_ROW, _PHONE = 38, 760


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """What a command line requests."""

    folder: Path
    names: tuple[str, ...]
    against: Path | None
    url: str
    sources: Mapping[str, str]
    start: str
    end: str
    variables: Mapping[str, tuple[str, ...]]
    interval: str
    open_rows: bool
    now: float


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """One dashboard, or an old and a new one."""

    name: str
    sides: tuple[Side, ...]

    def html(self, theme: str, source: str, version: str) -> str:
        """Return the page."""
        return page(Sheet(self.sides, Theme(theme), source, version))

    def height(self, wide: int) -> int:
        """Return how high its picture has to be, so that it is all there."""
        return max(_height(side.board, wide) for side in self.sides) * (
            len(self.sides) if wide <= _PHONE else 1
        )

    @property
    def without_data(self) -> str:
        """Return how many panels of the newest side have no data: a value may be misspelt."""
        panels = self.sides[-1].board.panels
        empty = sum(1 for panel in panels if panel.empty and not panel.faults)
        return f"{empty} of {len(panels)} panels have no data"

    @property
    def faults(self) -> list[str]:
        """Return what did not work, by panel, on the newest side."""
        board = self.sides[-1].board
        inside = [f"{p.title}: {fault}" for p in board.panels for fault in p.faults]
        return [*board.faults, *inside]


def _height(board: DrawnBoard, wide: int) -> int:
    if wide <= _PHONE:
        panels = sum(panel.grid.h * _ROW for panel in board.panels)
        return _HEAD + 120 + panels + 48 * len(board.rows)
    ends = [panel.grid.y + panel.grid.h for panel in board.panels]
    ends += [row.y + 1 for row in board.rows]
    return _HEAD + max(ends, default=0) * _ROW


def pages(preview: PreviewRequest, say: Callable[[str], None]) -> Iterator[PreviewPage]:
    """Yield a page for each dashboard; `say` hears which one is drawn."""
    found = [board_file.read(path, open_rows=preview.open_rows)
             for path in board_file.files(preview.folder, preview.names)]  # fmt: skip
    board_variables.unknown([file.variables for file in found], preview.variables)
    _unknown_sources(found, preview.sources)
    request = _request(preview)
    for file in found:
        time_range.between(preview.start or file.start, preview.end or file.end, preview.now)
    for prometheus in (request.server, *request.others.values()):
        prometheus.hello(preview.now)
    for file in found:
        say(f"{file.name}: {len(file.panels)} panels")
        new = board_data.board(file, request, lambda _: None)
        if preview.against is None:
            yield PreviewPage(file.name, (Side(new),))
        else:
            yield _beside(file, new, preview.against, request, open_rows=preview.open_rows)


def _unknown_sources(files: Iterable[board_file.FileBoard], uids: Iterable[str]) -> None:
    """Refuse a data source that none of the dashboards uses."""
    found = (one for file in files for one in file.variables if one.type == "datasource")
    known = sorted({str(one.current.value or "") for one in found} - {""})
    for uid in uids:
        if uid not in known:
            raise SettingsError(
                f"--datasource {uid}: no such data source; the dashboards have: "
                f"{', '.join(known) or 'none'}"
            )


def _request(preview: PreviewRequest) -> board_data.DataRequest:
    minimum = time_range.duration(preview.interval) if preview.interval else EVALUATION
    if minimum <= 0:
        raise SettingsError(f"--interval {preview.interval}: write a duration such as 15s")
    return board_data.DataRequest(
        server=server(preview.url),
        now=preview.now,
        others={uid: server(url) for uid, url in preview.sources.items()},
        start=preview.start,
        end=preview.end,
        variables=preview.variables,
        minimum_step=minimum,
        minimum_steps={} if preview.interval else {KEPT.uid: LONG_TERM},
    )


def _beside(
    file: board_file.FileBoard,
    new: DrawnBoard,
    folder: Path,
    request: board_data.DataRequest,
    *,
    open_rows: bool,
) -> PreviewPage:
    """Return a page with the older file's dashboard on the left, where there is one."""
    path = folder / file.path.name
    if not path.exists():
        return PreviewPage(file.name, (Side(new, "new"),))
    before = board_file.read(path, open_rows=open_rows)
    old = board_data.board(before, request, lambda _: None)
    gone, changed = marks(before, file)
    return PreviewPage(file.name, (Side(old, "before", gone), Side(new, "after", changed)))


def marks(
    old: board_file.FileBoard, new: board_file.FileBoard
) -> tuple[dict[int, str], dict[int, str]]:
    """Return the words on panels that differ: on the older side, and on the newer."""
    before, after = ({panel.number: panel for panel in file.panels} for file in (old, new))
    gone = {number: "gone" for number in before if number not in after}
    changed = {
        number: "changed" if number in before else "new"
        for number, panel in after.items()
        if before.get(number) != panel
    }
    moved = {number: "changed" for number in changed if number in before}
    return {**gone, **moved}, changed
