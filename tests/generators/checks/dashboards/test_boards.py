"""Each check of dashboards, broken on purpose in a board that is whole."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pytest

from generators.checks.dashboards.boards import problems
from generators.checks.engine.context import Context
from generators.checks.engine.dashboard_file import parsed
from generators.checks.engine.gathering import CheckRequest, gather
from tests.generators.dashboards.made import (
    REFERENCE,
    ROOT,
    Body,
    boards,
    changed,
    panel,
    reference,
)

Break = Callable[[Body], None]
P95 = 106  # a chart of Performance


@lru_cache(maxsize=1)
def context() -> Context:
    """Return what is known of the reference deployment."""
    return gather(CheckRequest(ROOT, REFERENCE))


def judged(name: str, change: Break) -> list[str]:
    """Return the problems of a board after a change, as rule: text."""
    body = copy.deepcopy(reference()[name])
    change(body)
    found = problems([parsed(json.dumps(body, indent=2), f"{name}.json")], context())
    return [f"{problem.rule}: {problem.text}" for problem in found]


def put(number: int, value: Any, *path: str | int) -> Break:
    """Return a change that writes a value into a panel."""

    def change(body: Body) -> None:
        place: Any = panel(body, number)
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def expr(value: str, number: int = P95) -> Break:
    """Return a change of a panel's first query."""
    return put(number, value, "targets", 0, "expr")


def top(key: str, value: Any) -> Break:
    """Return a change of the board itself."""
    return lambda body: body.update({key: value})


def without(key: str) -> Break:
    """Return a change that takes a key of the board away."""
    return lambda body: body.pop(key)


def of_variable(name: str, key: str, value: Any) -> Break:
    """Return a change of a variable."""

    def change(body: Body) -> None:
        found = next(v for v in body["templating"]["list"] if v["name"] == name)
        found[key] = value

    return change


def of_row(key: str, value: Any) -> Break:
    """Return a change of the first row."""
    return lambda body: body["panels"][0].update({key: value})


def moved(number: int, **places: int) -> Break:
    """Return a change of a panel's place."""
    return lambda body: panel(body, number)["gridPos"].update(places)


def opened(body: Body) -> None:
    """Open every row."""
    for row in [one for one in body["panels"] if one.get("collapsed")]:
        row["collapsed"] = False
        body["panels"] += row["panels"]
        row["panels"] = []


def lowered(body: Body) -> None:
    """Put everything below the first row one lower."""
    for found in body["panels"][1:]:
        found["gridPos"]["y"] += 1


def annotation(key: str, value: Any) -> Break:
    """Return a change of the first annotation that asks Prometheus."""
    return lambda body: body["annotations"]["list"][1].update({key: value})


DEFAULTS = ("fieldConfig", "defaults")
_FIXED = {"type": "prometheus", "uid": "P1809F7CD0C75ACF3"}
_RECORDED = "project_region_service:response_time_p95:quantile5m"

