"""What touches a time is found, whatever the order and the lengths of the others."""

from hypothesis import given
from hypothesis import strategies as st

from exporter.bridge.overlaps import Overlaps, Time

ENDS = st.integers(0, 20).map(float)
TIMES = st.tuples(ENDS, ENDS).map(lambda pair: (min(pair), max(pair)))


def itself(time: Time) -> Time:
    """Return the time of a time."""
    return time


@given(st.lists(TIMES), TIMES)
def test_what_is_found_is_what_touches(times: list[Time], asked: Time) -> None:
    """Ends included, and in the order of the beginnings."""
    began, until = asked
    expected = sorted(one for one in times if one[0] <= until and one[1] >= began)
    assert sorted(Overlaps(times, itself).of(began, until)) == expected
    begans = [one[0] for one in Overlaps(times, itself).of(began, until)]
    assert begans == sorted(begans)
