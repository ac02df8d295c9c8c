"""Dashboards as one HTML file that needs no network and no script: charts are SVG."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exporter.prometheus.api import TimeSpan
from generators.report import blocks, charts
from generators.report.colors import Theme
from generators.report.detail import ChartDetail, detail
from generators.report.model import DrawnBoard, DrawnPanel, PanelKind
from generators.report.page_frame import page_environment, page_frame
from generators.report.plot import Plot

_UNIT, _GAP, _HEAD, _LEGEND_ROW = 30, 8, 34, 22  # pixels, as Grafana's grid has them


@dataclass(frozen=True, slots=True)
class Side:
    """A dashboard on a page, with a word on each panel that is not the same on the other side."""

    board: DrawnBoard
    heading: str = ""
    marks: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: one dashboard, or several: side by side, or `stacked` below each other."""

    sides: tuple[Side, ...]
    theme: Theme
    source: str
    version: str
    stacked: bool = False


def page(sheet: Sheet) -> str:
    """Return the page."""
    boards = [side.board for side in sheet.sides]
    template = page_environment().get_template("page.html")
    return template.render(sheet=sheet, plots=plots(boards), frame=page_frame(boards))


def plots(boards: Sequence[DrawnBoard], beside: int = 0) -> dict[str, Plot]:
    """Return the charts of a page, each by the places of its dashboard and its panel.

    beside  bytes of what the page has beside its dashboards
    """
    panels = [panel for board in boards for panel in board.panels]
    fine = detail(len(panels), [length for panel in panels for length in _lengths(panel)], beside)
    return {
        f"{side}-{at}": drawn
        for side, board in enumerate(boards)
        for at, panel in enumerate(board.panels)
        if (drawn := plot(panel, TimeSpan(board.start, board.end), fine)) is not None
    }


def _lengths(panel: DrawnPanel) -> Iterator[int]:
    """Yield how many points each series of a panel has."""
    yield from (len(one.times) for one in panel.series)
    if panel.heat is not None:
        yield from (len(panel.heat.times) for _ in panel.heat.buckets)


def plot(panel: DrawnPanel, span: TimeSpan, fine: ChartDetail) -> Plot | None:
    """Return a panel's chart; None where it is none, or has nothing to draw."""
    if panel.faults or panel.empty:
        return None
    if panel.kind is PanelKind.TIMESERIES:
        return charts.lines(panel, span, _chart_height(panel), fine)
    if panel.kind is PanelKind.HEATMAP and panel.heat is not None:
        return blocks.heat(panel, panel.heat, span, _chart_height(panel), fine)
    if panel.kind is PanelKind.STATE_TIMELINE:
        return blocks.states(panel, span)
    return None


def _chart_height(panel: DrawnPanel) -> float:
    legend = panel.legend
    rows = 0 if not legend.shown or legend.right else len(panel.series) + 1 if legend.table else 1
    return max(60.0, height(panel) - _HEAD - 34 - min(rows, 5) * _LEGEND_ROW)


def height(panel: DrawnPanel) -> int:
    """Return a panel's pixels from top to bottom."""
    return panel.grid.h * (_UNIT + _GAP) - _GAP
