"""Heatmaps and state timelines: cells and blocks are where and as coloured as their values."""

import pytest

from exporter.prometheus.api import TimeSpan
from generators.report.blocks import heat, states
from generators.report.colors import SHADES
from generators.report.detail import ChartDetail
from generators.report.display import Field
from generators.report.model import (
    DrawnBucket,
    DrawnEpisode,
    DrawnPanel,
    GridPlace,
    Heat,
    Lane,
    Look,
    PanelKind,
)
from generators.report.plot import Plot

HOUR = TimeSpan(36_000.0, 39_600.0)
TIMES = tuple(HOUR.start + 60.0 * at for at in range(60))


def heated(*rows: float | None, wide: int = 24, columns: int = 700) -> Plot:
    """Return a heatmap of two buckets: one of ones, and one with these counts."""
    found = Heat(
        TIMES[: len(rows)],
        (DrawnBucket("0.1", (1.0,) * len(rows)), DrawnBucket("+Inf", rows)),
        "Blues",
        Field(unit="s"),
    )
    panel = DrawnPanel(
        number=1, kind=PanelKind.HEATMAP, title="", description="", grid=GridPlace(0, 0, wide, 8)
    )
    return heat(panel, found, HOUR, 200, ChartDetail(columns, 60))


def test_the_fullest_cell_has_the_last_colour() -> None:
    """Colours follow the root of the counts; an empty cell is not drawn."""
    plot = heated(0.0, 25.0, None, 100.0)
    cells = {path.color: path.path for path in plot.paths}
    assert cells[f"Blues-{SHADES - 1}"] == "M3 1h0.94"
    assert cells[f"Blues-{round((SHADES - 1) / 2)}"] == "M1 1h0.94"
    assert "M2 1" not in "".join(cells.values())
    assert [mark.text for mark in plot.values] == ["100 ms", "∞"]
    assert [mark.text for mark in plot.scale] == ["0", "25", "100"]


def test_narrow_cells_touch() -> None:
    """Of one colour they are one stroke."""
    plot = heated(*(100.0,) * 60, wide=3)
    assert [path.path for path in plot.paths if path.color == f"Blues-{SHADES - 1}"] == ["M0 1h60"]


def test_a_coarse_heatmap_keeps_the_fullest() -> None:
    """A cell of two minutes is as dark as the fuller of them."""
    plot = heated(*([0.0] * 59 + [100.0]), columns=30)
    assert f"Blues-{SHADES - 1}" in {path.color for path in plot.paths}


@pytest.mark.parametrize(("show", "text"), [("auto", "down"), ("never", "")])
def test_a_state_is_a_block(show: str, text: str) -> None:
    """From when until when, in its lane, with its text unless the panel has none."""
    lanes = (
        Lane("a", (DrawnEpisode(HOUR.start - 600, HOUR.start + 900, "down", "red"),)),
        Lane("b", (DrawnEpisode(HOUR.start, HOUR.end, "up", "green"),)),
    )
    panel = DrawnPanel(
        number=1,
        kind=PanelKind.STATE_TIMELINE,
        title="",
        description="",
        grid=GridPlace(0, 0, 12, 6),
        look=Look(show_value=show),
        lanes=lanes,
    )
    plot = states(panel, HOUR)
    down, up = plot.blocks
    assert (down.x, down.wide, round(down.y), down.high, down.text) == (0, 25, 5, 40, text)
    assert (up.x, up.wide, round(up.y)) == (0, 100, 55)
    assert plot.table.rows[0] == ("09:50", "10:15", "a", "down")
