"""Adds to YAML as text: lines come in between, and every other line stays as somebody wrote it."""

from collections.abc import Iterable
from typing import Any

import yaml

from exporter.errors import IonmonError
from generators.deploy.additions.model import Insertion
from generators.rules.model import dumped


def with_insertions(text: str, insertions: Iterable[Insertion]) -> str:
    """Return the text with everything added. Raises IonmonError where its layout prevents that."""
    for one in insertions:
        expected = added(yaml.safe_load(text) or {}, one)
        text = _inserted(text if text.endswith("\n") or not text else f"{text}\n", one)
        if yaml.safe_load(text) != expected:
            where = ".".join(one.path)
            fix = "write the key in block style, one item a line, and try again"
            raise IonmonError(f"{where}: nothing can be added to its layout; {fix}")
    return text


def added(body: dict[str, Any], one: Insertion) -> dict[str, Any]:
    """Return the content with an insertion."""
    key, *rest = one.path
    found = body.get(key)
    if rest:
        return {**body, key: added(found or {}, Insertion(tuple(rest), one.value, one.first))}
    if not isinstance(one.value, list) or not found:
        return {**body, key: one.value}
    return {**body, key: [*one.value, *found] if one.first else [*found, *one.value]}


def _inserted(text: str, one: Insertion) -> str:
    root = yaml.compose(text)
    if root is None:
        return text + dumped(_nested(one.path, one.value))
    node, rest = _deepest(root, one.path)
    lines = text.splitlines(keepends=True)
    if rest and _is_block(node):
        column = node.start_mark.column
        more = _indented(dumped(_nested(rest, one.value)), column)
        return _after(lines, _last_comment(lines, _last_line(node), column), more)
    if not rest and _is_block(node) and isinstance(node, yaml.SequenceNode):
        column = node.start_mark.column
        more = _indented(dumped(one.value), column)
        if one.first:  # right behind the key: a comment between belongs to what follows it
            return _after(lines, _key_line(root, one.path), more)
        return _after(lines, _last_comment(lines, _last_line(node), column), more)
    return _replaced(text, root, one)


def _replaced(text: str, root: yaml.Node, one: Insertion) -> str:
    """Write a value that is empty, or stands in one line, as a block with the addition."""
    value: Any = added(yaml.safe_load(text), one)
    parent, node = None, root
    for key in one.path:
        child = _child(node, key)
        if child is None or not _is_block(node):
            break
        parent, node, value = node, child, value[key]
    if parent is None:
        return dumped(value)
    block = _indented(dumped(value), parent.start_mark.column + 2).rstrip("\n")
    before, behind = text[: node.start_mark.index], text[node.end_mark.index :]
    return f"{before.rstrip(' ')}\n{block}{behind}"


def _deepest(root: yaml.Node, path: tuple[str, ...]) -> tuple[yaml.Node, tuple[str, ...]]:
    """Return the node of as many keys as there are, and the keys that are not there."""
    node = root
    for at, key in enumerate(path):
        child = _child(node, key)
        if child is None:
            return node, path[at:]
        node = child
    return node, ()


def _key_line(root: yaml.Node, path: tuple[str, ...]) -> int:
    """Return the line of the last of some keys that are there."""
    *above, last = path
    node, _ = _deepest(root, tuple(above))
    line: int = next(key.start_mark.line for key, _ in node.value if key.value == last)
    return line


def _child(node: yaml.Node, key: str) -> yaml.Node | None:
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a node's content: comments behind it are not part of it."""
    if isinstance(node, yaml.MappingNode) and _is_block(node) and node.value:
        key, value = node.value[-1]
        return max(_last_line(key), _last_line(value))
    if isinstance(node, yaml.SequenceNode) and _is_block(node) and node.value:
        return _last_line(node.value[-1])
    end = node.end_mark
    return end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line


def _last_comment(lines: list[str], last: int, column: int) -> int:
    """Return the last line of comments that belong to what stands above: they are deeper."""
    for at, line in enumerate(lines[last + 1 :], last + 1):
        content = line.lstrip(" ")
        if content.startswith("#") and len(line) - len(content) > column:
            last = at
        elif line.strip():
            break
    return last


def _after(lines: list[str], line: int, more: str) -> str:
    return "".join([*lines[: line + 1], more, *lines[line + 1 :]])


def _indented(text: str, column: int) -> str:
    return "".join(
        " " * column + line if line.strip() else line for line in text.splitlines(keepends=True)
    )


def _nested(path: tuple[str, ...], value: object) -> object:
    for key in reversed(path):
        value = {key: value}
    return value
