"""Durations and percentages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.settings.types import duration, ratio, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500ms", 0.5),
        ("60s", 60.0),
        ("1m30s", 90.0),
        ("24h", 86_400.0),
        ("30d", 2_592_000.0),
        ("1w", 604_800.0),
        ("1w2d3h4m5s6ms", 788_645.006),
        ("0s", 0.0),
    ],
)
def test_durations_are_seconds(text: str, expected: float) -> None:
    """A duration adds up its parts, in seconds."""
    assert expected == seconds(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "60",
        "60 s",
        "1.5h",
        "-1s",
        "30s1m",
        "1h1h",
        "1y",
        "60S",
        "1m ",
        "\u0663s",
        "9" * 10 + "s",
    ],
)
def test_other_texts_are_no_durations(text: str) -> None:
    """Signs, fractions, spaces, foreign digits and parts out of order are refused with the fix."""
    with pytest.raises(ValueError, match="write it like 500ms, 60s, 1m30s, 24h, 30d or 1w"):
        seconds(text)


@given(st.integers(0, 10**13))
def test_a_duration_reads_back(milliseconds: int) -> None:
    """What `duration` writes, `seconds` reads as the same value."""
    assert milliseconds / 1000 == seconds(duration(milliseconds / 1000))


@given(st.text())
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    """No text makes the parser fail in another way than by ValueError."""
    try:
        found = seconds(text)
    except ValueError:
        found = 0.0
    assert found >= 0


@pytest.mark.parametrize(
    ("text", "expected"), [("99.95%", 0.9995), ("0%", 0.0), ("100%", 1.0), ("0.5%", 0.005)]
)
def test_percentages_are_ratios(text: str, expected: float) -> None:
    """A percentage is the float nearest to its hundredth part."""
    assert expected == ratio(text)


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("99.95", "write it like"),
        ("-1%", "write it like"),
        ("1 %", "like"),
        ("100.1%", "more than 100%"),
    ],
)
def test_other_texts_are_no_percentages(text: str, fix: str) -> None:
    """What is no percentage, or more than 100 %, is refused with the fix."""
    with pytest.raises(ValueError, match=fix):
        ratio(text)
