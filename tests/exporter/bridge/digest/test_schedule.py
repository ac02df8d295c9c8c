"""A digest is due once a day, at its time of day, whatever clocks and restarts do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.bridge.digest.schedule import DailyTime

BERLIN = DailyTime("08:00", "Europe/Berlin")
DAY = date(2026, 11, 29)
EIGHT = datetime(2026, 11, 29, 7, 0, tzinfo=UTC).timestamp()  # 08:00 in Berlin
BEFORE = DAY - timedelta(days=1)


def test_it_is_due_at_its_time_and_not_before() -> None:
    """At eight o'clock local time, once."""
    assert BERLIN.due(EIGHT - 1, BEFORE) is None
    assert BERLIN.due(EIGHT, BEFORE) == DAY
    assert BERLIN.due(EIGHT + 3600, DAY) is None


def test_of_missed_days_the_last_is_sent() -> None:
    """A bridge that was down for four days sends one digest, not four."""
    assert BERLIN.due(EIGHT + 7200, DAY - timedelta(days=4)) == DAY


def test_a_clock_that_was_wrong_sends_nothing_twice_and_stops_nothing() -> None:
    """Set back over midnight, nothing is sent again; one that was a year ahead is forgotten."""
    assert BERLIN.due(EIGHT - 7200, DAY) is None
    assert BERLIN.due(EIGHT + 60, DAY + timedelta(days=400)) == DAY


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
def test_a_day_is_as_long_as_it_is(day: date, hours: int) -> None:
    """The night in which the clock changes is covered whole, and no minute twice."""
    span = BERLIN.span(day)
    assert span.seconds == hours * 3600
    assert BERLIN.span(day + timedelta(days=1)).start == span.end


def test_a_time_that_does_not_exist_comes_all_the_same() -> None:
    """02:30 of the night without it is 03:30; the 02:30 that comes twice counts once."""
    night = DailyTime("02:30", "Europe/Berlin")
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert datetime.fromtimestamp(night.moment(spring), ZoneInfo("Europe/Berlin")).hour == 3
    first = night.moment(autumn)
    assert night.due(first, autumn - timedelta(days=1)) == autumn
    assert night.due(first + 3600, autumn) is None


def test_the_week_is_due_on_its_day_and_late_where_it_was_missed() -> None:
    """On Sunday, and on Tuesday if the bridge was down till then; never twice."""
    sunday = 6
    assert BERLIN.due(EIGHT, DAY - timedelta(days=7), sunday) == DAY
    assert BERLIN.due(EIGHT + 2 * 86400, DAY - timedelta(days=7), sunday) == DAY
    assert BERLIN.due(EIGHT + 2 * 86400, DAY, sunday) is None
    assert BERLIN.due(EIGHT - 1, DAY - timedelta(days=7), sunday) is None


@given(
    st.floats(1.7e9, 1.9e9),
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Asia/Kolkata"]),
    st.lists(st.floats(1, 90_000), min_size=1, max_size=60),
)
def test_no_day_is_sent_twice_or_left_out(start: float, zone: str, steps: list[float]) -> None:
    """Whoever looks at any times gets each day that has come once, in order."""
    time = DailyTime("02:15", zone)
    now, handled = start, time.newest(start)
    for step in steps:
        now += step
        due = time.due(now, handled)
        assert due is None or due > handled
        handled = due or handled
        assert time.due(now, handled) is None
        assert 0 <= now - time.moment(handled) < 26 * 3600
