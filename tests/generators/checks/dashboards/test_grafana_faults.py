"""What a real Grafana showed wrongly is found in the file: each fault, put into a whole board."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from generators.checks.dashboards import boards, grafana_values, links, readable, resolution
from generators.checks.engine.dashboard_file import DashboardFile, parsed
from generators.checks.engine.problem import Problem
from tests.generators.dashboards.made import Body, panel, reference

Break = Callable[[Body], None]
ALERTS_TILE, ERRORS, P95_TILE, DEPLOYS, REGIONS = 6, 3, 4, 32, 30  # of Overview
RANKING, TIMELINE, PARTS, P95_CHART = 44, 203, 51, 106
GREEN = "#009E73"


def found(name: str, change: Break) -> list[str]:
    """Return what these checks find in a board after a change, with the other boards beside it."""
    bodies = {**copy.deepcopy(reference())}
    change(bodies[name])
    files = {key: parsed(json.dumps(body), f"{key}.json") for key, body in bodies.items()}
    return [f"{one.rule}: {one.text}" for one in _problems(files[name], [*files.values()])]


def _problems(board: DashboardFile, everyone: list[DashboardFile]) -> Iterator[Problem]:
    for check in (grafana_values.check, resolution.check, readable.check):
        yield from check(board)
    yield from links.check(board, links.variables(everyone))


def put(number: int, value: Any, *path: str | int) -> Break:
    """Return a change that writes a value into a panel."""

    def change(body: Body) -> None:
        place: Any = panel(body, number)
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def default(number: int, name: str, value: Any) -> Break:
    """Return a change of a default of a panel's fields."""
    return put(number, value, "fieldConfig", "defaults", name)


def of_columns(number: int, name: str, value: Any) -> Break:
    """Return a change of a property, wherever an override sets it."""

    def change(body: Body) -> None:
        for override in panel(body, number)["fieldConfig"]["overrides"]:
            for one in override["properties"]:
                if one["id"] == name:
                    one["value"] = value

    return change


def not_renamed(name: str) -> Break:
    """Return a change that takes a name of a value out of a table's renames."""

    def change(body: Body) -> None:
        for step in panel(body, REGIONS)["transformations"]:
            step["options"].get("renameByName", {}).pop(name, None)

    return change


def apart(body: Body) -> None:
    """Let a table ask two data sources, each for one column."""
    table = panel(body, REGIONS)
    first, *_, last = table["targets"]
    table["targets"] = [first, last]


def without_interval(body: Body) -> None:
    """Take the interval away from panels of several data sources."""
    rows = [one for one in body["panels"] if one["type"] == "row"]
    for one in [*body["panels"], *(inner for row in rows for inner in row["panels"])]:
        for target in one.get("targets", ()):
            target.pop("interval", None)


def unit_of(column: str, unit: str) -> Break:
    """Return a change that gives a column of a table its own unit."""
    own = {
        "matcher": {"id": "byName", "options": column},
        "properties": [{"id": "unit", "value": unit}],
    }
    return lambda body: panel(body, DEPLOYS)["fieldConfig"]["overrides"].append(own)


def each_target(name: str, value: Any) -> Break:
    """Return a change of every query of a chart of several data sources."""

    def change(body: Body) -> None:
        for target in panel(body, P95_CHART)["targets"]:
            target[name] = value

    return change


def special(color: str) -> list[Body]:
    """Return a mapping of missing data."""
    result = {"color": color, "index": 0, "text": "no data"}
    return [{"type": "special", "options": {"match": "null+nan", "result": result}}]


_FORGETFUL = [{"title": "Open", "url": "/d/ion-performance?var-region=${__value.raw}"}]
_TIMELESS = [{"title": "Open", "url": "/d/ion-performance?${__all_variables}"}]

