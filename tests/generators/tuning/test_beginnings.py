"""Since when there is data is found to the minute, by few queries."""

import numpy as np
import pytest

from generators.tuning.beginnings import beginnings, first_time
from generators.tuning.model import RecordedSeries, TimeGrid

END = 1_700_000_040
HOUR = 3600


def server(begun: dict[str, int]) -> tuple[list[TimeGrid], object]:
    """Return the queries that a server was asked, and what asks it."""
    asked: list[TimeGrid] = []

    def ask(text: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        asked.append(grid)
        return tuple(
            RecordedSeries((("__name__", name),), np.where(grid.times >= at, 1.0, np.nan))
            for name, at in begun.items()
            if name in text and at <= grid.end
        )

    return asked, ask


@pytest.mark.parametrize("ago", [0, 60, 8 * HOUR, 8 * HOUR + 60, 90 * 24 * HOUR])
def test_the_first_minute_is_found(ago: int) -> None:
    """Whenever data begins: its first minute is found, with two queries a name."""
    asked, ask = server({"a:b:c": END - ago})
    assert beginnings("sum(a:b:c) or vector(0)", END, ask) == (("a:b:c", END - ago),)
    assert len(asked) == 2
    assert all(grid.count < 10_000 for grid in asked)


def test_data_that_is_not_there() -> None:
    """What begins later, or never, is left out; an expression without series asks nothing."""
    asked, ask = server({"late": END + 60})
    assert beginnings("late or never", END, ask) == ()
    asked.clear()
    assert beginnings("vector(1)", END, ask) == ()
    assert not asked


def test_the_oldest_data_has_one_beginning() -> None:
    """Data that is older than thirteen months begins at the same time today and tomorrow."""
    _, ask = server({"a": 0})
    assert beginnings("a", END, ask) == beginnings("a", END + 24 * HOUR, ask)


def test_the_first_value_of_a_series() -> None:
    """The first time that has a value; none where there is none."""
    grid = TimeGrid(start=600, step=60, count=3)
    assert first_time(RecordedSeries((), np.array([np.nan, np.nan, 5.0])), grid) == 720
    assert first_time(RecordedSeries((), np.full(3, np.nan)), grid) is None


def test_a_series_without_a_name_is_nobodys() -> None:
    """A server that answers otherwise than asked costs nothing else."""
    _, ask = server({"a": END - HOUR})

    def odd(text: str, grid: TimeGrid) -> tuple[RecordedSeries, ...]:
        nameless = RecordedSeries((), np.ones(grid.count))
        return (*([nameless] if "by (__name__)" in text else []), *ask(text, grid))

    assert beginnings("a", END, odd) == (("a", END - HOUR),)
