"""Values become words and colours by mappings and thresholds, and series get Grafana's colours."""

import math

import pytest

from generators.report.colors import Theme, known, palette
from generators.report.display import DrawnMapping, DrawnStep, DrawnThresholds, Field, Value
from generators.report.formatting import Shown, series_color, share, shown

STEPS = DrawnThresholds(
    (DrawnStep(-math.inf, "green"), DrawnStep(0.1, "orange"), DrawnStep(0.2, "red"))
)
LIMITED = Field(unit="s", decimals=0, thresholds=STEPS, color_mode="thresholds")


@pytest.mark.parametrize(
    ("value", "color"), [(-1, "green"), (0.099, "green"), (0.1, "orange"), (0.3, "red")]
)
def test_thresholds(value: float, color: str) -> None:
    """A step's colour holds from its own value up to the next."""
    assert shown(value, LIMITED).color == color


def test_thresholds_in_percent() -> None:
    """Percentage steps count from minimum to maximum."""
    steps = DrawnThresholds((DrawnStep(-math.inf, "green"), DrawnStep(80, "red")), percent=True)
    field = Field(thresholds=steps, color_mode="thresholds", minimum=100, maximum=200)
    assert [shown(v, field).color for v in (179, 180)] == ["green", "red"]


@pytest.mark.parametrize(
    ("value", "mapping", "text"),
    [
        (0.0, DrawnMapping(text="down", color="red", value="0"), "down"),
        ("a", DrawnMapping(text="first", value="a"), "first"),
        (5.0, DrawnMapping(text="some", low=1, high=9), "some"),
        (50.0, DrawnMapping(text="many", low=10), "many"),
        ("eu-1", DrawnMapping(text="Europe", pattern="eu-.*"), "Europe"),
        (None, DrawnMapping(text="nothing", special="null"), "nothing"),
        (math.nan, DrawnMapping(text="nothing", special="null+nan"), "nothing"),
        (1.0, DrawnMapping(text="down", value="0"), "1"),
    ],
)
def test_mappings(value: Value, mapping: DrawnMapping, text: str) -> None:
    """A mapping's words stand for what fits it, and for nothing else."""
    assert shown(value, Field(mappings=(mapping,))).text == text


def test_a_mapping_without_color_leaves_the_thresholds_theirs() -> None:
    """Words do not take a colour away."""
    field = Field(
        thresholds=STEPS, color_mode="thresholds", mappings=(DrawnMapping(text="x", value="1"),)
    )
    assert shown(1.0, field) == Shown("x", "red")


def test_no_value_is_said() -> None:
    """What is not there is the panel's own word for it, not zero."""
    assert shown(None, Field(no_value="none yet")).text == "none yet"
    assert shown(None, Field()).text == ""


def test_series_colors() -> None:
    """Series take the classic palette in turn, unless their field has a colour."""
    assert [series_color(Field(), at, 1.0) for at in (0, 1, 2)] == [
        "green", "semi-dark-yellow", "blue",
    ]  # fmt: skip
    assert series_color(Field(color_mode="fixed", color="#D55E00"), 1, 1.0) == "#D55E00"


def test_share() -> None:
    """A share stays between 0 and 1, and the field's limits come before the data's."""
    assert [share(v, Field(minimum=0, maximum=2)) for v in (-1, 1, 5)] == [0.0, 0.5, 1.0]
    assert share(5, Field(maximum=10), 0, 5) == 0.5


def test_colors_that_are_none() -> None:
    """Nothing but a colour gets into a style: names, hex and rgb do, anything else does not."""
    assert [known(c) for c in ("semi-dark-red", "#abc", "rgba(1, 2, 3, 0.5)")] == [
        "semi-dark-red", "#aabbcc", "#01020380",
    ]  # fmt: skip
    assert known("red; background: url(//x)") == "soft"
    assert palette(Theme.DARK)["green"] != palette(Theme.LIGHT)["green"]
    assert palette(Theme.DARK).keys() == palette(Theme.LIGHT).keys()
