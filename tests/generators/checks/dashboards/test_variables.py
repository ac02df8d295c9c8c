"""Variables list what exists in any source, and the data sources are no choice of a reader."""

import copy
import json
from collections.abc import Callable

import pytest

from generators.checks.dashboards.boards import problems
from generators.checks.engine.dashboard_file import parsed
from generators.checks.engine.gathering import CheckRequest, gather
from tests.generators.dashboards.made import REFERENCE, ROOT, Body, reference

Break = Callable[[Body], None]
CONTEXT = gather(CheckRequest(ROOT, REFERENCE))


def found(name: str, change: Break) -> list[str]:
    """Return the problems of a board after a change."""
    body = copy.deepcopy(reference()[name])
    change(body)
    board = parsed(json.dumps(body, indent=2), f"{name}.json")
    return [f"{one.rule}: {one.text}" for one in problems([board], CONTEXT)]


def listing(variable: str, series: str) -> Break:
    """Return a change of a variable: its values are those of one series."""

    def change(body: Body) -> None:
        one = next(v for v in body["templating"]["list"] if v["name"] == variable)
        label = one["query"]["query"].rpartition(", ")[2]
        one["query"]["query"] = one["definition"] = f"label_values({series}, {label}"

    return change


REQUESTS = "project_region_service:throughput:rate5m"
PARTIAL = [
    ("overview", "region", REQUESTS),
    ("performance", "region", REQUESTS),
    ("performance", "service", REQUESTS),
    ("infrastructure", "database", "cloudsql_postgresql_backends"),
    ("cache", "cache", "redis:redis_evicted_keys:increase5m"),
]


@pytest.mark.parametrize(("board", "variable", "series"), PARTIAL)
def test_a_variable_of_one_source_alone_is_found(board: str, variable: str, series: str) -> None:
    """A region may have a database and no traffic, a database no connections."""
    start, end = f"variable: variable {variable}: what only ", " has is not listed"
    texts = [text for text in found(board, listing(variable, series)) if text.startswith(start)]
    assert texts
    assert all(end in text for text in texts)


@pytest.mark.parametrize("name", ["datasource", "longterm"])
def test_a_data_source_that_is_offered_is_found(name: str) -> None:
    """Both lists would have both servers."""

    def shown(body: Body) -> None:
        next(v for v in body["templating"]["list"] if v["name"] == name)["hide"] = 0

    assert any(f"variable {name}: hide is 0; write 2" in text for text in found("overview", shown))


def test_a_region_with_a_database_alone_can_be_chosen() -> None:
    """Performance shows how unusual its connections are, which the other server works out."""
    variables = {v["name"]: v for v in reference()["performance"]["templating"]["list"]}
    series = variables["region"]["query"]["query"]
    assert "project_region_database:db_connections:longterm_mean" in series
    assert "cloudrun_startup_duration_seconds_count" in series
