"""Reducers make the figure that Grafana's reducers make."""

import math

import pytest

from generators.report.calculations import TITLES, known, reduced

VALUES = (None, 1.0, 4.0, 2.0, None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lastNotNull", 2.0), ("last", None), ("firstNotNull", 1.0), ("min", 1.0), ("max", 4.0),
        ("mean", pytest.approx(7 / 3)), ("sum", 7.0), ("count", 3.0), ("range", 3.0),
        ("diff", 1.0), ("delta", 3.0), ("median", 2.0),
    ],
)  # fmt: skip
def test_figures(name: str, expected: object) -> None:
    """Gaps count for `last` only; of a reset a delta counts nothing."""
    assert reduced(name, VALUES) == expected


def test_nothing_to_reduce() -> None:
    """Of nothing there is no figure, and none is made up."""
    counting = {"count", "distinctCount", "changeCount", "sum", "delta", "stdDev"}
    assert {reduced(name, ()) for name in TITLES if name not in counting} == {None}
    assert {reduced(name, ()) for name in counting} == {0.0}
    assert reduced("max", (math.nan, None)) is None


def test_every_title_has_a_reducer() -> None:
    """A legend's heading never stands over nothing."""
    assert all(known(name) for name in TITLES)
