"""The reference and the JSON Schema."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from exporter.settings import Settings
from exporter.settings.keys import ANY, ITEM, keys
from generators.files import signed
from generators.settings_reference import reference, schema_text, whole_schema

COMMAND_LINE = "ionmon configs --config examples/reference.yaml --docs"
ROOT = Path(__file__).parents[2]
GOOD = ROOT / "tests" / "data" / "settings" / "good"


@pytest.mark.parametrize(
    ("path", "text"),
    [("docs/settings.md", reference()), ("docs/monitoring.schema.json", schema_text())],
)
def test_the_documents_are_up_to_date(path: str, text: str) -> None:
    """The tracked document is what the models make of it."""
    tracked = (ROOT / path).read_text(encoding="utf-8")
    assert signed({path: text}, COMMAND_LINE)[path] == tracked


def written(tree: object, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key below `tree`, free names and indexes replaced."""
    if isinstance(tree, list):
        for item in tree:
            yield from written(item, (*at, ITEM))
    elif isinstance(tree, dict):
        free = at[-1:] in (("families",), ("labels",), ("metrics",), ("others",), ("services",))
        free = free or at in (("targets",), ("alerts", "annotations"))
        free = free or at in (("prometheus", "replicas"), ("prometheus", "external_labels"))
        for name, value in tree.items():
            path = (*at, ANY if free else name)
            if not free:
                yield path
            yield from written(value, path)


def test_the_full_example_has_every_key() -> None:
    """The full example writes every key of the reference, but for those of newer servers."""
    full, newest = (
        set(written(yaml.safe_load((GOOD / name).read_text(encoding="utf-8"))))
        for name in ("full.yaml", "newest.yaml")
    )
    # Of alerts one shows what all have; a service overrides the same ones.
    alerts = {key.path for key in keys(Settings) if key.path[0] == "alerts" and len(key.path) == 3}
    alerts |= {k.path for k in keys(Settings) if k.path[:3] == ("services", ANY, "alerts")}
    assert {key.path for key in keys(Settings)} == full | newest | alerts
    assert {path[-1] for path in newest - full} == {
        "alertmanager",
        "app_token_file",
        "cloud_run_instance_second",
        "msteams",
        "update_message",
        "url_file",
        "version",
        "webhook_url_file",
    }


def test_every_key_has_a_meaning() -> None:
    """No key is without a sentence that says what it means."""
    assert [key.path for key in keys(Settings) if not key.meaning.endswith(".")] == []


def test_the_schema_knows_no_null() -> None:
    """A key without a value is refused, so that the schema allows none."""
    assert "null" not in json.dumps(whole_schema())
