"""Whether texts fit: titles, columns of tables, names and values of figures.

Numbers measured in Grafana 12.3 at 1600 pixels with its menu open.
"""

from collections.abc import Iterator

from generators.checks.engine.dashboard_file import DashboardFile
from generators.checks.engine.problem import Problem
from generators.dashboards.file.panel import PanelInFile
from generators.report.fields import FieldSubject, PanelFields

RULE = "readable"
_COLUMN, _GAP = 54, 8  # pixels of a column of the grid, and between panels
_PADDING, _ICON = 20, 40  # around a title, and of the icon of a description or of links
_LETTER = 7.5  # pixels of a letter of a title, on average
_CELL_PADDING, _ARROW = 16, 20  # of a column, and of the arrow that says how it is sorted
_LEGIBLE = 8 * _LETTER  # of a column's words
_SMALLEST, _LARGEST = 12, 24  # pixels of letters: of 6 nobody reads them, at 40 they cut names
_LINES = 4  # of a legend that is a table below a chart: Grafana gives it a third of the height


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what is cut or too small to be read."""
    for panel in board.panels:
        found = (*_title(panel), *_sizes(panel), *_legend(panel), *_columns(panel))
        for text in found:
            yield board.of(panel, RULE, text)
    yield from _twice(board)


def _twice(board: DashboardFile) -> Iterator[Problem]:
    """Yield panels that nobody can tell apart; a figure and its chart may share a title."""
    known = set[tuple[str, str]]()
    for panel in board.panels:
        if (panel.type, panel.title) in known:
            yield board.of(panel, RULE, "has the title of another; say what sets them apart")
        known.add((panel.type, panel.title))


def _wide(panel: PanelInFile) -> int:
    return panel.grid_pos.w * _COLUMN - _GAP


def _title(panel: PanelInFile) -> Iterator[str]:
    icons = bool(panel.description) + bool(panel.links)
    letters = int((_wide(panel) - _PADDING - icons * _ICON) / _LETTER)
    if len(panel.title) > letters:
        yield (
            f"has a title of {len(panel.title)} letters where Grafana has room for {letters}; "
            "shorten it"
        )


def _sizes(panel: PanelInFile) -> Iterator[str]:
    several = len(panel.targets) > 1 or panel.options.text_mode == "value_and_name"
    sizes = panel.options.text
    chosen = sizes.title_size is not None and sizes.value_size is not None
    if panel.type == "stat" and several and not chosen:
        yield (
            "shows several values, whose letters Grafana makes as small as they have to be; "
            "write options.text with titleSize and valueSize"
        )
    if panel.type == "bargauge" and not chosen:
        yield (
            "leaves sizes to Grafana, which writes values large and cuts names; "
            "write options.text with titleSize and valueSize"
        )
    for size in (sizes.title_size, sizes.value_size):
        if size is not None and not _SMALLEST <= size <= _LARGEST:
            yield (
                f"has letters of {size:.0f} pixels; write {_SMALLEST} to {_LARGEST}, which can be "
                "read and leave room for names"
            )


def _legend(panel: PanelInFile) -> Iterator[str]:
    legend = panel.options.legend
    below = legend.display_mode == "table" and legend.placement == "bottom"
    if panel.type == "timeseries" and below and len(panel.targets) > _LINES:
        yield (
            f"has a legend of {len(panel.targets)} lines below it, of which Grafana shows "
            f"{_LINES}; place it on the right"
        )


def _columns(panel: PanelInFile) -> Iterator[str]:
    if panel.type != "table":
        return
    titles = list(dict.fromkeys(_titles(panel)))
    widths = {title: _width(panel, title) for title in titles}
    needed = sum(widths.values())
    if needed > _wide(panel):
        yield (
            f"has columns of {needed:.0f} pixels on {_wide(panel)}: the last are out of sight; "
            "write a smaller custom.minWidth, or take columns away"
        )
    if panel.field.custom.min_width < _LEGIBLE:
        yield (
            f"has columns of {panel.field.custom.min_width:.0f} pixels, which cut words; write a "
            f"custom.minWidth of {_LEGIBLE:.0f} or more"
        )
    for title, width in widths.items():
        least = len(title) * _LETTER + _CELL_PADDING + _ARROW
        if _own_width(panel, title) and width < least:
            yield f"cuts the head of {title} at {width:.0f} pixels; write {least:.0f}"


def _titles(panel: PanelInFile) -> Iterator[str]:
    """Yield the columns that the panel names."""
    for step in panel.transformations:
        names = step.options.get("renameByName")
        yield from map(str, names.values()) if isinstance(names, dict) else ()


def _width(panel: PanelInFile, title: str) -> float:
    """Return how wide a column is at least: as it is set, or its minimum."""
    return _own_width(panel, title) or float(panel.field.custom.min_width)


def _own_width(panel: PanelInFile, title: str) -> float:
    field = PanelFields(panel.field_config, panel.type).of(FieldSubject(title))
    return float(field.style.cell_width)
