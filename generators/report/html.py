"""Dashboards as one HTML file that needs no network; plotly.js draws its charts."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import plotly.offline
from jinja2 import Environment
from markdown_it import MarkdownIt
from markupsafe import Markup

from exporter.html_pages import environment
from generators.report import blocks, charts, svg
from generators.report.colors import Theme, palette
from generators.report.model import DrawnBoard, DrawnPanel, DrawnSeries, PanelKind

_UNIT, _GAP, _HEAD, _LEGEND_ROW = 30, 8, 34, 22  # pixels, as Grafana's grid has them
_DARK_FROM = 0.58  # of full brightness: text on what is brighter is black
_FIGURES = frozenset({PanelKind.TIMESERIES, PanelKind.HEATMAP, PanelKind.STATE_TIMELINE})


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


def page(sheet: Sheet) -> str:
    """Return the page."""
    figures = {
        f"{side}-{at}": drawn
        for side, one in enumerate(sheet.sides)
        for at, panel in enumerate(one.board.panels)
        if (drawn := figure(panel, one.board)) is not None
    }
    library, script = plotly.offline.get_plotlyjs(), _source("page.js")
    return _environment().get_template("page.html").render(
        sheet=sheet,
        figures=embedded(figures),
        palettes=embedded({theme.value: palette(theme) for theme in (Theme.DARK, Theme.LIGHT)}),
        palettes_of={theme.value: palette(theme) for theme in (Theme.DARK, Theme.LIGHT)},
        style=Markup(_source("page.css")),  # noqa: S704 - a file of this package
        library=Markup(_harmless(library)),  # noqa: S704 - plotly's own file
        script=Markup(script),  # noqa: S704 - a file of this package
        hashes=[_hash(_harmless(library)), _hash(script)],
    )  # fmt: skip


def figure(panel: DrawnPanel, board: DrawnBoard) -> dict[str, Any] | None:
    """Return a panel's chart; None where it is none, or has nothing to draw."""
    if panel.faults or panel.empty:
        return None
    if panel.kind is PanelKind.TIMESERIES:
        return charts.lines(panel, board, _chart_height(panel))
    if panel.kind is PanelKind.HEATMAP and panel.heat is not None:
        return blocks.heat(panel, board, panel.heat)
    if panel.kind is PanelKind.STATE_TIMELINE:
        return blocks.states(panel, board)
    return None


def _chart_height(panel: DrawnPanel) -> float:
    legend = panel.legend
    rows = 0 if not legend.shown or legend.right else len(panel.series) + 1 if legend.table else 1
    return max(60.0, height(panel) - _HEAD - 34 - min(rows, 5) * _LEGEND_ROW)


def height(panel: DrawnPanel) -> int:
    """Return a panel's pixels from top to bottom."""
    return panel.grid.h * (_UNIT + _GAP) - _GAP


def _harmless(script: str) -> str:
    """Return a script that cannot end the element it is in."""
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def embedded(body: object) -> Markup:
    """Return JSON that cannot end the element it is in."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # noqa: S704 - made safe on the line above


def _source(name: str) -> str:
    found = _environment()
    assert found.loader is not None  # noqa: S101 - it was made with one
    return found.loader.get_source(found, name)[0]


@cache
def _environment() -> Environment:
    found = environment(
        "generators", "report/templates",
        css=css, moment=moment, markdown=_markdown, on=text_on, spark=svg.spark, ring=svg.ring,
        listed=listed, dial=lambda share: svg.dial(0.0, max(share, 0.001), 80.0),
        across=across, lasting=_lasting,
    )  # fmt: skip
    found.globals.update(height=height, is_figure=lambda panel: panel.kind in _FIGURES)
    return found


def css(color: str) -> str:
    """Return a colour as a style says it; names are the theme's."""
    return color if color.startswith("#") else f"var(--c-{color or 'soft'})"


def text_on(color: str) -> str:
    """Return the colour of a text on a background."""
    shade = color if color.startswith("#") else palette(Theme.DARK)[color or "soft"]
    red, green, blue = (int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#000" if 0.299 * red + 0.587 * green + 0.114 * blue > _DARK_FROM else "#fff"


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


def listed(panel: DrawnPanel) -> list[DrawnSeries]:
    """Return the series of a legend, in its order."""
    found = [series for series in panel.series if not series.field.style.unlisted]
    title, down = next(iter(panel.look.sorts), ("", False))
    sign = -1 if down else 1
    if title == "Name":
        return sorted(found, key=lambda series: series.name, reverse=sign < 0)

    def figure_of(series: DrawnSeries) -> tuple[bool, float]:
        value = next((c.value for c in series.calcs if c.title == title), None)
        return (False, sign * value) if isinstance(value, int | float) else (True, 0.0)

    return sorted(found, key=figure_of) if title else found


def across(panel: DrawnPanel) -> bool:
    """Say whether several readings stand beside each other, not below each other."""
    if panel.look.orientation == "auto":
        return panel.grid.w * 2 >= panel.grid.h * 1.2 or panel.kind is PanelKind.GAUGE
    return (panel.look.orientation == "vertical") is (
        panel.kind in {PanelKind.BAR_GAUGE, PanelKind.STAT, PanelKind.GAUGE}
    )
