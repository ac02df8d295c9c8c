"""What every page of charts has: its templates and their filters, its colours, its script."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader
from markdown_it import MarkdownIt
from markupsafe import Markup

from exporter.html_pages import environment
from generators.report import svg, time_axis
from generators.report.colors import SHADES, Theme, style_names
from generators.report.model import DrawnBoard, DrawnPanel, DrawnSeries, PanelKind

_TEMPLATES = "report/templates"


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What every page of charts has: its colours in both themes, its styles, and its script."""

    dark: Mapping[str, str]
    light: Mapping[str, str]
    style: Markup
    script: Markup
    script_hash: str


def page_frame(boards: Iterable[DrawnBoard]) -> PageFrame:
    """Return the frame of a page that shows dashboards."""
    panels = [panel for board in boards for panel in board.panels]
    hexes = {color for panel in panels for color in _worded(panel) if color.startswith("#")}
    schemes = sorted({panel.heat.scheme for panel in panels if panel.heat is not None})
    script = page_source("page.js")
    return PageFrame(
        dark=style_names(Theme.DARK, hexes, schemes),
        light=style_names(Theme.LIGHT, hexes, schemes),
        style=page_source("page.css"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _worded(panel: DrawnPanel) -> Iterator[str]:
    """Yield the colours of texts, and of what texts are on."""
    yield from (one.color for one in panel.readings)
    yield from (cell.color for column in panel.columns for cell in column.cells)
    yield from (episode.color for lane in panel.lanes for episode in lane.episodes)


def page_source(name: str, folder: str = _TEMPLATES) -> Markup:
    """Return a style or a script, as it is."""
    found = page_environment(folder)
    assert found.loader is not None  # noqa: S101 - it was made with one
    return Markup(found.loader.get_source(found, name)[0])  # noqa: S704 - a file of this package


@cache
def page_environment(folder: str = _TEMPLATES) -> Environment:
    """Return what loads the templates of a folder of this package, and those of charts."""
    found = environment(
        "generators", _TEMPLATES,
        css=css, ink=ink, on=on, place=_place, moment=moment, markdown=_markdown,
        spark=svg.spark, ring=svg.ring, listed=listed,
        dial=lambda share: svg.dial(0.0, max(share, 0.001), 80.0),
        across=across, lasting=_lasting,
    )  # fmt: skip
    found.loader = ChoiceLoader(
        [PackageLoader("generators", one) for one in dict.fromkeys((folder, _TEMPLATES))]
    )
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


def moment(time: float) -> str:
    """Return a time in UTC."""
    return time_axis.written(time, "%Y-%m-%d %H:%M")


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
