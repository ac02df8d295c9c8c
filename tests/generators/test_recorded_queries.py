"""Queries of recorded signals work on either server, over five minutes and over days."""

import pytest

from exporter.catalog.expression import Signal
from exporter.catalog.signals import SIGNALS
from generators.policy import SIGNAL_BY_NAME, WINDOW
from generators.promql_tree.tree import parse, selectors
from generators.recorded_queries import RecordedQueries
from generators.selectors import PatternMatcher

DAY = 86_400
ALL = RecordedQueries()
KINDS = [signal for signal in SIGNALS if signal.kind is not None]


def named(text: str) -> set[str]:
    """Return the names of the series that a query selects."""
    return {one.name for one in selectors(parse(text))}


def test_a_day_of_a_ratio_is_made_of_events() -> None:
    """Left of the last `or`, each event is in five evaluations; right of it in one."""
    recent = "sum_over_time(project_region_service_class:cloudrun_requests:increase5m[86399s]) / 5"
    past = "sum (sum_over_time(project_region_service_class:cloudrun_requests:longterm_increase["
    found = ALL.over(SIGNAL_BY_NAME["availability"], DAY)
    assert recent in found
    assert past in found
    assert "longterm_increase[86399s]) / 5" not in found


def test_a_day_of_a_level_is_its_mean() -> None:
    """The highest of the databases' mean lags."""
    assert ALL.over(SIGNAL_BY_NAME["replication_lag"], DAY) == (
        "max (avg_over_time(project_region_database:replication_lag:max[86399s])) or "
        "max (avg_over_time(project_region_database:replication_lag:longterm_mean[86399s]))"
    )


@pytest.mark.parametrize("signal", KINDS, ids=lambda signal: signal.name)
def test_both_servers_are_asked_for_the_same(signal: Signal) -> None:
    """Each query has series of the one server and of the other, and none of raw metrics."""
    for text in (ALL.signal(signal), ALL.over(signal, DAY), ALL.over(signal, 7 * DAY, ("region",))):
        series = named(text)
        kept = {name for name in series if ":longterm_" in name}
        assert kept
        assert series - kept
        assert all(":" in name for name in series)


def test_windows_are_those_that_were_asked_for() -> None:
    """A week sums up a week; a signal alone is of five minutes."""
    week = ALL.over(SIGNAL_BY_NAME["throughput"], 7 * DAY)
    assert "[604799s]" in week
    assert "over_time" not in ALL.signal(SIGNAL_BY_NAME["throughput"])
    assert WINDOW == 300


def test_matchers_test_what_series_have() -> None:
    """Of levels, too, only the labels that their series have."""
    some = RecordedQueries((PatternMatcher("region", "eu.*"), PatternMatcher("nowhere", "x")))
    found = some.over(SIGNAL_BY_NAME["replication_lag"], DAY)
    assert found.count('{region=~"eu.*"}') == 2
    assert "nowhere" not in found
