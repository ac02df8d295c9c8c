"""Daily firing levels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from generators.tuning.days import Day
from generators.tuning.levels import daily_levels, levels_by_for, rolling_minimum
from generators.tuning.model import Values
from tests.generators.tuning.histories import MONDAY

FORS = (0, 1, 2, 5, 15)
NUMBERS = st.one_of(st.just(float("nan")), st.floats(-5, 5).map(lambda x: round(x, 1)))


def two_days(count: int, midnight: int) -> tuple[Day, ...]:
    """Return two days of a grid."""
    return (
        Day(date=MONDAY, first=0, stop=midnight, expected=midnight),
        Day(date=MONDAY, first=midnight, stop=count, expected=count - midnight),
    )


def fires(values: Values, threshold: float, samples: int) -> np.ndarray:
    """Return when `x > threshold` has held for so many samples, as Prometheus counts them."""
    held, firing = 0, []
    for value in values:
        held = held + 1 if value > threshold else 0
        firing.append(held > samples)
    return np.array(firing)


@given(st.lists(NUMBERS, min_size=40, max_size=60), st.integers(1, 39), st.floats(-5, 5))
def test_a_rule_fires_on_a_day_exactly_if_its_level_is_above(
    numbers: list[float], midnight: int, threshold: float
) -> None:
    """For any values with gaps, any threshold and any `for`, the state machine says the same."""
    values = np.array(numbers)
    days = two_days(len(values), midnight)
    levels = daily_levels(values, days, FORS)
    for samples, of_days in zip(FORS, levels, strict=True):
        firing = fires(values, threshold, samples)
        expected = [firing[day.first : day.stop].any() for day in days]
        assert (of_days > threshold).tolist() == expected


def test_a_run_over_midnight_counts_when_it_is_long_enough() -> None:
    """A run that begins with the last sample of a day belongs to the next one."""
    values = np.array([0, 0, 0, 7, 7, 0, 0, 0], dtype=np.float64)
    assert daily_levels(values, two_days(8, 4), (0, 1)).tolist() == [[7, 7], [0, 7]]


def test_a_gap_ends_a_run() -> None:
    """Where an output is missing, `for` starts again."""
    values = np.array([7, 7, np.nan, 7, 7, 1], dtype=np.float64)
    assert daily_levels(values, two_days(6, 5), (1, 2))[:, 0].tolist() == [7, -np.inf]


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=40), st.integers(1, 45))
def test_a_rolling_minimum_is_that_of_the_last_values(numbers: list[float], width: int) -> None:
    """Widths that are no power of two, and those longer than the series, are right, too."""
    found = rolling_minimum({1: np.array(numbers)}, width)
    for index, value in enumerate(found):
        window = numbers[index - width + 1 : index + 1] if index >= width - 1 else []
        assert value == min(window, default=-np.inf)


def test_firing_values_may_depend_on_for() -> None:
    """Each `for` is computed from its own values, and those of incidents are left out."""
    values = {0: np.array([1.0, 9, 3, 3]), 1: np.array([5.0, 5, 8, 8])}
    clean = np.array([True, False, True, True])
    found = levels_by_for(values.__getitem__, two_days(4, 2), (0, 1), clean)
    assert found.tolist() == [[1, 3], [-np.inf, 8]]
