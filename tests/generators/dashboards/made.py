"""The dashboards of settings, made once each, and ways to look at them."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from exporter.settings import Settings, load
from generators.dashboards.build import texts
from generators.policy import policy
from generators.rules.build import build

ROOT = Path(__file__).parents[3]
REFERENCE = load(ROOT / "examples" / "reference.yaml")
NAMES = ("overview", "performance", "reliability", "cache", "infrastructure")
Body = dict[str, Any]


def boards(settings: Settings) -> dict[str, Body]:
    """Return the dashboards by name."""
    found = texts(settings, build(settings), policy(settings))
    return {Path(path).stem: json.loads(text) for path, text in found.items()}


@lru_cache(maxsize=1)
def reference() -> Mapping[str, Body]:
    """Return the dashboards of the reference deployment."""
    return boards(REFERENCE)


def changed(**sections: Any) -> Settings:
    """Return the reference deployment's settings with other sections."""
    return Settings.model_validate({**REFERENCE.model_dump(by_alias=True), **sections})


def panels(board: Body) -> Iterator[Body]:
    """Yield the panels of a dashboard, those of collapsed rows included, rows left out."""
    for panel in board["panels"]:
        yield from panel.get("panels", ())
        if panel["type"] != "row":
            yield panel


def panel(board: Body, number: int) -> Body:
    """Return a panel by its number."""
    return next(found for found in panels(board) if found["id"] == number)


def steps(found: Body) -> list[float]:
    """Return the values at which a panel's colour changes."""
    each = found["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return [step["value"] for step in each if step["value"] is not None]
