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
        return text[: node.start_mark.index] + edit.value + text[node.end_mark.index :]
    if not isinstance(node, yaml.MappingNode):
        raise TypeError(f"{'.'.join(edit.path[:known])} is no mapping")
    missing = edit.path[known:]
    if node.flow_style and not node.value and known and not _is_flow(chain[-2].value):
        step = _step(root)
        column = chain[-1].column + step
        return _opened(text, chain[-1], _block(missing, edit.value, column, step, _newline(text)))
    if node.flow_style:
        return _in_flow(text, node, missing, edit.value)
    at = _line_end(text, _end(text, node))
    added = _block(missing, edit.value, node.start_mark.column, _step(root), _newline(text))
    return _ended(text[:at]) + added + text[at:]


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
        return _ended(before.rstrip(" ") + after[:at]) + added + after[at:]
    # Empty braces hold comments at most: the first one stays on its line, the others get their own.
    first, *others = (line.strip() for line in (*inside.splitlines(), after[:at]))
    indent, newline = added[: len(added) - len(added.lstrip())], _newline(text)
    lines = [f"{before.rstrip()} {first}".rstrip(), *(indent + one for one in others if one)]
    return newline.join((*lines, "")) + added + after[at:]


def _end(text: str, node: yaml.Node) -> int:
    """Return where the content of a node ends: a block's own end lies after later comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return len(text[: node.end_mark.index].rstrip())


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
    at = _end(text, node.value[-1][1])
    return f"{text[:at]}, {added}{text[at:]}"


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
