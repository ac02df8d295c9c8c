"""However few columns a chart has, no peak is lost, and a gap stays a gap."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.prometheus.api import TimeSpan
from generators.report.ribbons import Ribbon
from generators.report.thinning import columns, peaks, thinned

DAY = TimeSpan(86_400.0, 172_800.0)
values = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=1440)


def ribbon(*found: float | None) -> Ribbon:
    """Return a ribbon with a value each minute."""
    return [None if v is None else (DAY.start + 60.0 * at, 0.0, v) for at, v in enumerate(found)]


@given(values, st.integers(1, 200))
def test_extremes_stay(found: list[float | None], most: int) -> None:
    """The lowest and the highest of all are drawn, in order, at most two a column and gap."""
    whole = ribbon(*found)
    kept = thinned(whole, columns(DAY, 60, most))
    there = [spot[2] for spot in whole if spot is not None]
    drawn = [spot for spot in kept if spot is not None]
    if there:
        assert min(s[2] for s in drawn) == min(there)
        assert max(s[2] for s in drawn) == max(there)
    assert drawn == sorted(drawn)
    assert len(drawn) <= 2 * (most + 1 + kept.count(None))
    assert kept.count(None) == whole.count(None)


def test_few_points_are_all_drawn() -> None:
    """Where each point has a column, nothing changes."""
    whole = ribbon(*map(float, range(100)))
    assert thinned(whole, columns(DAY, 60, 1440)) == whole


def test_columns_are_whole_steps() -> None:
    """As many steps to a column as are needed, and points lie in the middle of theirs."""
    found = columns(DAY, 60, 400)
    assert (found.seconds, found.wide) == (240, 360)
    assert [found.of(DAY.start + 60 * at) for at in (0, 3, 4)] == [0, 0, 1]
    assert found.start == -0.375  # 90 of 240 seconds before the mean of a column's four points
    assert columns(TimeSpan(30.0, 90.0), 60, 10).start == 0.5


def test_bars_are_those_that_reach_farthest() -> None:
    """Of a column, the time at which the stack is highest stays, for each of its series."""
    low, high = ribbon(1.0, 2.0, 1.0, 1.0), ribbon(3.0, 9.0, 4.0, 3.0)
    assert peaks([low, high], columns(DAY, 60, 720)) == {DAY.start + 60, DAY.start + 120}
