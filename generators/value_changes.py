"""How two values differ: one change a difference, each by the path of its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

_ABSENT = object()
_NAMES = ("name", "id", "url")  # what tells the items of a list apart, the first that all have


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """One difference, before and after; None on the side where there is nothing.

    at    names from the outermost to the place
    item  whether `before` or `after` is one of several at that place
    """

    at: tuple[str, ...]
    change: Literal["added", "removed", "changed"]
    before: Any = None
    after: Any = None
    item: bool = False


def value_changes(at: tuple[str, ...], old: object, new: object) -> Iterator[ValueChange]:
    """Yield a change for each value below `at` that is new, gone or different."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(at, old, new)
    elif isinstance(old, Sequence) and isinstance(new, Sequence) and not _is_text(old, new):
        yield from _of_lists(at, old, new)
    elif old is _ABSENT:
        yield ValueChange(at=at, change="added", after=new)
    elif new is _ABSENT:
        yield ValueChange(at=at, change="removed", before=old)
    elif old != new:
        yield ValueChange(at=at, change="changed", before=old, after=new)


def _is_text(*values: object) -> bool:
    return any(isinstance(value, str) for value in values)


def _of_mappings(
    at: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[ValueChange]:
    for name in dict.fromkeys((*old, *new)):
        yield from value_changes((*at, name), old.get(name, _ABSENT), new.get(name, _ABSENT))


def _of_lists(at: tuple[str, ...], old: Sequence[Any], new: Sequence[Any]) -> Iterator[ValueChange]:
    """Yield the items that are new, gone or changed; their order where nothing else differs."""
    name = _name_of([*old, *new])
    if name is not None:
        before, after = ({item[name]: item for item in items} for items in (old, new))
        found = [*_of_mappings(at, before, after)]
    else:
        gone = [item for item in old if item not in new]
        more = [item for item in new if item not in old]
        found = [ValueChange(at=at, change="removed", before=one, item=True) for one in gone]
        found += [ValueChange(at=at, change="added", after=one, item=True) for one in more]
    if not found and list(old) != list(new):
        found = [ValueChange(at=at, change="changed", before=old, after=new)]
    yield from found


def _name_of(items: Sequence[Any]) -> str | None:
    """Return the key whose text tells mappings apart; None where items are no such mappings."""
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    return next((n for n in _NAMES if all(isinstance(i.get(n), str) for i in items)), None)
