"""Dashboards are exported with what people ask of them, and compared by panel."""

import json
from typing import Any

from generators.monitoring_config import digest
from generators.versions.comparing import changes_between
from generators.versions.definitions import LinkDefinition, ThresholdDefinition, definitions
from generators.versions.exports import DASHBOARDS, exported
from generators.versions.generated_set import GeneratedSet
from generators.versions.wording import lines
from tests.docs.json_keys import unlike_page
from tests.generators.versions.made_sets import made

OVERVIEW = "grafana/out/overview.json"


def panel(number: int, title: str, **more: Any) -> dict[str, Any]:
    """Return a panel of a dashboard file."""
    place = {"x": 0, "y": number, "w": 24, "h": 1}
    return {"id": number, "title": title, "type": "timeseries", "gridPos": place, **more}


def board(*panels: dict[str, Any], **more: Any) -> str:
    """Return a dashboard file."""
    return json.dumps({"title": "Overview", "uid": "o", "panels": [*panels], **more})


def query(expr: str) -> dict[str, Any]:
    """Return the queries of a panel."""
    return {"targets": [{"refId": "A", "expr": expr}]}


HEAD = {
    "links": [{"title": "more", "url": "/d/x"}],
    "tags": ["ion"],
    "templating": {"list": [{"name": "region"}]},
}
RICH = panel(
    2,
    "Errors",
    description="Too many",
    datasource={"uid": "prom"},
    fieldConfig={
        "defaults": {"unit": "s", "thresholds": {"steps": [{"value": None, "color": "green"}]}},
        "overrides": [
            {
                "matcher": {"id": "byName", "options": "p95"},
                "properties": [
                    {"id": "unit", "value": "ms"},
                    {"id": "thresholds", "value": {"steps": [{"value": 1, "color": "red"}]}},
                ],
            },
            {"matcher": {"options": "p50"}, "properties": [{"id": "custom.width", "value": 1}]},
        ],
    },
    links=[{"title": "more", "url": "/d/x"}],
    **query("up"),
)


def test_a_panel_is_defined_by_what_it_queries_and_shows() -> None:
    """Panels of collapsed rows are there, too, each with the row that it stands in."""
    row = {**panel(1, "Signals"), "type": "row", "panels": [RICH]}
    (found,) = definitions({OVERVIEW: board(row, refresh="1m").encode(), "a.json": b"{}"})
    assert (found.name, found.title, found.refresh, found.start) == (
        *("overview", "Overview", "1m", "now-6h"),
    )
    (one,) = found.panels
    assert (one.number, one.title, one.row, one.unit) == (2, "Errors", "Signals", "s")
    assert one.thresholds == (ThresholdDefinition(None, "green"),)
    assert one.links == (LinkDefinition("more", "/d/x"),)
    assert [(q.ref, q.expr, q.datasource) for q in one.queries] == [("A", "up", "prom")]
    assert [(s.series, s.unit) for s in one.series] == [("p95", "ms")]


def test_a_file_that_is_no_dashboard_is_left_out() -> None:
    """Whatever lies beside them."""
    files = {"grafana/out/x.json": b"{", "grafana/out/grafana.tf": b"x", OVERVIEW: b"[]"}
    assert definitions(files) == ()


def of(*panels: dict[str, Any]) -> GeneratedSet:
    """Return a set with one dashboard."""
    return made({OVERVIEW: board(*panels)})


def test_panels_are_compared_by_number() -> None:
    """A new title is one value; a query that differs is named by its panel."""
    old = of(panel(1, "A", **query("a")), panel(2, "B"), panel(3, "C", **query("c")))
    new = of(panel(1, "A2", **query("a")), panel(3, "C", **query("d")), panel(4, "D"))
    assert [*lines(changes_between(old, new))] == [
        "~ panels.Overview.A2 (1).title: from A to A2",
        "+ panels: Overview: D (4)",
        "- panels: Overview: B (2)",
        "~ panels with another query: Overview: C (3)",
        f"~ files: {OVERVIEW}",
    ]


def test_a_dashboard_that_comes_is_one_name() -> None:
    """Its panels are not listed one by one."""
    assert [*lines(changes_between(made(), of(panel(1, "A"), panel(2, "B"))))] == [
        "+ dashboards: overview",
        f"+ files: {OVERVIEW}",
    ]


def test_the_export_has_hashes() -> None:
    """Its own over everything else, and those of the set that it is made from."""
    found = made({OVERVIEW: board(RICH)}, inputs_hash="f00")
    body = json.loads(exported(found)[DASHBOARDS])
    own = body.pop("content_hash")
    assert own == digest(json.dumps(body))
    assert (body["schema_version"], body["set"], body["inputs_hash"]) == (
        *(1, found.content_hash, "f00"),
    )
    assert exported(found) == exported(found)


def test_the_page_documents_each_key_and_no_other() -> None:
    """docs/versions.md lists what the export has."""
    body = exported(made({OVERVIEW: board(RICH, **HEAD)}, inputs_hash="f00"))[DASHBOARDS]
    assert unlike_page(DASHBOARDS, json.loads(body), page="docs/versions.md") == []
