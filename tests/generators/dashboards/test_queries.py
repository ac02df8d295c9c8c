"""Queries of panels ask what is recorded, on either server, for what the reader chose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog.signals import SIGNALS
from generators.boards import VARIABLES
from generators.checks.tree import parse, selectors
from generators.dashboards.queries import CHOSEN, chosen, filtered, maybe, only, past, signal
from generators.policy import split

LEVEL = (
    'max by (region) (project_region_database:replication_lag:max{gcp_project=~"$project",'
    'region=~"$region",database_id=~"$database"}) or '
    'max by (region) (project_region_database:replication_lag:longterm_max{gcp_project=~"$project",'
    'region=~"$region",database_id=~"$database"})'
)


def test_a_level_is_joined_as_its_signal_says() -> None:
    """The highest lag of a region, each minute, or else each five minutes."""
    assert signal("replication_lag", ("region",)) == LEVEL


@pytest.mark.parametrize("found", SIGNALS, ids=lambda found: found.name)
def test_each_signal_is_asked_of_either_server(found: object) -> None:
    """Left of `or` is only what the first server has, right of it only what both have."""
    name = getattr(found, "name", "")
    left, _, right = signal(name).partition(f" or {past(name)}")
    assert right == ""
    recent = {one.name for one in selectors(parse(left, variables=True))}
    kept = {one.name for one in selectors(parse(past(name), variables=True))}
    assert all(":longterm_" not in series for series in recent)
    assert all(":longterm_" in series for series in kept)


@pytest.mark.parametrize("found", SIGNALS, ids=lambda found: found.name)
def test_each_selector_tests_every_choice_that_its_series_have(found: object) -> None:
    """A reader who chooses one region sees only that region, in every part of a query."""
    name, labels = getattr(found, "name", ""), set(split(found))  # type: ignore[arg-type] - a signal
    wanted = {label for label in labels if label in VARIABLES}
    for selector in selectors(parse(signal(name), variables=True)):
        tested = {m.label: m.operator for m in selector.matchers if m.label in VARIABLES}
        least = {"gcp_project"} if "family" in {m.label for m in selector.matchers} else wanted
        assert dict.fromkeys(least & wanted, "=~").items() <= tested.items()


def test_a_week_ago_is_asked_of_every_selector() -> None:
    """No part of the query of a week ago is of now."""
    for found in SIGNALS:
        tree = parse(past(found.name, (), "1w"), variables=True)
        assert {one.offset for one in selectors(tree)} == {7 * 86400.0}


@given(st.sampled_from(sorted(VARIABLES)), st.text(alphabet='ab"\\\n{}$<>=~', max_size=8))
def test_only_places_of_variables_are_filled(label: str, value: str) -> None:
    """A label's own value, whatever it is, stays as it is written."""
    written = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    if "<<" in value:
        return
    query = f'x{{own="{written}",{label}="<<{VARIABLES[label]}>>"}}'
    assert chosen(query) == f'x{{own="{written}",{label}=~"${VARIABLES[label]}"}}'


def test_what_a_board_does_not_have_is_not_tested() -> None:
    """Without a variable a query has no test of it; the braces go with the last."""
    query = filtered("x", tuple(VARIABLES))
    assert only(query, tuple(VARIABLES.values())) == query
    assert only(query, ("region",)) == 'x{region=~"$region"}'
    assert only(query, ()) == "x"
    alerts = f'ALERTS{{alertstate="firing",{maybe(("region", "redis_id"))}}}'
    assert only(alerts, ("region",)) == 'ALERTS{alertstate="firing",region=~"$region|"}'


def test_every_choice_has_a_place() -> None:
    """The variables of links are those that queries are filtered by."""
    assert [matcher.label for matcher in CHOSEN] == list(VARIABLES)
