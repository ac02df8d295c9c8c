"""What tables and marks say of deploys, by promtool."""

from pathlib import Path

import pytest

from tests.generators.dashboards.evaluated import MINUTES, agree, expression, filled, series
from tests.generators.dashboards.made import reference

DEPLOYS = 32


def billed(revision: str, first: int = 0, last: int = MINUTES, **labels: str) -> dict[str, str]:
    """Return the billed time of a revision between two minutes; then it stands still."""
    own = {"gcp_project": "p", "service_name": "ion", "revision_name": revision, **labels}
    values = [
        None if minute < first else 60 * (min(minute, last) - first + 1)
        for minute in range(MINUTES + 1)
    ]
    return series("cloudrun_billable_instance_seconds_total", own, values)


def away(found: dict[str, str], minutes: range) -> dict[str, str]:
    """Return a series without its values of some minutes."""
    words = found["values"].split()
    values = ("stale" if at in minutes else word for at, word in enumerate(words))
    return {**found, "values": " ".join(values)}


def named(revision: str, project: str = "p") -> str:
    """Return the labels of a revision."""
    return f'{{gcp_project="{project}", service_name="ion", revision_name="{revision}"}}'


@pytest.mark.parametrize("first", range(30, 35))
def test_a_deploy_is_found_whenever_it_was(tmp_path: Path, first: int) -> None:
    """The table of deploys steps by five minutes, and shows the minute all the same."""
    samples = {named("new"): first * 60e3, named("old"): 0.0}
    recorded = [billed("old"), billed("new", first)]
    assert agree(tmp_path, expression("overview", DEPLOYS), recorded, {MINUTES: samples}) == ""


def test_a_project_has_revisions_of_its_own(tmp_path: Path) -> None:
    """A revision that is new in one project is a deploy, though another has run it for long."""
    other = {"gcp_project": "q"}
    recorded = [billed("old", **other), billed("new"), billed("new", 30, **other)]
    samples = {named("new", "q"): 30 * 60e3, named("old", "q"): 0.0, named("new"): 0.0}
    assert agree(tmp_path, expression("overview", DEPLOYS), recorded, {MINUTES: samples}) == ""


def test_the_first_revision_of_a_service_is_no_deploy(tmp_path: Path) -> None:
    """It is the exporter that is new to it: it runs, and has no time."""
    query, samples = expression("overview", DEPLOYS), {named("first"): 0.0}
    assert agree(tmp_path, query, [billed("first", 20)], {MINUTES: samples}) == ""


@pytest.mark.parametrize("first", range(20, 30))
def test_revisions_that_a_new_exporter_finds_later_are_no_deploys(
    tmp_path: Path, first: int
) -> None:
    """Their data arrives over some minutes, whichever minute the table looks at."""
    recorded = [billed("a", first), billed("b", first + 1), billed("c", first + 9)]
    samples = {named(one): 0.0 for one in "abc"}
    assert agree(tmp_path, expression("overview", DEPLOYS), recorded, {MINUTES: samples}) == ""


@pytest.mark.parametrize("back", range(25, 31))
def test_revisions_that_return_after_an_outage_are_no_deploys(tmp_path: Path, back: int) -> None:
    """The exporter was away for minutes, and the second revision came back after the first."""
    recorded = [
        away(billed("a"), range(back - 12, back)),
        away(billed("b"), range(back - 12, back + 3)),
    ]
    samples = {named("a"): 0.0, named("b"): 0.0}
    assert agree(tmp_path, expression("overview", DEPLOYS), recorded, {MINUTES: samples}) == ""
    mark = filled(reference()["overview"]["annotations"]["list"][1]["expr"])
    assert agree(tmp_path, mark, recorded, {minute: {} for minute in range(back, back + 9)}) == ""


def test_shares_are_of_a_service(tmp_path: Path) -> None:
    """A quarter and three of one service, all of another; what stands still has none."""
    recorded = [
        billed("a", 0, region="eu"),
        *(billed("b", 0, region=region) for region in ("eu", "us", "asia")),
        billed("gone", 0, 20),
        billed("a", gcp_project="q"),
    ]
    shares = {named("a"): 0.25, named("b"): 0.75, named("a", "q"): 1.0}
    assert agree(tmp_path, expression("overview", DEPLOYS, "B"), recorded, {MINUTES: shares}) == ""


def test_a_mark_is_found_between_two_points(tmp_path: Path) -> None:
    """For as long as a query's points are apart, with one time; then no more."""
    mark = reference()["overview"]["annotations"]["list"][1]
    assert mark["useValueForTime"]
    seen = {minute: {named("new"): 30 * 60e3} for minute in (31, 32, 33)}
    recorded = [billed("old"), billed("new", 30)]
    assert agree(tmp_path, filled(mark["expr"]), recorded, {29: {}, **seen, 36: {}}) == ""
