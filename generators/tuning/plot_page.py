"""The page of plots: one HTML file that needs no network, each plot with its text and its table."""

from collections.abc import Iterable
from dataclasses import dataclass

from exporter.html_pages import environment
from exporter.prometheus.api import TimeSpan
from generators.limits import shown
from generators.tuning.plot import HEIGHT, LEFT, TOP, WIDTH, HistoryPlot, PlottedAlert, plot

_ROW = 14.0  # of firings, below the plot
_FOOT = 24.0  # of dates


@dataclass(frozen=True, slots=True)
class _Drawn:
    history: PlottedAlert
    plot: HistoryPlot


def page(histories: Iterable[PlottedAlert], about: str) -> str:
    """Return the page; `about` says which time and source it is of."""
    drawn = [_Drawn(history, plot(history)) for history in histories]
    template = environment(
        "generators", "tuning/templates", path=_path, outline=_outline, hours=_hours
    ).get_template("plots.html")
    return template.render(
        drawn=drawn,
        about=about,
        shown=shown,
        width=LEFT + WIDTH + 8,
        height=TOP + HEIGHT + 3 * _ROW + _FOOT,
        left=LEFT,
        right=LEFT + WIDTH,
        top=TOP,
        bottom=TOP + HEIGHT,
        row=_ROW,
    )


def _path(ranges: Iterable[tuple[float, float, float]]) -> str:
    """Return the strokes of a path, one a column; a flat one is still a dot."""
    return "".join(f"M{x:.1f} {high:.1f}V{max(low, high + 0.8):.1f}" for x, high, low in ranges)


def _outline(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _hours(spans: tuple[TimeSpan, ...]) -> str:
    return f"{sum(span.seconds for span in spans) / 3600:.1f} h"
