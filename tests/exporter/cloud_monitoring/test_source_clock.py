"""What time it is at the source: by dates, else by the wall clock of the start."""

import logging

import pytest

from exporter.catalog import own
from exporter.cloud_monitoring.source_clock import SourceClock, date_of
from exporter.telemetry import Telemetry
from tests.clocks import HandClock

NOON = 1_800_000_000.0


def started(off: float = 0.0) -> tuple[HandClock, Telemetry, SourceClock]:
    """Return a clock whose wall clock is wrong by so many seconds, and what learns from answers."""
    clock, telemetry = HandClock(NOON, off), Telemetry(NOON)
    return clock, telemetry, SourceClock(clock, telemetry)


@pytest.mark.parametrize("off", [0.0, 3600.0, -3600.0, -40 * 86400.0])
def test_a_date_is_believed_instead_of_the_clock(
    off: float, caplog: pytest.LogCaptureFixture
) -> None:
    """From the first answer on time is the source's; the difference is a metric, logged once."""
    clock, telemetry, source = started(off)
    assert source.moment().now == NOON + off
    for _ in range(3):
        source.answered(NOON, clock.monotonic())
    moment = source.moment()
    assert (moment.now, moment.earliest, moment.latest, moment.dated) == (NOON, NOON, NOON, True)
    assert telemetry.value(own.CLOCK_OFFSET) == off
    assert len(caplog.records) == (1 if off else 0)
    clock.off = -off
    clock.time += 60
    assert source.moment().now == NOON + 60


def test_a_clock_that_is_right_again_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Once, where it was wrong before."""
    caplog.set_level(logging.INFO, "ionmon")
    clock, _, source = started(3600.0)
    source.answered(NOON, NOON)
    clock.off = 0.0
    for _ in range(2):
        source.answered(NOON, NOON)
    assert "over 30 s ahead of Google's" in caplog.records[0].getMessage()
    assert [r.getMessage() for r in caplog.records[1:]] == [
        "this machine's clock agrees with Google's again"
    ]


def test_time_does_not_jitter_with_whole_seconds() -> None:
    """A date says the second; what fits it and the call's duration changes nothing."""
    clock, _, source = started()
    source.answered(NOON, NOON)
    clock.time += 10.9
    source.answered(NOON + 10, clock.time)
    assert source.moment().now == NOON + 10.9
    source.answered(NOON + 5, clock.time - 6)
    assert source.moment().now == NOON + 10.9, "the answer took six seconds"
    source.answered(NOON + 5, clock.time)
    assert source.moment().now == NOON + 6
    source.answered(NOON + 20, clock.time)
    assert source.moment().now == NOON + 20


def test_without_dates_the_monotonic_clock_goes_on() -> None:
    """A wall clock that is set is only a bound of what the time can be."""
    clock, telemetry, source = started()
    clock.time += 60
    for off in (3600.0, -3600.0):
        clock.off = off
        moment = source.moment()
        assert (moment.now, moment.dated) == (NOON + 60, False)
        assert {moment.earliest, moment.latest} == {NOON + 60, NOON + 60 + off}
    assert telemetry.parts() == ()


def test_without_dates_a_point_and_the_clock_together_move_time_on() -> None:
    """Where the clock was behind at the start, points follow it; a point alone proves nothing."""
    clock, _, source = started(-3600.0)
    source.shown(NOON - 120)
    assert source.moment().now == NOON - 3600
    clock.off = 0.0
    source.shown(NOON - 120)
    assert source.moment().now == NOON - 120
    source.shown(NOON + 86400)
    assert source.moment().now == NOON


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ((("date", "Fri, 15 Jan 2027 08:00:00 GMT"),), NOON),
        ((("server", "ESF"), ("date", "Fri, 15 Jan 2027 08:00:00 GMT")), NOON),
        ((("date", "yesterday"),), None),
        ((("date", ""),), None),
        ((("date", b"\xff"),), None),
        ((), None),
        (None, None),
    ],
)
def test_a_date_is_read_or_left(metadata: object, expected: float | None) -> None:
    """Whatever a server sends as a date is a time or nothing."""
    assert date_of(metadata) == expected  # type: ignore[arg-type]
