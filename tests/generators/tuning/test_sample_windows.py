"""Windows of samples, as PromQL's range functions have them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.tuning.model import Values
from generators.tuning.sample_windows import counted, earlier, highest, lowest, newest, through

NAN = math.nan


def values(*found: float) -> Values:
    """Return an array."""
    return np.array(found, dtype=np.float64)


def test_a_window_skips_what_is_not_there() -> None:
    """Where a window holds no value there is none; else those that are there count."""
    given_ = values(1, NAN, NAN, 5, 4)
    np.testing.assert_array_equal(highest(given_, 2), [1, 1, NAN, 5, 5])
    np.testing.assert_array_equal(lowest(given_, 2), [1, 1, NAN, 5, 4])
    np.testing.assert_array_equal(newest(given_, 3), [1, 1, 1, 5, 4])
    np.testing.assert_array_equal(counted(given_, 3), [1, 1, 1, 1, 2])


@given(
    st.lists(st.one_of(st.just(NAN), st.integers(-3, 3).map(float)), min_size=1, max_size=40),
    st.integers(1, 50),
)
def test_windows_are_what_they_hold(listed: list[float], samples: int) -> None:
    """For any length, each answer is that of the samples up to it."""
    given_ = values(*listed)
    for at in range(len(listed)):
        held = [v for v in listed[max(0, at + 1 - samples) : at + 1] if not math.isnan(v)]
        assert counted(given_, samples)[at] == len(held)
        if held:
            found = [highest(given_, samples), lowest(given_, samples), newest(given_, samples)]
            assert [each[at] for each in found] == [max(held), min(held), held[-1]]
        else:
            assert np.isnan(newest(given_, samples)[at])


@pytest.mark.parametrize(("samples", "expected"), [(0, [1, 2]), (1, [NAN, 1]), (5, [NAN, NAN])])
def test_earlier_values_are_an_offset(samples: int, expected: list[float]) -> None:
    """What lies before the first sample is not known."""
    np.testing.assert_array_equal(earlier(values(1, 2), samples), expected)


def test_through_is_true_of_whole_windows_only() -> None:
    """A window that is cut by the beginning is not whole."""
    assert through(np.array([True, True, False, True, True]), 2).tolist() == [
        False,
        True,
        False,
        False,
        True,
    ]
