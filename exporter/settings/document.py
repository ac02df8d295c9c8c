"""Reads monitoring.yaml as plain text, numbers, lists and mappings, with their positions."""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import yaml

from exporter.errors import SettingsError
from exporter.settings.positions import Loc, Position, SettingsProblem

LARGEST_FILE = 1 << 20
MOST_VALUES = 20_000
DEEPEST = 20
SMALLEST = "google: {projects: [PROJECT_ID]}"

_ANY = "'key: value'"


@dataclass(frozen=True, slots=True)
class Unusable:
    """Replaces a value that was refused, so that its key is not reported as missing too."""


Tree = str | int | float | bool | Unusable | list["Tree"] | dict[str, "Tree"]

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,17}\.[0-9]{1,17}")
_TAG = "tag:yaml.org,2002:"
_QUOTED = "YAML takes it for {}; quote it to have the text"
_REFUSED = {
    "null": "has no value; write one or remove the key; a value that begins with # needs quotes",
    "bool": _QUOTED.format("true or false") + ", else write true or false",
    "int": _QUOTED.format("another number") + ", else write it in decimal digits",
    "float": "is no finite number in decimal digits, such as 0.5; quote it to have the text",
    "timestamp": _QUOTED.format("a date"),
    "merge": "a merge key; write the keys out",
}
_NO_TEXT = "has a key that is no text; quote it"
_NO_KEY = {
    "null": "has a ':' with no key before it; quote the value",
    "bool": "has a key that YAML takes for true or false; quote it",
    "merge": "has a merge key; write the keys out",
}
_UNCLOSED = "found unexpected end of stream"
# Part of PyYAML's message, and what to fix.
_FIXES = (
    ("'\\t'", "a tab; YAML indents with spaces"),
    ("mapping values are not allowed", "one ': ' too many; quote the value, or end the line above"),
    ("could not find expected ':'", "a key without ': ' after it"),
    ("<block end>, but found '<scalar>'", "text after the value's end; quote the whole value"),
    ("<block end>", "does not fit the lines above; align keys of one mapping"),
    ("expected ',' or", "a bracket that is not closed, or a ',' that is missing"),
    ("node content, but found ':'", "a value that begins with ':'; quote it"),
    ("node content", "a bracket or a ',' where a value belongs"),
    (_UNCLOSED, "a quote that is not closed"),
    ("cannot start any token", "a value that begins with a special character; quote it"),
    ("escape", "a backslash in double quotes; use single quotes"),
    ("an alias", "a value that begins with '*'; quote it"),
    ("an anchor", "a value that begins with '&'; quote it"),
    ("a tag", "a value that begins with '!'; quote it"),
    ("tag handle", "a value that begins with '!'; quote it"),
    ("a block scalar", "text after '>' or '|'; begin it on the next line, or quote it"),
    ("<document start>", "does not belong to what comes before it; check the brackets"),
    ("special characters are not allowed", "a control character; remove it"),
)


class _Mark(Protocol):
    """A position of PyYAML, of either of its two parsers, from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class SettingsDocument:
    """A file's content, the positions of its keys and list items, and the problems in it."""

    source: str
    content: dict[str, Tree]
    positions: Mapping[Loc, Position]
    problems: tuple[SettingsProblem, ...] = ()


def _never(_: Loc) -> bool:
    return False


def read(
    path: Path, example: str = SMALLEST, absent: Callable[[Loc], bool] = _never
) -> SettingsDocument:
    """Return the content of the file at `path`. Raises SettingsError where it is not YAML.

    `example` is the smallest useful content, for the error about an empty file; where it is empty,
    an empty file is allowed. `absent` returns whether a key without a value counts as left out.
    """
    source = str(path)
    text = _decoded(_bytes(path), source)
    try:
        _check_events(text, source)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        fault = _fault(error, text, source)
    else:
        return _document(root, _Reading(source, absent), example)
    # Raised out here: PyYAML's error quotes the file, and would show it in a traceback.
    raise fault


def _bytes(path: Path) -> bytes:
    try:
        with open(path, "rb", opener=_opened) as file:  # noqa: PTH123 - Path.open has no opener
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            raw = file.read(LARGEST_FILE + 1) if regular else b""
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    if not regular:
        raise SettingsError(f"{path}: is not a regular file; write the settings into one")
    if len(raw) > LARGEST_FILE:
        raise SettingsError(f"{path}: larger than 1 MiB; settings are a few kilobytes")
    return raw


