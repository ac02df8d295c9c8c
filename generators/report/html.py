"""Dashboards as one HTML file that needs no network and no script: charts are SVG."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup

from exporter.html_pages import environment
from exporter.prometheus_api import TimeSpan
from generators.report import blocks, charts, svg
from generators.report.colors import SHADES, Theme, style_names
from generators.report.detail import ChartDetail, detail
from generators.report.model import DrawnBoard, DrawnPanel, DrawnSeries, PanelKind
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
    """A page: one dashboard, or an old and a new one side by side."""

    sides: tuple[Side, ...]
    theme: Theme
    source: str
    version: str


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What every page of charts has: its colours in both themes, its styles, and its script."""

    dark: Mapping[str, str]
    light: Mapping[str, str]
    style: Markup
    script: Markup
    script_hash: str


def page(sheet: Sheet) -> str:
    """Return the page."""
    boards = [side.board for side in sheet.sides]
    fine = detail(sum(_series(panel) for board in boards for panel in board.panels))
    plots = {
        f"{side}-{at}": drawn
        for side, board in enumerate(boards)
        for at, panel in enumerate(board.panels)
        if (drawn := plot(panel, TimeSpan(board.start, board.end), fine)) is not None
    }
    template = _environment().get_template("page.html")
    return template.render(sheet=sheet, plots=plots, frame=page_frame(boards))


def page_frame(boards: Iterable[DrawnBoard]) -> PageFrame:
    """Return the frame of a page that shows dashboards."""
    panels = [panel for board in boards for panel in board.panels]
    hexes = {color for panel in panels for color in _worded(panel) if color.startswith("#")}
    schemes = sorted({panel.heat.scheme for panel in panels if panel.heat is not None})
    script = _source("page.js")
    return PageFrame(
        dark=style_names(Theme.DARK, hexes, schemes),
        light=style_names(Theme.LIGHT, hexes, schemes),
        style=Markup(_source("page.css")),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _worded(panel: DrawnPanel) -> Iterator[str]:
    """Yield the colours of texts, and of what texts are on."""
    yield from (one.color for one in panel.readings)
    yield from (cell.color for column in panel.columns for cell in column.cells)
    yield from (episode.color for lane in panel.lanes for episode in lane.episodes)


def _series(panel: DrawnPanel) -> int:
    return len(panel.series) + (len(panel.heat.buckets) if panel.heat else 0)


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


def _source(name: str) -> str:
    found = _environment()
    assert found.loader is not None  # noqa: S101 - it was made with one
    return found.loader.get_source(found, name)[0]


@cache
def _environment() -> Environment:
    found = environment(
        "generators", "report/templates",
        css=css, ink=ink, on=on, place=_place, moment=moment, markdown=_markdown,
        spark=svg.spark, ring=svg.ring, listed=listed,
        dial=lambda share: svg.dial(0.0, max(share, 0.001), 80.0),
        across=across, lasting=_lasting,
    )  # fmt: skip
    found.globals.update(shades=SHADES)
    return found


def css(color: str) -> str:
    """Return a colour as a style says it; names are the theme's."""
    return color if color.startswith("#") else f"var(--c-{color or 'soft'})"


def ink(color: str) -> str:
    """Return a colour as that of a text: in the theme's readable shade."""
    return f"var(--t-{color.removeprefix('#') or 'soft'})"


def on(color: str) -> str:
    """Return the colour of a text on a background."""
    return f"var(--o-{color.removeprefix('#') or 'soft'})"


def _place(board: DrawnBoard, time: float) -> float:
    """Return where a time is within a dashboard's, in per cent."""
    share = 100 * (time - board.start) / (board.end - board.start)
    return min(100.0, max(0.0, share))


def moment(time: float, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Return a time in UTC."""
    return datetime.fromtimestamp(time, UTC).strftime(pattern)


def _lasting(seconds: float) -> str:
    minutes = int(max(0, seconds) // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    return (
        f"{days} d {hours} h"
        if days
        else f"{hours} h {minutes % 60} min"
        if hours
        else f"{minutes} min"
    )


def _markdown(text: str) -> Markup:
    """Return Markdown as HTML; HTML within it is shown, not obeyed."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return Markup(rendered)  # noqa: S704 - the renderer escapes


def listed(panel: DrawnPanel) -> list[tuple[int, DrawnSeries]]:
    """Return the series of a legend in its order, each with its place in the panel."""
    found = [(at, one) for at, one in enumerate(panel.series) if not one.field.style.unlisted]
    title, down = next(iter(panel.look.sorts), ("", False))
    sign = -1 if down else 1
    if title == "Name":
        return sorted(found, key=lambda item: item[1].name, reverse=sign < 0)

    def figure_of(item: tuple[int, DrawnSeries]) -> tuple[bool, float]:
        value = next((c.value for c in item[1].calcs if c.title == title), None)
        return (False, sign * value) if isinstance(value, int | float) else (True, 0.0)

    return sorted(found, key=figure_of) if title else found


def across(panel: DrawnPanel) -> bool:
    """Say whether several readings stand beside each other, not below each other."""
    if panel.look.orientation == "auto":
        return panel.grid.w * 2 >= panel.grid.h * 1.2 or panel.kind is PanelKind.GAUGE
    return (panel.look.orientation == "vertical") is (
        panel.kind in {PanelKind.BAR_GAUGE, PanelKind.STAT, PanelKind.GAUGE}
    )
