"""Changes as lines: values one by one, expressions and files by name."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generators.value_changes import ValueChange
from generators.versions.comparing import BOARDS, EXPRESSION, FILES, PANELS, QUERIES, RECORDINGS
from generators.versions.routing import ORDER, RECEIVERS, ROUTES

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_NAMED = 4  # names that a line lists
_BY_NAME = {
    RECORDINGS: "recorded series",
    RECEIVERS: "receivers",
    BOARDS: "dashboards",
    PANELS: "panels",
    FILES: "files",
}
# What a panel may have another of, without a line that says which: thresholds follow the alerts'.
_OF_PANELS = {
    QUERIES: "another query",
    "description": "another description",
    "thresholds": "other thresholds",
    "series": "other units or thresholds of single series",
    "links": "other links",
}


def lines(changes: Iterable[ValueChange]) -> Iterator[str]:
    """Yield a line for each value, then one for each group of names."""
    every = tuple(changes)
    yield from (line(one) for one in every if has_own_line(one))
    yield from grouped_lines(every)


def grouped_lines(changes: Iterable[ValueChange]) -> Iterator[str]:
    """Yield one line for the changes of each kind that are shown by name."""
    grouped = defaultdict[_Group, list[str]](list)
    for one in changes:
        group = _group(one)
        if group is not None and (name := _name(one)) not in grouped[group]:
            grouped[group].append(name)
    areas = list(dict.fromkeys(group.area for group in grouped))
    for group in sorted(grouped, key=lambda one: (areas.index(one.area), one.text)):
        yield _listed(group.text, grouped[group])


def has_own_line(one: ValueChange) -> bool:
    """Say whether a change is shown with its values, rather than by name among others."""
    return _common(one) is None


@dataclass(frozen=True, slots=True)
class _Group:
    """What several changes have in common: one line lists their names after `text`."""

    area: str
    text: str


def line(one: ValueChange) -> str:
    """Return the change of one value."""
    place = f"{_SIGNS[one.change]} {'.'.join(one.at)}"
    if one.change == "added":
        return f"{place}: {short(one.after)}"
    if one.change == "removed":
        return f"{place}: {short(one.before)}" if one.item else place
    return f"{place}: from {short(one.before)} to {short(one.after)}"


def _listed(what: str, names: Sequence[str]) -> str:
    """Return one line with the first of the names."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{what}: {', '.join(names[:_NAMED])}{more}"


def short(value: object) -> str:
    """Return a value as a line shows it."""
    if isinstance(value, str):
        return value
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        shown = (f"{name} {short(item)}" for name, item in value.items() if item is not None)
        return ", ".join(shown)
    if isinstance(value, Sequence):
        return ", ".join(map(short, value)) or "nothing"
    return json.dumps(value)


def _group(one: ValueChange) -> _Group | None:
    text = _common(one)
    return None if text is None else _Group(one.at[0], text)


def _common(one: ValueChange) -> str | None:
    """Return what begins the line of a change and of others like it; None for a line of its own."""
    area, *below = one.at
    sign, what = _SIGNS[one.change], _BY_NAME.get(area, area)
    if EXPRESSION in below:
        return f"~ {what} with another expression"
    if one.at == (ROUTES, ORDER):
        return "~ routes in another order"
    if area not in _BY_NAME:
        return None
    if len(below) == (2 if area == PANELS else 1):
        return f"{sign} {what}"
    other = _OF_PANELS.get(below[2]) if area == PANELS else None
    return None if other is None else f"~ panels with {other}"


def _name(one: ValueChange) -> str:
    """Return what a change is about, as a list of names has it."""
    area, *below = one.at
    if one.at == (ROUTES, ORDER):
        return " before ".join(_first_moved(one.before, one.after))
    return ": ".join(below[:2]) if area == PANELS else below[0]


def _first_moved(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """Return the first route that is at another place, and the one that was there."""
    return next((new, old) for old, new in zip(before, after, strict=True) if old != new)
