"""An alert's history, drawn."""

import math
from dataclasses import replace

import numpy as np
import pytest

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from exporter.prometheus.api import TimeSpan
from generators.tuning.model import TimeGrid
from generators.tuning.plot import HEIGHT, LEFT, TOP, WIDTH, PlottedAlert, plot
from generators.tuning.plot_page import page

DAY = 86400
GRID = TimeGrid(start=1_764_028_800, step=60, count=3 * 1440)  # from a midnight of UTC on
INCIDENT = TimeSpan(float(GRID.start + DAY), float(GRID.start + DAY + 3600))


def history() -> PlottedAlert:
    """Three days at 50 ms; an hour at 2 s within them."""
    values = np.full(GRID.count, 0.05)
    values[1440:1500] = 2.0
    return PlottedAlert(
        title="ResponseTimeWarning",
        about="Why.",
        unit=Unit.SECONDS,
        direction=Direction.UP,
        grid=GRID,
        values=values,
        current=0.1,
        proposed=0.08,
        incidents=(INCIDENT,),
        firings=(INCIDENT,),
        firings_proposed=(),
    )


def test_an_incident_does_not_flatten_the_threshold() -> None:
    """Values far beyond the thresholds are cut, and the worst is said."""
    found = plot(history())
    assert found.cut == "2s"
    assert [tick.text for tick in found.values] == ["0s", "50ms", "100ms", "150ms", "200ms"]
    assert found.current == TOP + HEIGHT / 2
    assert min(high for _, high, _ in found.ranges) == TOP


@pytest.mark.parametrize("direction", [Direction.UP, Direction.DOWN])
@pytest.mark.parametrize(("value", "text"), [(np.inf, "infinite"), (1e308, "1e+308s")])
@pytest.mark.filterwarnings("error")
def test_an_infinite_value_is_drawn_as_one_that_is_cut(
    direction: Direction, value: float, text: str
) -> None:
    """One such value, or nothing but such: the axis is that of the thresholds."""
    values = np.full(GRID.count, 0.05)
    values[100:200] = value
    found = plot(replace(history(), direction=direction, values=values))
    assert direction is Direction.DOWN or found.cut == text
    assert all(math.isfinite(y) for _, high, low in found.ranges for y in (high, low))
    page([replace(history(), direction=direction, values=np.full(GRID.count, value))], "three days")


def test_what_is_usual_leaves_incidents_out() -> None:
    """Of the hour with the incident, nine in ten values are what other days have."""
    heights = [y for _, y in plot(history()).usual]
    assert heights == pytest.approx([TOP + HEIGHT * 0.75] * 2 * 72)


def test_stretches_and_days_stand_where_their_time_is() -> None:
    """An incident an hour long, a day after the beginning of three; a tick for each midnight."""
    found, width = plot(history()), WIDTH * DAY / (GRID.end - GRID.start)
    (block,) = found.incidents
    assert math.isclose(block.left, LEFT + width)
    assert math.isclose(block.width, width / 24)
    assert [tick.text for tick in found.days] == ["11-25", "11-26", "11-27"]


def test_a_lower_limit_shows_what_lies_below_it() -> None:
    """Of a hit rate the axis reaches below the threshold, and never below nothing."""
    values = np.full(GRID.count, 0.82)
    values[100] = 0.0
    rate = replace(
        history(), unit=Unit.RATIO, direction=Direction.DOWN, values=values, current=0.7,
        proposed=None,
    )  # fmt: skip
    found = plot(rate)
    assert found.proposed is None
    assert found.cut == "0%"
    assert float(found.values[0].text.removesuffix("%")) < 70


def test_a_page_has_each_plot_as_text_too() -> None:
    """What the picture shows can be read aloud; markup in texts is text."""
    text = page([replace(history(), about="<b>&")], "three days")
    assert "threshold 100ms, proposed 80ms; incidents: 1" in text
    assert "&lt;b&gt;&amp;" in text
    assert "<td>1</td><td>1.0 h</td>" in text
