"""Queries of panels ask what is recorded, on either server, for what the reader chose."""

import pytest

from exporter.catalog import cloud_run
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import split
from generators.boards import VARIABLES
from generators.dashboards.alert_queries import alerts
from generators.dashboards.queries import BoardQueries
from generators.promql_tree.tree import parse, selectors
from generators.selectors import PresentMatcher

EVERY = BoardQueries(tuple(VARIABLES))

LEVEL = (
    'max by (region) (project_region_database:replication_lag:max{gcp_project=~"$project",'
    'region=~"$region",database_id=~"$database"}) or '
    'max by (region) (project_region_database:replication_lag:longterm_max{gcp_project=~"$project",'
    'region=~"$region",database_id=~"$database"})'
)


def test_a_level_is_joined_as_its_signal_says() -> None:
    """The highest lag of a region, each minute, or else each five minutes."""
    assert EVERY.signal("replication_lag", ("region",)) == LEVEL


@pytest.mark.parametrize("found", SIGNALS, ids=lambda found: found.name)
def test_each_signal_is_asked_of_either_server(found: object) -> None:
    """Left of `or` is only what the first server has, right of it only what both have."""
    name = getattr(found, "name", "")
    left, _, right = EVERY.signal(name).partition(f" or {EVERY.past(name)}")
    assert right == ""
    recent = {one.name for one in selectors(parse(left, variables=True))}
    kept = {one.name for one in selectors(parse(EVERY.past(name), variables=True))}
    assert all(":longterm_" not in series for series in recent)
    assert all(":longterm_" in series for series in kept)


@pytest.mark.parametrize("found", SIGNALS, ids=lambda found: found.name)
def test_each_selector_tests_every_choice_that_its_series_have(found: object) -> None:
    """A reader who chooses one region sees only that region, in every part of a query."""
    name, labels = getattr(found, "name", ""), set(split(found))  # type: ignore[arg-type] - a signal
    expected = {label for label in labels if label in VARIABLES}
    for selector in selectors(parse(EVERY.signal(name), variables=True)):
        tested = {m.label: m.operator for m in selector.matchers if m.label in VARIABLES}
        required = {"gcp_project"} if "family" in {m.label for m in selector.matchers} else expected
        assert dict.fromkeys(required & expected, "=~").items() <= tested.items()


def test_a_week_ago_is_asked_of_every_selector() -> None:
    """No part of the query of a week ago is of now."""
    for found in SIGNALS:
        tree = parse(EVERY.past(found.name, (), "1w"), variables=True)
        assert {one.offset for one in selectors(tree)} == {7 * 86400.0}


def test_what_a_board_has_no_variable_for_is_not_tested() -> None:
    """A query tests the board's variables, in one order, and those that its series have."""
    labels = tuple(VARIABLES)
    assert BoardQueries(("region",)).filtered("x", labels) == 'x{region=~"$region"}'
    assert BoardQueries(()).filtered("x", labels) == "x"
    assert BoardQueries(("redis_id", "region")).filtered("x", labels) == (
        'x{region=~"$region",redis_id=~"$cache"}'
    )
    assert EVERY.filtered("x", ("region",)) == 'x{region=~"$region"}'


def test_alerts_without_the_label_of_a_variable_stay() -> None:
    """An alert that has no cache is shown whichever cache the reader chose."""
    found = alerts(BoardQueries(("region", "redis_id")), "high|low", PresentMatcher("signal"))
    assert found == (
        'ALERTS{alertstate="firing",severity=~"high|low",region=~"$region|",redis_id=~"$cache|",'
        'signal!=""}'
    )


def test_buckets_are_filtered_by_the_variables_too() -> None:
    """Buckets that are shown are selected by pattern, beside the board's variables."""
    found = BoardQueries(("region",)).buckets(cloud_run.REQUEST_DURATION)
    for selector in selectors(parse(found, variables=True)):
        assert [(m.label, m.operator) for m in selector.matchers] == [
            ("region", "=~"),
            ("le", "=~"),
        ]


def test_every_variable_has_a_matcher() -> None:
    """The variables of links are those that queries are filtered by."""
    assert [matcher.label for matcher in EVERY.variables] == list(VARIABLES)
