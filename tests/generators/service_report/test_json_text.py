"""The JSON of a report has the fields of docs/report.md, no other and none less."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exporter.json_output import SCHEMAS
from generators.service_report.formats import RenderOptions
from generators.service_report.json_text import render, render_boards
from tests.generators.service_report.drawn import boards_report
from tests.generators.service_report.reports import full

DOCUMENT = Path(__file__).parents[3] / "docs" / "report.md"
# Objects whose keys are names that somebody chose.
FREE = ("labels", "variables", "collapsed_rows", "regions[].signals")


def paths(tree: Any, at: str = "") -> Iterator[str]:
    """Yield the path of each field: `[]` stands for an item, `*` for a free name."""
    if isinstance(tree, dict):
        if tree.keys() == {"value", "text"} and at:
            return  # a shown value: the document says once what that is
        free = at.endswith(FREE)
        for name, value in tree.items():
            path = f"{at}.{'*' if free else name}".removeprefix(".")
            if not free:
                yield path
            yield from paths(value, path)
    elif isinstance(tree, list):
        for item in tree:
            yield from paths(item, f"{at}[]")


def own(found: Iterator[str]) -> set[str]:
    """Return the paths but those of lists whose items have the fields of another list."""
    return {path for path in found if not path.startswith(("alerts.recent[]", "costs[]"))}


def documented(section: str) -> set[str]:
    """Return the fields of a section of the document."""
    text = DOCUMENT.read_text().partition(f"\n### {section}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def test_the_fields_of_the_state_are_documented() -> None:
    """Every field that a full report has stands in the table, and the table has no other."""
    found = json.loads(render(full(), RenderOptions()))
    assert own(paths(found)) == documented("The state of the service")
    assert found["schema_version"] == SCHEMAS["report"]


def test_the_fields_of_dashboards_are_documented() -> None:
    """Likewise those of dashboards."""
    found = json.loads(render_boards(boards_report(), RenderOptions()))
    assert set(paths(found)) == documented("Dashboards")


def test_what_is_not_known_is_null() -> None:
    """Neither NaN, which is no JSON, nor 0."""
    signals = {s["name"]: s for s in json.loads(render(full(), RenderOptions()))["signals"]}
    assert signals["query_time"]["value"] == {"value": None, "text": "no data"}
    assert signals["query_time"]["resolutions"]["now"] is None
    assert signals["cache_hit_rate_l2"]["line"] == [0.78, None, 0.77]
    assert signals["cache_hit_rate_l2"]["before"]["change"] is None
