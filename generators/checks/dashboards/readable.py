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
_LEAST_LETTERS = 8  # of a column's words that have to be legible


def check(board: DashboardFile) -> Iterator[Problem]:
    """Yield what is cut or too small to be read."""
    for panel in board.panels:
        for text in (*_title(panel), *_sizes(panel), *_columns(panel)):
            yield board.of(panel, RULE, text)


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
    least = float(panel.field.custom.min_width)
    return _own_width(panel, title) or max(least, min(least, _LEAST_LETTERS * _LETTER))


def _own_width(panel: PanelInFile, title: str) -> float:
    field = PanelFields(panel.field_config, panel.type).of(FieldSubject(title))
    return float(field.style.cell_width)
