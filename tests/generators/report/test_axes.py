"""Axes have round steps that say enough, and keep to the limits that a panel fixes."""

from dataclasses import replace

import pytest

from generators.report.axes import axis, texts
from generators.report.display import Field, Style
from generators.report.model import DrawnSeries


def series(*values: float | None, field: Field | None = None) -> DrawnSeries:
    """Return a series."""
    times = tuple(float(at) for at in range(len(values)))
    return DrawnSeries(
        name="a", labels=(), field=field or Field(), color="green", times=times, values=values
    )


def test_round_steps() -> None:
    """Steps are round, and the range goes a tenth beyond the data, but not across 0."""
    found = axis([series(3.0, 47.0)], 250)
    assert (found.low, found.high) == (0, 52)
    assert found.texts == ("0", "10", "20", "30", "40", "50")
    below = axis([series(-47.0, -3.0)], 250)
    assert (below.low, below.high) == (-52, 0)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ((5.0, 5.0), (0, 10)),
        ((-5.0, -5.0), (-10, 0)),
        ((-1.0, 1.0), (-1.2, 1.2)),
        ((100.0, 101.0), (99.9, 101.1)),
        ((0.0, 0.0), (0, 100)),
        ((0.009, 0.009 + 1e-17), (0, 0.018)),
    ],
)
def test_the_range_is_that_of_uplot(values: tuple[float, ...], ends: tuple[float, float]) -> None:
    """Ends that nothing fixes, worked out by hand from uPlot's rangeNum with pads of a tenth."""
    found = axis([series(*values)], 250)
    assert (found.low, found.high) == ends


def test_fixed_limits() -> None:
    """A minimum and a maximum stand; soft ones hold the data, or give way to it."""
    fixed = Field(unit="percentunit", minimum=0, maximum=1)
    assert axis([series(0.99, 0.999, field=fixed)], 250).texts[-1] == "100%"
    soft = Field(style=Style(soft_min=0, soft_max=10))
    inside, beyond = (axis([series(4.0, top, field=soft)], 250) for top in (5.0, 50.0))
    assert (inside.low, inside.high) == (0, 10)
    assert (beyond.low, beyond.high) == (0, 55)
    both = Field(minimum=-1, style=Style(soft_min=0))
    assert axis([series(-5.0, 4.0, field=both)], 250).low == -1


def test_a_fixed_end_beyond_the_data() -> None:
    """Where all is below the minimum there is still an axis."""
    found = axis([series(1.0, 2.0, field=Field(minimum=5))], 250)
    assert (found.low, found.high) == (5, 10)


@pytest.mark.parametrize(
    ("values", "minimum", "ticks"),
    [
        ((0.3, 40.0), None, (0.1, 1, 10, 100)),
        ((0.0, 40.0), None, (10, 100)),
        ((0.02, 40.0), 0.1, (0.1, 1, 10, 100)),
        ((0.01, 0.02), 0.1, (0.1, 1)),
        ((0.03, 50.0), 0.02, (0.01, 0.1, 1, 10, 100)),
        ((0.3, 40.0), -1, (0.1, 1, 10, 100)),
        ((0.0, 0.0), None, (1, 10)),
    ],
)
def test_a_logarithmic_axis_has_powers_of_ten(
    values: tuple[float, ...], minimum: float | None, ticks: tuple[float, ...]
) -> None:
    """From the power below the least positive value, or the minimum, to that above the greatest."""
    field = Field(minimum=minimum, style=Style(logarithmic=True))
    found = axis([series(*values, field=field)], 250)
    assert found.ticks == ticks
    assert (found.low, found.high) == (ticks[0], ticks[-1])


def test_stacks_count_by_their_sum() -> None:
    """Two stacked series of 6 need an axis to 12."""
    stacked = Field(style=Style(stack="normal"))
    one = series(6.0, 6.0, field=stacked)
    assert axis([one, replace(one, name="b")], 250).high >= 12


def test_flat_and_empty_series_have_an_axis() -> None:
    """One value, or none, still makes an axis with a height."""
    for one in (series(5.0), series(0.0, 0.0), series(None)):
        found = axis([one], 250)
        assert found.low < found.high
        assert len(found.ticks) > 1


def test_decimals_are_as_few_as_tell_ticks_apart() -> None:
    """Half steps get a decimal; a field's own decimals stand."""
    assert texts((0.0, 0.005, 0.01), Field(unit="percentunit")) == ("0.0%", "0.5%", "1.0%")
    assert texts((0.0, 0.5), Field(unit="percentunit", decimals=2)) == ("0.00%", "50.00%")
    assert texts((0.0, 0.05, 0.1), Field(unit="s")) == ("0 s", "50 ms", "100 ms")
    assert texts((0.0, 500.0), Field(unit="s")) == ("0 s", "8.33 mins")
    assert texts((0.0, 500.0), Field(unit="s", decimals=0)) == ("0 s", "8 mins")
    assert texts((0.0, 1e-9), Field(decimals=8)) == ("0.00000000", "0.00000000")


def test_ticks_that_would_be_alike_are_told_apart_on_demand() -> None:
    """A report adds decimals; a preview writes what Grafana writes."""
    ticks, apart = (0.032, 0.03205, 0.0321), Style(ticks_apart=True)
    own = Field(unit="percentunit", decimals=1)
    assert texts(ticks, own) == ("3.2%", "3.2%", "3.2%")
    assert texts(ticks, replace(own, style=apart)) == ("3.200%", "3.205%", "3.210%")
    assert texts((0.0, 0.5), replace(own, style=apart)) == ("0.0%", "50.0%")


def test_without_decimals_only_whole_numbers_are_written() -> None:
    """Halves have no text of their own, rather than a wrong one, and the ends are whole."""
    found = axis([series(0.0, 2.0, field=Field(decimals=0))], 250)
    assert found.texts == ("0", "1", "2", "3")
    assert (found.low, found.high) == (0, 3)


def test_steps_of_bytes_are_powers_of_two() -> None:
    """A size's texts are whole: 16 MiB, not 14.3 MiB."""
    found = axis([series(0.0, 60.0 * 2**20, field=Field(unit="bytes"))], 200)
    assert found.texts == ("0 B", "16 MiB", "32 MiB", "48 MiB", "64 MiB")
