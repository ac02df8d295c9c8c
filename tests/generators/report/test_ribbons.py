"""Series know their gaps, and what lies below them: nothing, other series, or a band's foot."""

from generators.report.display import Field, Style
from generators.report.model import DrawnSeries
from generators.report.ribbons import joined, ribbons


def series(name: str, *values: float | None, style: Style | None = None) -> DrawnSeries:
    """Return a series with a value each minute."""
    return DrawnSeries(
        name=name,
        labels=(),
        field=Field(style=style or Style()),
        color="green",
        times=tuple(60.0 * at for at in range(len(values))),
        values=values,
    )


def test_a_gap_is_crossed_where_it_is_short_enough() -> None:
    """Without a setting a missing value is a gap; within `connect` a line goes on."""
    values = (1.0, None, 3.0, None, None, None, 7.0)
    assert joined(series("a", *values)).count(None) == 2
    assert joined(series("a", *values, style=Style(connect=120))).count(None) == 1


def test_what_is_no_number_is_a_gap() -> None:
    """NaN and infinity are not drawn."""
    found = joined(series("a", 1.0, float("nan"), float("inf"), 4.0))
    assert found == [(0.0, 0.0, 1.0), None, (180.0, 0.0, 4.0)]


def test_stacks_grow_up_and_down() -> None:
    """A series stands on those before it, and what is negative hangs below 0."""
    stacked = Style(stack="normal")
    found = ribbons([series(n, v, style=stacked) for n, v in (("a", 2.0), ("b", -1.0), ("c", 3.0))])
    assert found == [[(0.0, 0.0, 2.0)], [(0.0, 0.0, -1.0)], [(0.0, 2.0, 5.0)]]


def test_shares_add_up_to_a_hundred() -> None:
    """Per cent are of all that is there at the time; nothing at all is no share."""
    stacked = Style(stack="percent")
    found = ribbons([series("a", 1.0, 0.0, style=stacked), series("b", 3.0, 0.0, style=stacked)])
    assert found[1] == [(0.0, 25.0, 100.0), (60.0, 0.0, 0.0)]


def test_a_band_stands_on_its_lower_bound() -> None:
    """Where the lower bound has a gap, the band has no height."""
    upper = series("upper", 5.0, 6.0, style=Style(below_to="lower"))
    found = ribbons([upper, series("lower", 2.0, None)])
    assert found[0] == [(0.0, 2.0, 5.0), (60.0, 6.0, 6.0)]


def test_a_series_may_be_drawn_below_zero() -> None:
    """`negative-Y` turns its values over."""
    assert joined(series("a", 4.0, style=Style(negative=True))) == [(0.0, 0.0, -4.0)]