BROKEN: dict[str, tuple[Break, str]] = {
    # queries
    "metric": (expr("sum(cloudrun_request_total)"), "metric: nothing exports"),
    "recorded": (expr("max(project:latency:ratio5m)"), "metric: no rule records"),
    "label": (expr(f'max({_RECORDED}{{location="x"}})'), "label: "),
    "value": (
        expr('sum(rate(cloudrun_requests_total{response_code_class="500"}[$__rate_interval]))'),
        "value: ",
    ),
    "counter": (expr("sum(cloudrun_requests_total)"), "counter: "),
    "rate of a gauge": (
        expr("sum(rate(cloudrun_instances[$__rate_interval]))"),
        "counter: rate of cloudrun_instances",
    ),
    "syntax": (expr("sum(cloudrun_instances"), "syntax: "),
    "function": (expr(f"mad_over_time({_RECORDED}[5m])"), "syntax: function mad_over_time"),
    "beyond what is kept": (expr(f"max({_RECORDED} offset 1w)"), "window: "),
    "fixed range": (
        expr("sum(rate(cloudrun_requests_total[5m]))"),
        "query: rate over [5m]; write [$__rate_interval]",
    ),
    "made-up zero": (expr(f"max({_RECORDED}) or vector(0)"), "query: only a count may be 0"),
    "annotation's metric": (annotation("expr", "sum(nothing)"), "metric: nothing exports nothing"),
    "variable's metric": (
        of_variable("region", "query", {"query": "label_values(nothing, region)", "refId": "A"}),
        "metric: nothing exports nothing",
    ),
    "variable's label": (
        of_variable(
            "region", "query", {"query": "label_values(cloudrun_instances, zone)", "refId": "A"}
        ),
        "query: variable region: cloudrun_instances has no label zone",
    ),
    # texts and units
    "unit": (put(P95, "short", *DEFAULTS, "unit"), "unit: panel 106"),
    "unknown unit": (put(P95, "ms", *DEFAULTS, "unit"), "panel: panel 106"),
    "title": (put(P95, "", "title"), "panel: panel 106 (): has no title"),
    "description": (put(P95, "", "description"), "has no description"),
    "targets": (put(P95, [], "targets"), "has no query"),
    "legend": (put(P95, "", "targets", 0, "legendFormat"), "has no legend"),
    "no value": (put(P95, "", *DEFAULTS, "noValue"), "has no text for missing data"),
    "kind": (put(P95, "graph", "type"), "graph is no kind of panel"),
    # datasources
    "panel's datasource": (put(P95, _FIXED, "datasource"), "datasource: panel 106"),
    "query's datasource": (put(P95, _FIXED, "targets", 0, "datasource"), "fixed datasource"),
    "annotation's datasource": (annotation("datasource", _FIXED), "has a fixed datasource"),
    "datasource's label": (of_variable("datasource", "label", "Prometheus"), "write Data source"),
    # variables
    "refresh of a variable": (of_variable("region", "refresh", 1), "refresh is 1; write 2"),
    "choice of one": (of_variable("region", "multi", value=False), "multi is false; write true"),
    "value of all": (of_variable("region", "allValue", None), "allValue is null"),
    "unknown variable": (expr(f'max({_RECORDED}{{region=~"$zone"}})'), "$zone is used"),
    "unused variable": (of_variable("region", "name", "place"), "variable place is not used"),
    "query of a variable": (
        of_variable("region", "query", {"query": "metrics(x)", "refId": "A"}),
        "is not label_values(series, label)",
    ),
    "moment": (expr("sum(increase(up[$__rate_interval]))", 50), "grows with the dashboard's range"),
    # layout
    "overlap": (moved(P95, x=6), "grid: panel 106"),
    "gap": (lowered, "leaves a gap above it"),
    "width": (moved(P95, w=10), "is 10 wide"),
    "height": (moved(P95, h=5), "not as high as its line"),
    "number": (put(104, P95, "id"), "has the number of another"),
    "fixed number": (put(P95, 999, "id"), "number: alerts link to panel 106"),
    "too many": (opened, ""),
    # the board
    "editable": (top("editable", value=True), "board: editable is true; write false"),
    "identity": (top("uid", "other"), "number: no link uses uid other"),
    "cursor": (top("graphTooltip", 0), "graphTooltip is 0"),
    "refresh": (top("refresh", "10s"), "refresh is not one of 1m, 5m"),
    "links": (top("links", []), "has no link to ion-overview"),
    "version": (top("schemaVersion", 30), "schemaVersion is not one of"),
    "purpose": (top("description", ""), "description is missing"),
    "question": (of_row("title", "Latency"), "is no question"),
    # style
    "colour": (annotation("iconColor", "red"), "style: red is no colour"),
    "tooltip": (put(P95, "single", "options", "tooltip", "mode"), "does not show all series"),
    "fill": (put(P95, 80, *DEFAULTS, "custom", "fillOpacity"), "filled by more than 30 %"),
    "legend of many": (put(P95, False, "options", "legend", "showLegend"), "a legend is for"),  # noqa: FBT003 - a value
    "limits' line": (
        put(P95, {"mode": "off"}, *DEFAULTS, "custom", "thresholdsStyle"),
        "limits are drawn as dashed lines",
    ),
    "limit": (
        put(P95, 0.15, *DEFAULTS, "thresholds", "steps", 1, "value"),
        "limit: panel 106 (Response time, p95): draws 0.15",
    ),
    # what Grafana would not know
    "unknown key": (put(P95, 1, "span"), "schema: panel Response time, p95: span"),
    "unknown key of a board": (top("rows", []), "schema: rows"),
    "unknown option": (put(P95, 1, "options", "legendary"), "schema: panel Response time, p95"),
    "missing style": (
        put(P95, {}, *DEFAULTS, "custom"),
        "schema: panel Response time, p95: axisBorderShow: Field required",
    ),
    "missing key": (without("time"), "schema: time: Field required"),
    "wrong type": (put(P95, "106", "id"), "schema: panel Response time, p95: id"),
}


