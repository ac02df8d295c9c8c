"""A digest as JSON, with the facts of the mail; docs/history.md has its keys."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from exporter.bridge.digest import words
from exporter.bridge.digest.model import Digest
from exporter.json_output import json_document


def as_json(digest: Digest) -> str:
    """Return the JSON; what is not known is null, and no value is NaN."""
    facts = {"headline": words.headline(digest), **asdict(digest)}
    return f"{json_document('digest', _labelled(facts))}\n"


def _labelled(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value whose labels are objects, not pairs."""
    match value:
        case Mapping():
            return {
                name: dict(one) if name == "labels" else _labelled(one)
                for name, one in value.items()
            }
        case list() | tuple():
            return [_labelled(one) for one in value]
    return value
