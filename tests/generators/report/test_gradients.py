"""Colours between colours follow a value's place among all of its panel."""

import pytest

from generators.report.gradients import Spread, between, spread


@pytest.mark.parametrize(
    ("value", "color"),
    [(0, "#73BF69"), (5, "#E2C03D"), (10, "#F2495C"), (-3, "#73BF69"), (None, "#73BF69")],
)
def test_between(value: float | None, color: str) -> None:
    """The lowest is green and the highest red; in the middle all three colours take part."""
    assert between("continuous-GrYlRd", value, (0.0, 10.0)) == color


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ([[3.0, 7.0], [5.0]], (3.0, 7.0)),
        ([[3.0, 7.0], []], (0.0, 7.0)),
        ([[], [3.0, 7.0]], (3.0, 7.0)),
        ([[-7.0, -3.0], []], (-7.0, 0.0)),
        ([], (0.0, 0.0)),
    ],
)
def test_spread(columns: list[list[float]], found: Spread) -> None:
    """All columns count; one without values counts as zero if it is the last."""
    assert spread(columns) == found