@pytest.mark.parametrize("name", list(reference()))
def test_every_board_is_whole(name: str) -> None:
    """Nothing is found where nothing is broken."""
    assert judged(name, lambda _: None) == []


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "too many"])
def test_what_is_broken_is_reported(name: str) -> None:
    """Its check finds it, and reports it in its words."""
    change, expected = BROKEN[name]
    found = judged("performance", change)
    assert any(expected in text for text in found), found


def test_panels_of_unused_helpers_are_not_expected() -> None:
    """Their numbers are no links' targets, where the application does not use them."""
    settings = changed(application={"road": "redis"})
    files = [parsed(json.dumps(body, indent=2), name) for name, body in boards(settings).items()]
    assert problems(files, replace(context(), settings=settings)) == []


def test_a_problem_of_a_panel_is_where_it_stands() -> None:
    """Two panels of one title are distinguished by their numbers' lines."""
    body = copy.deepcopy(reference()["infrastructure"])
    instances = panel(body, 118)
    put(118, "s", *DEFAULTS, "unit")(body)
    text = json.dumps(body, indent=2)
    (found, *_) = problems([parsed(text, "infrastructure.json")], context())
    assert instances["title"] == panel(body, 140)["title"]
    assert text.splitlines()[found.line - 1].strip() == '"id": 118,'


def test_too_many_panels_is_reported() -> None:
    """Twenty-five panels are visible at most."""

    def more(body: Body) -> None:
        opened(body)
        body["panels"] += [
            {**panel(body, P95), "id": 5000 + n, "gridPos": {"h": 8, "w": 24, "x": 0, "y": 900 + n}}
            for n in range(9)
        ]

    assert any("panels are visible; leave 25" in text for text in judged("performance", more))


def test_too_many_figures_is_reported() -> None:
    """Six figures are in the first line at most."""

    def more(body: Body) -> None:
        figure = panel(body, 61)
        body["panels"].append({**figure, "id": 5000})

    assert any("more than 6 figures" in text for text in judged("reliability", more))


def test_an_axis_without_bound_is_reported() -> None:
    """A chart begins at 0, or says where else."""

    def free(body: Body) -> None:
        defaults = panel(body, 40)["fieldConfig"]["defaults"]
        del defaults["min"]

    assert any("an axis without a bound" in text for text in judged("performance", free))


def test_a_count_may_be_zero() -> None:
    """`or vector(0)` beside a count is right; so is a number that stands for none."""
    for text in (f"count({_RECORDED}) or vector(0)", f"sum({_RECORDED}) or on () vector(-1)"):
        found = judged("performance", expr(text))
        assert not any("only a count" in problem for problem in found)


def test_a_column_has_a_unit_of_its_own() -> None:
    """A table's unit is that of each column: one that is wrong is reported."""

    def seconds(body: Body) -> None:
        for override in panel(body, 43)["fieldConfig"]["overrides"]:
            if override["matcher"]["options"] == "Without 5xx":
                override["properties"][0]["value"] = "s"

    assert any("query D gives ratio, shown as s" in text for text in judged("performance", seconds))
