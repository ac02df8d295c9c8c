"""Turns what pydantic found wrong into sentences with a fix; no sentence repeats a value."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from exporter.settings.document import SettingsDocument
from exporter.settings.keys import ANY, ITEM, Key
from exporter.settings.positions import Loc, Position, SettingsProblem, dotted

_SECRET = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|dsn|webhook|(routing|api|private|access|integration)_?key"
    r"|credential|authorization|auth$",
    re.IGNORECASE,
)
_FEW = 2
_MAPPING = "must contain keys, as 'key: value' lines"
_SENTENCES: Mapping[str, str] = {
    "string_type": "must be text; quote it",
    "int_type": "must be a whole number, such as 8, without quotes",
    "int_from_float": "must be a whole number, such as 8",
    "float_type": "must be a number, such as 100, without quotes",
    "bool_type": "must be true or false, without quotes",
    "tuple_type": "must be a list; write [VALUE, VALUE]",
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "path_type": "must be a file's path, as text",
    "missing": "is missing; add it",
    "literal_error": "must be one of {expected}",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "finite_number": "must be a finite number",
    "too_short": "must contain at least {min_length} value; add one or remove the key",
    "inside": "{text}",
    "value_error": "{error}",
}


def problems(
    error: ValidationError, document: SettingsDocument, keys: Sequence[Key]
) -> Iterator[SettingsProblem]:
    """Yield a problem for each of pydantic's errors that reading the file has not found.

    `keys` are those that the file may contain.
    """
    known = {problem.loc for problem in document.problems}
    for details in error.errors(include_url=False):
        loc = _loc(details)
        if not _is_echo(details) and not any(loc[:n] in known for n in range(1, len(loc) + 1)):
            yield SettingsProblem(_position(loc, document), loc, _sentence(details, loc, keys))


def _is_echo(details: ErrorDetails) -> bool:
    """Return whether a list is only too short because its items were refused one by one."""
    return details["type"] == "too_short" and bool(details["input"])


def _loc(details: ErrorDetails) -> Loc:
    below = details.get("ctx", {}).get("below", ())
    return (*(step for step in details["loc"] if step != "[key]"), *below)


def _position(loc: Loc, document: SettingsDocument) -> Position:
    """Return the position of the value; where it is missing, that of the section around it."""
    for depth in range(len(loc), 0, -1):
        if loc[:depth] in document.positions:
            return document.positions[loc[:depth]]
    return Position(document.source, 1, 1)


def _sentence(details: ErrorDetails, loc: Loc, keys: Sequence[Key]) -> str:
    if details["type"] == "extra_forbidden":
        return _unknown(loc, keys)
    text = _SENTENCES.get(details["type"])
    return text.format(**details.get("ctx", {})) if text else "is not a valid value here"


def _unknown(loc: Loc, keys: Sequence[Key]) -> str:
    name, known = str(loc[-1]), _beside(loc, keys)
    if _SECRET.search(name):
        return _inline_secret(name, known)
    elsewhere = [dotted(key.path) for key in keys if key.path[-1] == name and key.is_single]
    if 0 < len(elsewhere) <= _FEW:
        return f"unknown key here; did you mean {' or '.join(elsewhere)}?"
    near = get_close_matches(name, known, 1)
    if near:
        return f"unknown key; did you mean '{near[0]}'?"
    return f"unknown key; known here are {', '.join(known)}"


def _inline_secret(name: str, known: list[str]) -> str:
    files = [key for key in known if key.endswith("_file") and _SECRET.search(key[:-5])]
    near = get_close_matches(f"{name}_file", files, 1) or files[:1]
    where = f"name it in {near[0]}" if near else "no key here takes a secret; remove this one"
    return f"a secret in the file; write it to a file, mode 0600, and {where}" if near else where


def _beside(loc: Loc, keys: Sequence[Key]) -> list[str]:
    """Return the keys that are known beside `loc`."""
    return [
        key.path[-1]
        for key in keys
        if len(key.path) == len(loc)
        and all(_fits(step, at) for step, at in zip(key.path[:-1], loc[:-1], strict=True))
    ]


def _fits(step: str, at: str | int) -> bool:
    return step in (ANY, at) or (step == ITEM and isinstance(at, int))
