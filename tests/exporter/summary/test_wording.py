"""Values are written with the digits that tell them apart, and no more."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.summary.wording import NOT_KNOWN, change, elapsed, rounded, shown

UNITS = ("ratio", "seconds", "dollars", "bytes", "per_second", None)
LONGEST = 40  # characters of any text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.9995, "ratio", "99.95%"),
        (0.999512, "ratio", "99.951%"),
        (1.0, "ratio", "100%"),
        (0.0, "ratio", "0%"),
        (0.00312, "ratio", "0.31%"),
        (0.352, "ratio", "35.2%"),
        (-0.2, "ratio", "-20%"),
        (0.0287, "seconds", "28.7 ms"),
        (0.2, "seconds", "200 ms"),
        (1.234, "seconds", "1.23 s"),
        (300.0, "seconds", "5m"),
        (9270.4, "per_second", "9,270/s"),
        (12.345, "dollars", "$12.35"),
        (1234567.0, None, "1,234,567"),
        (0.0, None, "0"),
        (None, "ratio", "no data"),
        (math.nan, "seconds", "no data"),
        (math.inf, "seconds", "no data"),
        (-90.0, "seconds", "-1m 30s"),
        (-1e308, "seconds", "-1.16e+303d"),
        (1e300, "seconds", "1.16e+295d"),
        (1e308, "ratio", "1.00e+310%"),
        (1e308, "dollars", "$1e+308"),
        (-1e308, None, "-1e+308"),
        (-0.5, "bytes", "0 MiB"),
        (-1e-9, "ratio", "0%"),
    ],
)
def test_a_value_is_written_in_its_unit(value: float | None, unit: str | None, text: str) -> None:
    """Shares near 100 % keep the nines; what nobody knows is said to be unknown, never 0."""
    assert shown(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (45, "45s"),
        (61, "1m 1s"),
        (3600, "1h"),
        (7530, "2h 6m"),
        (90061, "1d 1h"),
        (-5, "0s"),
        (math.nan, NOT_KNOWN),
        (math.inf, NOT_KNOWN),
    ],
)
def test_a_duration_has_its_two_greatest_units(seconds: float, text: str) -> None:
    """An hour and more is rounded to the minute."""
    assert elapsed(seconds) == text


@pytest.mark.parametrize(
    ("now", "before", "unit", "text"),
    [
        (0.0042, 0.003, "ratio", "+0.12 points"),
        (0.9995, 0.9996, "ratio", "-0.01 points"),
        (0.352, 0.352, "ratio", "same"),
        (0.036, 0.030, "seconds", "+20%"),
        (0.030, 0.036, "seconds", "-17%"),
        (30.0, 30.01, "seconds", "same"),
        (0.0, 0.0, "per_second", "same"),
        (5.0, 0.0, "per_second", ""),
        (None, 1.0, "seconds", ""),
        (1.0, None, "ratio", ""),
        (math.nan, 1.0, "ratio", ""),
        (1.0, math.inf, "seconds", ""),
        (1e308, -1e308, "seconds", ""),
    ],
)
def test_a_change_is_relative_or_in_points(
    now: float | None, before: float | None, unit: str, text: str
) -> None:
    """Shares change by points: a relative change of a percentage is misread."""
    assert change(now, before, unit) == text


@given(st.floats(), st.floats())
@example(1e308, -1e308)
@example(-1e308, 5e-324)
@example(math.nan, math.inf)
def test_every_number_has_a_short_text(value: float, other: float) -> None:
    """Whatever a server answers is written on one line, and nothing is raised."""
    texts = [shown(value, unit) for unit in UNITS]
    texts += [change(value, other, unit) for unit in UNITS]
    texts += [elapsed(value), rounded(value, 0), rounded(value, 2)]
    assert all(text.isprintable() and len(text) < LONGEST for text in texts), texts
    assert not any("nan" in text or "inf" in text or text.startswith("-0 ") for text in texts)


@given(st.floats(max_value=-1, allow_infinity=False))
def test_a_value_below_0_says_so(value: float) -> None:
    """In every unit that does not round it to nothing."""
    units = (unit for unit in UNITS if unit != "bytes")
    assert all("-" in shown(value, unit) for unit in units)