FAULTS: dict[str, tuple[str, Break, str]] = {
    "words under a unit of dates": (
        "overview", default(DEPLOYS, "unit", "dateTimeAsIso"),
        "values: panel 32 (Last deploys): has the unit dateTimeAsIso for all columns",
    ),
    "words under a pattern of dates": (
        "overview", default(DEPLOYS, "unit", "time:HH:mm"), "has the unit time:HH:mm for all",
    ),
    "words of one column under a unit of dates": (
        "overview", unit_of("Service", "dateTimeAsIso"),
        "has the unit dateTimeAsIso for the words of Service",
    ),
    "ranges instead of words": (
        "reliability", default(TIMELINE, "color", {"mode": "thresholds"}),
        "values: panel 203 (When did which alert fire?): merges values",
    ),
    "a value with another name": (
        "overview", not_renamed("Value"), "names query I's values otherwise than Grafana",
    ),
    "a value of several with another name": (
        "overview", not_renamed("Value #A"), "which names them Value #A",
    ),
    "two sources with one query each": (
        "overview", apart, "has two data sources with one query each",
    ),
    "missing data in the colour of a limit": (
        "overview", default(ERRORS, "mappings", []), f"paints missing data {GREEN}",
    ),
    "missing data mapped to a verdict": (
        "overview", default(ERRORS, "mappings", special("#D1344B")), "paints missing data #D1344B",
    ),
    "an all-clear without data": (
        "overview", default(ERRORS, "noValue", "no errors"), "says “no errors” also where nothing",
    ),
    "missing data without its text in a bar": (
        "performance", default(RANKING, "mappings", []), "paints missing data",
    ),
    "a text that no table shows": (
        "overview", default(DEPLOYS, "noValue", "no deploy"), "has a noValue, which Grafana shows",
    ),
    "a timeline without an answer": (
        "reliability",
        lambda body: put(TIMELINE, panel(body, TIMELINE)["targets"][:1], "targets")(body)
        or put(TIMELINE, "ALERTS", "targets", 0, "expr")(body),
        "says “Data does not have a time field”",
    ),
    "a figure of a range": (
        "overview", put(ERRORS, None, "targets", 0, "instant"),
        "resolution: panel 3 (Errors): query A is one of a range",
    ),
    "several sources without an interval": (
        "performance", without_interval, "takes no interval from them",
    ),
    "an interval below that of the rules": (
        "performance", each_target("interval", "10s"), "is asked each 10s, more often than rules",
    ),
    "several values without sizes": (
        "overview", put(ALERTS_TILE, {}, "options", "text"), "readable: panel 6 (Alerts): shows",
    ),
    "a ranking without sizes": (
        "performance", put(RANKING, {"titleSize": 14}, "options", "text"),
        "leaves sizes to Grafana",
    ),
    "letters that nobody reads": (
        "overview", put(ALERTS_TILE, {"titleSize": 6, "valueSize": 18}, "options", "text"),
        "has letters of 6 pixels; write 12 to 24",
    ),
    "letters that cut names": (
        "performance", put(RANKING, {"titleSize": 14, "valueSize": 40}, "options", "text"),
        "has letters of 40 pixels",
    ),
    "two figures with one title": (
        "overview", put(P95_TILE, "Errors", "title"), "panel 4 (Errors): has the title of another",
    ),
    "a legend that is cut": (
        "performance", put(PARTS, "bottom", "options", "legend", "placement"),
        "has a legend of 5 lines below it, of which Grafana shows 4",
    ),
    "a title that is cut": (
        "overview", put(P95_TILE, "Response time, p95", "title"),
        "has a title of 18 letters where Grafana has room for 14",
    ),
    "columns out of sight": (
        "overview",
        put(DEPLOYS, 150, "fieldConfig", "defaults", "custom", "minWidth"),
        "the last are out of sight",
    ),
    "columns without room for words": (
        "overview", put(DEPLOYS, 20, "fieldConfig", "defaults", "custom", "minWidth"),
        "has columns of 20 pixels, which cut words",
    ),
    "a head that is cut": (
        "overview", of_columns(31, "custom.width", 80), "cuts the head of Severity at 80 pixels",
    ),
    "a link that forgets variables": (
        "overview", of_columns(REGIONS, "links", _FORGETFUL), "forgets the time, datasource",
    ),
    "a link that forgets the time": (
        "overview", of_columns(REGIONS, "links", _TIMELESS), "forgets the time;",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    """Its check reports it in its words."""
    name, change, expected = FAULTS[fault]
    assert any(expected in text for text in found(name, change)), found(name, change)


@pytest.mark.parametrize("name", list(reference()))
def test_nothing_else_is_found(name: str) -> None:
    """The boards as they are have none of these faults."""
    assert found(name, lambda _: None) == []


def test_every_check_runs() -> None:
    """A check that nothing calls would find nothing."""
    assert {grafana_values.check, resolution.check, readable.check} <= set(boards.CHECKS)


def test_a_link_to_a_board_that_lacks_a_variable_leaves_it_out() -> None:
    """The cache is chosen on the overview, and there is none on Performance."""
    names = {variable["name"] for variable in reference()["performance"]["templating"]["list"]}
    assert "cache" not in names
    assert found("overview", lambda _: None) == []
