"""Series are named by their legend, and tables have the columns that Grafana gives them."""

import math

from exporter.prometheus.api import Points
from generators.report.board_file import FileTarget
from generators.report.frames import frames, legends

EU = (("__name__", "up"), ("region", "eu"))
US = (("__name__", "up"), ("region", "us"))


def test_legends() -> None:
    """A template takes labels; a label that is not there is empty; none is the selector."""
    labels = [EU, US]
    assert legends(FileTarget(ref="A", expr="up", legend="in {{ region }}{{zone}}"), labels) == [
        "in eu",
        "in us",
    ]
    assert legends(FileTarget(ref="A", expr="up", legend="__auto"), labels) == ["eu", "us"]
    assert legends(FileTarget(ref="A", expr="up"), labels)[0] == 'up{region="eu"}'
    assert legends(FileTarget(ref="A", expr="1 + 1"), [()]) == ["1 + 1"]


def test_gaps_are_none() -> None:
    """NaN is a gap in a series, not a number."""
    (frame,) = frames(
        FileTarget(ref="A", expr="up"), [Points(EU, (1.0, 2.0), (math.nan, 3.0))], alone=True
    )
    assert frame.columns[1].values == (None, 3.0)


def test_histograms() -> None:
    """A histogram is one table of counts in rising order, so that merging changes nothing."""
    target = FileTarget(ref="A", expr="up", legend="{{le}}", format="heatmap")
    bounds = {"+Inf": 9.0, "1": 2.0, "5": 7.0}
    regions = {"eu": 1.0, "us": 2.0}
    found = [
        Points((("le", le), ("region", region)), (1.0,), (times * count,))
        for le, count in bounds.items()
        for region, times in regions.items()
    ]
    shown = [
        [(column.name, column.values) for column in frame.columns[1:]]
        for frame in frames(target, found, alone=True)
    ]
    assert shown == [
        [("1", (2.0,)), ("5", (5.0,)), ("+Inf", (2.0,))],
        [("1", (4.0,)), ("5", (10.0,)), ("+Inf", (4.0,))],
    ]


def test_tables() -> None:
    """A table has time, labels by name, and a value that bears the query's letter where needed."""
    found = [Points(EU, (1.0,), (5.0,)), Points((("zone", "b"),), (1.0,), (6.0,))]
    (frame,) = frames(FileTarget(ref="B", expr="up", format="table"), found, alone=False)
    assert [c.name for c in frame.columns] == ["Time", "__name__", "region", "zone", "Value #B"]
    assert frame.rows()[1]["zone"] == "b"
    (frame,) = frames(FileTarget(ref="B", expr="up", format="table"), found, alone=True)
    assert frame.columns[-1].name == "Value"
