"""How far back gauges are read, and which of their series have stopped."""

import logging

import pytest

from exporter.cloud_monitoring.descriptors import Described
from exporter.cloud_monitoring.gauge_periods import LEARNING, GaugePeriods
from exporter.cloud_monitoring.gauge_reader import GaugeSample
from exporter.cloud_monitoring.read_window import SECOND

STATED, UNSTATED = Described(60, 120), Described(60, 120, stated=False)
NAN = float("nan")


def samples(*found: tuple[float, float], spacing: float = 0.0) -> dict[str, GaugeSample]:
    """Return series by name, each with the end of its newest point in seconds, and its value."""
    return {
        str(number): GaugeSample((str(number),), int(end * SECOND), value, spacing)
        for number, (end, value) in enumerate(found)
    }


def values(described: Described, found: dict[str, GaugeSample]) -> tuple[list[float], int]:
    """Return the values of the series that go on, and how many have stopped."""
    current, stopped = GaugePeriods("p/gauge").current(described, found)
    return [sample.value for sample in current], stopped


def test_a_series_counts_up_to_two_periods_behind() -> None:
    """Behind the newest of all, to the nanosecond."""
    found = samples((1000, 1.0), (880, 2.0), (879.999999999, 3.0))
    assert values(STATED, found) == ([1.0, 2.0], 1)


def test_the_described_period_rules() -> None:
    """Three buckets whose points end at different times of a five-minute period all go on."""
    found = samples((1500, 1.0), (1310, 2.0), (1220, 3.0))
    assert values(Described(300, 60), found) == ([1.0, 2.0, 3.0], 0)
    assert values(STATED, found) == ([1.0], 2)


def test_a_value_that_is_no_number_makes_no_other_stale() -> None:
    """It is left out, and is not the newest."""
    assert values(STATED, samples((60, 1.0), (600, NAN))) == ([1.0], 0)
    assert values(STATED, {}) == ([], 0)


def test_a_series_that_stopped_is_counted_once(caplog: pytest.LogCaptureFixture) -> None:
    """While it is still read it is not counted again; the log names the family, once."""
    periods = GaugePeriods("p/gauge")
    found = samples((1000, 1.0), (800, 2.0), (1000, 3.0))
    more = {**found, "2": GaugeSample(("2",), 700 * SECOND, 3.0)}
    with caplog.at_level(logging.INFO):
        stopped = [periods.current(STATED, held)[1] for held in (found, found, more, found)]
    assert stopped == [1, 0, 1, 0]
    (line,) = caplog.messages
    assert line.startswith("p/gauge: 1 series are left out")


def test_an_unknown_period_is_learnt() -> None:
    """At first the read reaches back for two points an hour apart; then for five periods."""
    periods = GaugePeriods("p/gauge")
    assert periods.span(UNSTATED, 60) == 120 + LEARNING + 60
    current, _ = periods.current(UNSTATED, samples((9000, 7.0), (8400, 8.0), spacing=900.0))
    assert [sample.value for sample in current] == [7.0, 8.0]
    assert (periods.period(UNSTATED), periods.span(UNSTATED, 60)) == (900, 120 + 5 * 900 + 60)
    assert periods.span(STATED, 60) == 120 + 5 * 60 + 60


def test_series_of_one_metric_may_have_periods_of_their_own() -> None:
    """A stopped one of a minute does not stay because another is written each quarter."""
    slow = samples((9000, 1.0), spacing=900.0)
    fast = {
        key + "f": sample for key, sample in samples((9600, 2.0), (9400, 3.0), spacing=60.0).items()
    }
    assert values(UNSTATED, {**slow, **fast}) == ([1.0, 2.0], 1)


def test_a_single_point_keeps_the_search_going() -> None:
    """As long as no series shows two points, the read reaches as far back as it can."""
    periods = GaugePeriods("p/gauge")
    periods.current(UNSTATED, samples((9000, 7.0)))
    assert periods.span(UNSTATED, 60) == 120 + LEARNING + 60
