"""Numbers are written as Grafana writes them; the cases are those of grafana-data's own tests."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generators.report.units import _FORMATS, fixed, text

CASES = [
    ("currencyUSD", 2, 1532.82, "$1.53K"),
    ("currencyUSD", 2, -12.5, "-$12.50"),
    ("currency:@", 2, 1234567, "@1.23M"),
    ("ms", 4, 0.0024, "0.0024 ms"),
    ("ms", 0, 100, "100 ms"),
    ("ms", 2, 1250, "1.25 s"),
    ("ms", 1, 10000086.123, "2.8 hours"),
    ("ms", 0, 1200, "1 s"),
    ("short", 2, 9876543, "9.88 Mil"),
    ("short", None, 999, "999"),
    ("locale", 0, 1700, "1,700"),
    ("locale", 2, 1700.5, "1,700.5"),
    ("locale", 0, 170, "170"),
    ("kbytes", 3, 10000000, "9.537 GiB"),
    ("deckbytes", 3, 10000000, "10.000 GB"),
    ("bytes", None, 0, "0 B"),
    ("bytes", 1, 1024**3 * 1.5, "1.5 GiB"),
    ("a", 0, 1532.82, "1533 a"),
    ("prefix:b", None, 1532.82, "b1533"),
    ("suffix:d", None, 1532.82, "1533 d"),
    ("count:xpm", 2, 1234567, "1.23M xpm"),
    ("count:x/min", 2, 1234, "1.23K x/min"),
    ("reqps", None, 9270.4, "9.27K req/s"),
    ("percentunit", 3, 0.9995, "99.950%"),
    ("percentunit", None, 0.003, "0.300%"),
    ("percent", 1, 42.55, "42.6%"),
    ("s", None, 0.0364, "36.4 ms"),
    ("s", None, 0.2, "200 ms"),
    ("s", None, 0, "0 s"),
    ("s", 0, 90, "2 mins"),
    ("s", 1, 432000, "5.0 days"),
    ("s", 0, 0.000047, "47 µs"),
    ("dtdurations", 1, 93600, "1 day, 2 hours"),
    ("dthms", None, 1, "00:00:01"),
    ("dtdhms", None, 1179811, "13 d 15:43:31"),
    ("dtdhms", None, -1179811, "13 d 15:43:31 ago"),
    ("time:YYYY.MM", 0, 1278028800000, "2010.07"),
    ("dateTimeAsIso", 0, 1278028800000, "2010-07-02 00:00:00"),
    ("bool:on/off", None, 0, "off"),
    ("none", 0, 100.5, "101"),
    ("", 1, 100.37, "100.4"),
]


@pytest.mark.parametrize(("unit", "decimals", "value", "expected"), CASES)
def test_units(unit: str, decimals: int | None, value: float, expected: str) -> None:
    """A number in a unit is what Grafana shows."""
    assert text(value, unit, decimals) == expected


def test_numbers_that_are_none() -> None:
    """What is no number, or has no end, is said so in every unit."""
    assert [fixed(n) for n in (math.nan, math.inf, -math.inf)] == ["NaN", "∞", "-∞"]
    assert text(math.nan, "bytes") == "NaN B"


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_fixed_says_the_number(value: float) -> None:
    """Three decimals are within half of the third, or what a double holds, of the number."""
    assert float(fixed(value, 3)) == pytest.approx(value, rel=1e-9, abs=5.01e-4)


@given(st.floats())
@example(1e308)
@example(5e-324)
def test_every_number_can_be_written(value: float) -> None:
    """In every unit, with and without decimals: nothing is raised, and nothing is endless."""
    units = (*_FORMATS, "si:mV", "time:YYYY", "bool:on/off", "suffix:x", "widgets")
    found = [text(value, unit, decimals) for unit in units for decimals in (None, 2)]
    assert max(map(len, found)) < 150
