"""Transformations make the tables that Grafana's make."""

from typing import Any

import pytest

from generators.dashboards.file.panel import TransformationInFile
from generators.report.frames import NUMBER, STRING, TIME, Frame, Vector
from generators.report.model import DrawnSeries
from generators.report.transform import Unknown, changed

ERRORS = Frame("A", (
    Vector(name="Time", kind=TIME, values=(1.0, 1.0)),
    Vector(name="region", kind=STRING, values=("eu", "us")),
    Vector(name="Value #A", kind=NUMBER, values=(0.1, 0.2)),
))  # fmt: skip
LOAD = Frame("B", (
    Vector(name="Time", kind=TIME, values=(1.0, 1.0)),
    Vector(name="region", kind=STRING, values=("us", "asia")),
    Vector(name="Value #B", kind=NUMBER, values=(5.0, 7.0)),
))  # fmt: skip
LINE = Frame("A", (
    Vector(name="Time", kind=TIME, values=(1.0, 2.0)),
    Vector(name="one", kind=NUMBER, values=(3.0, 4.0), labels=(("region", "eu"),), plain="Value"),
))  # fmt: skip


def table(found: list[Frame], name: str, **options: Any) -> list[list[Any]]:
    """Return the names of columns and the rows after one transformation."""
    (frame,) = changed(found, [TransformationInFile(id=name, options=options)])
    return [[c.name for c in frame.columns], *([*row.values()] for row in frame.rows())]


def test_merge() -> None:
    """Rows that agree in what they share become one; what one side lacks is empty."""
    assert table([ERRORS, LOAD], "merge") == [
        ["Time", "region", "Value #A", "Value #B"],
        [1.0, "eu", 0.1, None],
        [1.0, "us", 0.2, 5.0],
        [1.0, "asia", None, 7.0],
    ]


def test_organize() -> None:
    """Columns are left out, ordered and renamed."""
    assert table(
        [ERRORS],
        "organize",
        excludeByName={"Time": True},
        indexByName={"Value #A": 0, "region": 1},
        renameByName={"Value #A": "Errors"},
    ) == [["Errors", "region"], [0.1, "eu"], [0.2, "us"]]


def test_sort() -> None:
    """Rows are sorted by a column, downwards where requested."""
    rows = table([ERRORS], "sortBy", sort=[{"field": "Value #A", "desc": True}])[1:]
    assert [row[1] for row in rows] == ["us", "eu"]


def test_reduce() -> None:
    """Each series becomes a row with its figures."""
    assert table([LINE], "reduce", reducers=["max", "mean"]) == [
        ["Field", "Max", "Mean"], ["one", 4.0, 3.5],
    ]  # fmt: skip


def test_join() -> None:
    """An outer join keeps every row, an inner one those on both sides."""
    options = {"byField": "region"}
    assert len(table([ERRORS, LOAD], "joinByField", **options)) == 4
    assert table([ERRORS, LOAD], "joinByField", mode="inner", **options)[1:] == [
        [1.0, "us", 0.2, 5.0]
    ]


def test_labels_to_fields() -> None:
    """Labels become columns beside the value."""
    assert table([LINE], "labelsToFields") == [
        ["Time", "region", "Value"], [1.0, "eu", 3.0], [2.0, "eu", 4.0],
    ]  # fmt: skip


def test_filter_rename_limit() -> None:
    """Columns are kept by pattern and renamed by one; rows are cut."""
    assert table([ERRORS], "filterFieldsByName", include={"pattern": "/^reg/"})[0] == ["region"]
    renamed = table([ERRORS], "renameByRegex", regex="Value #(.*)", renamePattern="v$1")
    assert renamed[0] == ["Time", "region", "vA"]
    assert len(table([ERRORS], "limit", limitField=1)) == 2


def test_sparklines() -> None:
    """A series becomes one cell, with its labels beside it."""
    head, (region, series) = table([LINE], "timeSeriesTable")
    assert (head, region) == (["region", "Trend"], "eu")
    assert isinstance(series, DrawnSeries)
    assert series.values == (3.0, 4.0)


def test_unknown() -> None:
    """A transformation that is not known is named, never passed over."""
    with pytest.raises(Unknown, match="'rotate' is not known"):
        changed([LINE], [TransformationInFile(id="rotate")])
