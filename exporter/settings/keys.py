"""Every key that a model of settings knows: path, type, default and meaning."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from exporter.settings.types import Section

Schema = dict[str, Any]
ANY = "*"
ITEM = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key: its path, in which `*` is any name and `[]` any index, type, default and meaning.

    The default is as the file would write it; None where the key is needed or has no default.
    """

    path: tuple[str, ...]
    type: str
    default: str | None
    required: bool
    meaning: str

    @property
    def is_single(self) -> bool:
        """Whether the key occurs once at most: neither in a list nor under a free name."""
        return not {ANY, ITEM} & set(self.path)


@cache
def keys(model: type[Section]) -> tuple[Key, ...]:
    """Return every key of a file that `model` reads, sections before their keys."""
    whole = schema(model)
    return tuple(_walk(whole, whole.get("$defs", {}), ()))


def schema(model: type[Section]) -> Schema:
    """Return the JSON Schema of a file that `model` reads; no key may be null."""
    return cast("Schema", _without_null(model.model_json_schema()))


def _walk(node: Schema, defs: Schema, at: tuple[str, ...]) -> Iterator[Key]:
    for name, entry in node.get("properties", {}).items():
        path = (*at, name)
        shown = _default_text(entry)
        needed = name in node.get("required", ())
        yield Key(
            path=path,
            type=_type(entry, defs),
            default=shown,
            required=needed,
            meaning=_meaning(entry, defs),
        )
        yield from _below(entry, defs, path)


def _below(entry: Schema, defs: Schema, path: tuple[str, ...]) -> Iterator[Key]:
    """Yield what lies below a section, a list of sections, or a mapping to sections."""
    if "$ref" in entry:
        yield from _walk(_resolved(entry, defs), defs, path)
    elif "items" in entry:
        yield from _below(entry["items"], defs, (*path, ITEM))
    elif isinstance(entry.get("additionalProperties"), dict):
        yield from _below(entry["additionalProperties"], defs, (*path, ANY))


def _meaning(entry: Schema, defs: Schema) -> str:
    """Return the key's meaning; pydantic leaves out one that its section has in the same words."""
    found = entry.get("description") or _resolved(entry, defs)["description"]
    return cast("str", found)


def _resolved(entry: Schema, defs: Schema) -> Schema:
    return cast("Schema", defs[entry["$ref"].rsplit("/", 1)[1]])


_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


def _type(entry: Schema, defs: Schema) -> str:
    if "$ref" in entry:
        return "section"
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if entry["type"] == "array":
        return f"list of {_type(entry['items'], defs)}"
    if entry["type"] == "object":
        return f"mapping to {_type(entry['additionalProperties'], defs)}"
    return cast("str", entry.get("format") or _TYPES[entry["type"]])


def _default_text(entry: Schema) -> str | None:
    value = entry.get("default")
    if value is None or value in ([], {}):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _without_null(node: Any) -> Any:  # noqa: ANN401 - JSON is any of its types
    """Leave null out: a key without a value is refused, it is not the same as no key."""
    if isinstance(node, list):
        return [_without_null(item) for item in node]
    if not isinstance(node, dict):
        return node
    whole = {k: _without_null(v) for k, v in node.items() if not (k == "default" and v is None)}
    choices = [choice for choice in whole.pop("anyOf", []) if choice != {"type": "null"}]
    return {**(choices[0] if choices else {}), **whole}
