"""How two values differ, one line a difference, each by the name of its place."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_ABSENT = object()
_NAMES = ("name", "id", "url")  # what tells the items of a list apart, the first that all have


def value_changes(at: str, old: object, new: object) -> Iterator[str]:
    """Yield a line for each value below `at` that is new, gone or different."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(at, old, new)
    elif isinstance(old, Sequence) and isinstance(new, Sequence) and not _is_text(old, new):
        yield from _of_lists(at, old, new)
    elif old is _ABSENT:
        yield f"+ {at}: {_short(new)}"
    elif new is _ABSENT:
        yield f"- {at}"
    elif old != new:
        yield f"~ {at}: from {_short(old)} to {_short(new)}"


def _is_text(*values: object) -> bool:
    return any(isinstance(value, str) for value in values)


def _of_mappings(at: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys((*old, *new)):
        below = f"{at}.{name}".removeprefix(".")
        yield from value_changes(below, old.get(name, _ABSENT), new.get(name, _ABSENT))


def _of_lists(at: str, old: Sequence[Any], new: Sequence[Any]) -> Iterator[str]:
    """Yield the items that are new, gone or changed; their order where nothing else differs."""
    name = _name_of([*old, *new])
    if name is not None:
        before, after = ({item[name]: item for item in items} for items in (old, new))
        lines = [*_of_mappings(at, before, after)]
    else:
        lines = [f"- {at}: {_short(item)}" for item in old if item not in new]
        lines += [f"+ {at}: {_short(item)}" for item in new if item not in old]
    if not lines and list(old) != list(new):
        lines = [f"~ {at}: from {_short(old)} to {_short(new)}"]
    yield from lines


def _name_of(items: Sequence[Any]) -> str | None:
    """Return the key whose text tells mappings apart; None where items are no such mappings."""
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    return next((n for n in _NAMES if all(isinstance(i.get(n), str) for i in items)), None)


def _short(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        shown = (f"{name} {_short(item)}" for name, item in value.items() if item is not None)
        return ", ".join(shown)
    if isinstance(value, Sequence):
        return ", ".join(map(_short, value)) or "nothing"
    return json.dumps(value)