def _opened(path: str, flags: int) -> int:
    """Open without waiting: a pipe has to be refused, although nobody writes to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _decoded(raw: bytes, source: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    # Raised out here: the decoder's error contains the whole file.
    raise SettingsError(f"{source}:{line}: not UTF-8; save the file as UTF-8")


def _check_events(text: str, source: str) -> None:
    """Refuse YAML that makes a small file large or disguises a value, before it is built."""
    depth = documents = values = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        position = _marked(event.start_mark, source)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST:
            raise SettingsError(f"{position}: nested deeper than {DEEPEST} levels")
        if documents > 1:
            raise SettingsError(f"{position}: a second document; a file contains one")
        values += isinstance(event, yaml.ScalarEvent)
        if values > MOST_VALUES:
            raise SettingsError(f"{position}: more than {MOST_VALUES:,} keys and values")
        if isinstance(event, yaml.NodeEvent):
            _check_plain(event, position)


def _check_plain(event: yaml.NodeEvent, position: Position) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise SettingsError(f"{position}: an alias; write the value out")
    if event.anchor is not None:
        raise SettingsError(f"{position}: an anchor; write the value out, each time")
    if getattr(event, "tag", None) is not None:
        raise SettingsError(f"{position}: a tag; remove it, plain values need none")


def _marked(mark: _Mark | None, source: str) -> Position:
    return Position(source) if mark is None else Position(source, mark.line + 1, mark.column + 1)


def _fault(error: yaml.YAMLError, text: str, source: str) -> SettingsError:
    message = " ".join(str(getattr(error, part, "")) for part in ("context", "problem", "reason"))
    known = (fix for part, fix in _FIXES if part in message)
    return SettingsError(f"{_position(error, text, source)}: {next(known, 'not YAML')}")


def _position(error: yaml.YAMLError, text: str, source: str) -> Position:
    if isinstance(error, yaml.MarkedYAMLError):
        unclosed = error.problem == _UNCLOSED
        return _marked(error.context_mark if unclosed else error.problem_mark, source)
    before = text[: getattr(error, "position", 0)]
    return Position(source, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _document(root: yaml.Node | None, reading: "_Reading", example: str) -> SettingsDocument:
    source = reading.source
    if not example and (root is None or _is_null(root)):
        return SettingsDocument(source, {}, {})
    if root is None:
        raise SettingsError(f"{source} is empty; smallest useful content: {example}")
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f"{source}:1:1: must contain keys, such as {example or _ANY}")
    content = reading.mapping(root, ())
    return SettingsDocument(source, content, reading.positions, tuple(reading.problems))


@dataclass
class _Reading:
    """Builds the content of nodes; a value that is refused becomes a problem and Unusable."""

    source: str
    absent: Callable[[Loc], bool]
    positions: dict[Loc, Position] = field(default_factory=dict)
    problems: list[SettingsProblem] = field(default_factory=list)

    def mapping(self, node: yaml.MappingNode, at: Loc) -> dict[str, Tree]:
        found: dict[str, Tree] = {}
        for key, value in node.value:
            name = self._key(key, at)
            if name is not None and not (_is_null(value) and self.absent((*at, name))):
                found[name] = self._tree(value, (*at, name))
        return found

    def _key(self, node: yaml.Node, at: Loc) -> str | None:
        """Return the key's text and note its position; None where the key is refused."""
        kind, position = node.tag.removeprefix(_TAG), self._position(node)
        if kind != "str":
            self.problems.append(SettingsProblem(position, at, _NO_KEY.get(kind, _NO_TEXT)))
            return None
        name = str(node.value)
        first = self.positions.setdefault((*at, name), position)
        if first is not position:
            text = f"is written twice, first on line {first.line}; remove one"
            self.problems.append(SettingsProblem(position, (*at, name), text))
        return name if first is position else None

    def _tree(self, node: yaml.Node, at: Loc) -> Tree:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return self._sequence(node, at)
        kind = node.tag.removeprefix(_TAG)
        tree = _scalar(kind, node.value)
        if isinstance(tree, Unusable):
            self.problems.append(SettingsProblem(self.positions[at], at, _REFUSED[kind]))
        return tree

    def _sequence(self, node: yaml.SequenceNode, at: Loc) -> list[Tree]:
        for index, item in enumerate(node.value):
            self.positions[(*at, index)] = self._position(item)
        return [self._tree(item, (*at, index)) for index, item in enumerate(node.value)]

    def _position(self, node: yaml.Node) -> Position:
        return _marked(node.start_mark, self.source)


def _is_null(node: yaml.Node) -> bool:
    return bool(node.tag == f"{_TAG}null")


def _scalar(kind: str, text: str) -> Tree:
    """Return what a plain or quoted value means; YAML 1.1 sees more in it than people do."""
    if kind in ("str", "value"):
        return text
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind == "int" and _WHOLE.fullmatch(text):
        return int(text)
    if kind == "float" and _DECIMAL.fullmatch(text):
        return float(text)
    return Unusable()
