"""Sets values in the text of monitoring.yaml: every other character stays, comments included.

The text has been read as settings before, so that it is one mapping without anchors, aliases, tags
and empty values (exporter/settings/document.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import yaml

_INDENT = 2  # where no nested mapping of the file shows another


@dataclass(frozen=True, slots=True)
class SettingsEdit:
    """A key by its path, such as alerts, CPUHigh, threshold, and the plain value that it gets."""

    path: tuple[str, ...]
    value: str


def edited(text: str, edits: Sequence[SettingsEdit]) -> str:
    """Return the text with the values set; keys that are not there are added."""
    for edit in edits:
        text = _edited(text, edit)
    return text


def _edited(text: str, edit: SettingsEdit) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return f"{text}{_block(edit.path, edit.value, 0, _INDENT, _newline(text))}"
    chain = _known(root, edit.path)
    node, known = chain[-1].value, len(chain) - 1
    if known == len(edit.path):
        return _replaced(text, node, edit.value)
    if not isinstance(node, yaml.MappingNode):
        raise TypeError(f"{'.'.join(edit.path[:known])} is no mapping")
    missing = edit.path[known:]
    if node.flow_style and not node.value and known and not _is_flow(chain[-2].value):
        step = _step(root)
        column = chain[-1].column + step
        return _opened(text, chain[-1], _block(missing, edit.value, column, step, _newline(text)))
    if node.flow_style:
        return _in_flow(text, node, missing, edit.value)
    added = _block(missing, edit.value, node.start_mark.column, _step(root), _newline(text))
    return _below(text, _line_end(text, _end(text, node)), added)


def _replaced(text: str, node: yaml.Node, value: str) -> str:
    """Return the text with another value; a comment beside the `|` of a text of lines stays."""
    start, end = node.start_mark.index, len(text[: node.end_mark.index].rstrip())
    head = text[start:end].splitlines()[0] if _is_of_lines(node) else ""
    comment = f"  {head[head.index('#') :]}" if "#" in head else ""
    return text[:start] + value + comment + text[end:]


@dataclass(frozen=True, slots=True)
class _Found:
    """A value on the way to a key, and the column of its own key."""

    column: int
    value: yaml.Node


def _known(root: yaml.MappingNode, path: tuple[str, ...]) -> list[_Found]:
    """Return the root and the values at each known beginning of a path."""
    chain = [_Found(0, root)]
    for name in path:
        node = chain[-1].value
        items = node.value if isinstance(node, yaml.MappingNode) else []
        found = next(((key, value) for key, value in items if key.value == name), None)
        if found is None:
            break
        chain.append(_Found(found[0].start_mark.column, found[1]))
    return chain


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _opened(text: str, empty: _Found, added: str) -> str:
    """Return the text with lines in place of empty braces; comments in and beside them stay."""
    marks = empty.value.start_mark.index, empty.value.end_mark.index
    before, inside, after = text[: marks[0]], text[marks[0] + 1 : marks[1] - 1], text[marks[1] :]
    at = _line_end(after, 0)
    if not inside.strip():
        above = before.rstrip(" ") + after[:at]
        return _below(above + after[at:], len(above), added)
    # Empty braces hold comments at most: the first one stays on its line, the others get their own.
    first, *others = (line.strip() for line in (*inside.splitlines(), after[:at]))
    indent, newline = added[: len(added) - len(added.lstrip())], _newline(text)
    lines = [f"{before.rstrip()} {first}".rstrip(), *(indent + one for one in others if one)]
    above = newline.join((*lines, ""))
    return _below(above + after[at:], len(above), added)


def _below(text: str, at: int, added: str) -> str:
    """Return the text with lines added below a section that ends where a line begins.

    Comments that are as deep as the new key, or deeper, are about what stands above them: they stay
    there. A blank line keeps one that is as deep from looking like the new key's own.
    """
    column, end, last = _column(added), at, -1
    for line in text[at:].splitlines(keepends=True):
        at += len(line)
        is_comment = line.lstrip(" ").startswith("#")
        if is_comment and _column(line) >= column:
            end, last = at, _column(line)
        elif line.strip():
            break
    between = _newline(text) if last == column else ""
    return _ended(text[:end]) + between + added + text[end:]


def _column(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _end(text: str, node: yaml.Node) -> int:
    """Return where the content of a node ends: a block's own end lies after later comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    if _is_of_lines(node) and "+" in text[node.start_mark.index :].splitlines()[0]:
        return int(node.end_mark.index) - 1  # the blank lines at its end are its own
    return len(text[: node.end_mark.index].rstrip())


def _is_of_lines(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")


def _line_end(text: str, at: int) -> int:
    """Return where the next line begins; a comment on this one stays with its value."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}{_newline(text)}"


def _in_flow(text: str, node: yaml.MappingNode, path: tuple[str, ...], value: str) -> str:
    """Return the text with another item in a mapping in braces, before the closing one."""
    added = "".join(f"{name}: {{" for name in path[:-1]) + f"{path[-1]}: {value}"
    added += "}" * (len(path) - 1)
    if not node.value:
        at = node.end_mark.index - 1
        inside = text[node.start_mark.index : at]
        before = text[:at] if "#" in inside else text[:at].rstrip()
        return f"{before}{added}{text[at:]}"
    key, last = node.value[-1]
    at, closing = _end(text, last), node.end_mark.index - 1
    line = text.rfind("\n", 0, closing) + 1
    if line <= at or text[line:closing].strip():
        return f"{text[:at]}, {added}{text[at:]}"
    # The closing brace has a line of its own: so does the new item, below comments on the last one.
    comma = "" if any("," in one.partition("#")[0] for one in text[at:line].splitlines()) else ","
    item = f"{' ' * key.start_mark.column}{added}{_newline(text)}"
    return f"{text[:at]}{comma}{text[at:line]}{item}{text[line:]}"


def _block(path: tuple[str, ...], value: str, column: int, step: int, newline: str) -> str:
    """Return the lines of nested keys, the first one at a column."""
    lines = [f"{' ' * (column + step * depth)}{name}:" for depth, name in enumerate(path)]
    return newline.join((*lines[:-1], f"{lines[-1]} {value}", ""))


def _step(root: yaml.MappingNode) -> int:
    """Return by how much the file indents."""
    for _, value in root.value:
        if isinstance(value, yaml.MappingNode) and not value.flow_style:
            return int(value.start_mark.column) or _INDENT
    return _INDENT


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
