"""Rounded thresholds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.expression import Direction
from exporter.catalog.model import Unit
from generators.tuning.readable import proposal, readable
from generators.tuning.thresholds import RefusedThreshold

UP, DOWN = Direction.UP, Direction.DOWN


@pytest.mark.parametrize(
    ("value", "direction", "expected"),
    [
        (0.18734, UP, 0.19),
        (0.18734, DOWN, 0.187),
        (0.1912, UP, 0.192),
        (0.19, UP, 0.19),
        (123.4, UP, 124),
        (-0.5123, UP, -0.51),
        (0.0, UP, 0.0),
        (float("inf"), UP, float("inf")),
    ],
)
def test_a_number_has_two_or_three_digits(
    value: float, direction: Direction, expected: float
) -> None:
    """Two where that moves it by at most 2 %, else three."""
    assert readable(value, direction) == expected


@given(st.floats(-1e9, 1e9), st.sampled_from([UP, DOWN]))
def test_rounding_keeps_the_promise(value: float, direction: Direction) -> None:
    """No value that stayed silent fires by rounding, and none moves by more than 2 %."""
    found = readable(value, direction)
    assert found >= value if direction is UP else found <= value
    assert abs(found - value) <= abs(value) * 0.0201


@given(st.floats(0, 1))
def test_ratios_stay_within_their_bounds(ratio: float) -> None:
    """A threshold of a ratio is on the silent side, never at the end, or it is refused."""
    above = proposal(ratio, UP, Unit.RATIO)
    assert isinstance(above, RefusedThreshold) or ratio <= above < 1
    below = proposal(-ratio, DOWN, Unit.RATIO)
    assert isinstance(below, RefusedThreshold) or 0 < below <= ratio


def test_a_ratio_near_one_is_rounded_by_its_distance() -> None:
    """99.9573 % becomes 99.957 % as a lower limit, not 99 %; the end itself is refused."""
    assert proposal(-0.999573, DOWN, Unit.RATIO) == 0.99957
    assert proposal(0.9996, UP, Unit.RATIO) == 0.9996
    refused = proposal(1.0, UP, Unit.RATIO)
    assert isinstance(refused, RefusedThreshold)
    assert "100%" in refused.why
    assert isinstance(proposal(0.0, DOWN, Unit.RATIO), RefusedThreshold)
    assert proposal(0.2871, UP, Unit.SECONDS) == 0.29


@pytest.mark.parametrize("unit", [Unit.SECONDS, Unit.RATIO, Unit.NONE])
@pytest.mark.parametrize("direction", [UP, DOWN])
def test_what_is_no_measurement_is_refused(unit: Unit, direction: Direction) -> None:
    """No threshold is infinite, or so large that it has no digits."""
    for level in (math.inf, -math.inf, 1e308):
        found = proposal(level, direction, unit)
        assert isinstance(found, RefusedThreshold)
        assert found.why.endswith("which is no measurement")
