"""A digest as JSON, with the facts of the mail; docs/history.md has its keys."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from exporter.bridge.digest import words
from exporter.bridge.digest.model import Digest

VERSION = 1


def as_json(digest: Digest) -> str:
    """Return the JSON; what is not known is null, and no value is NaN."""
    facts = {"schema_version": VERSION, "headline": words.headline(digest), **asdict(digest)}
    return f"{json.dumps(_plain(facts), indent=2, allow_nan=False)}\n"


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    match value:
        case Mapping():
            return {
                name: dict(one) if name == "labels" else _plain(one) for name, one in value.items()
            }
        case list() | tuple():
            return [_plain(one) for one in value]
        case float() if not math.isfinite(value):
            return None
    return value
