"""Gives a label another name in a PromQL expression, whose parsed form cannot be changed."""

import re
from collections.abc import Iterator

_WORD = re.compile(
    r"#[^\n]*"  # a comment
    r"""|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`"""
    r"|[A-Za-z_:][\w:]*|[(){}]"
)
_LISTS = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_COUNTS = "count_values"


def with_label(expr: str, label: str, name: str) -> str:
    """Return the expression with a label's name changed where it is a label.

    That is in braces, in lists such as `by (label)`, and as what `count_values` makes; metrics,
    functions, values and comments that read alike stay.
    """
    parts: list[str] = []
    end = 0
    for at, word in _labels(expr):
        found = word.strip("\"'`")
        parts += (expr[end:at], word.replace(label, name) if found == label else word)
        end = at + len(word)
    return "".join((*parts, expr[end:]))


def _labels(expr: str) -> Iterator[tuple[int, str]]:
    """Yield where labels are named, and how: plain, or in quotes as count_values has them."""
    before = ""
    opened: list[str] = []  # what stood before each parenthesis and brace that is open
    counts = False
    for match in _WORD.finditer(expr):
        word = match[0]
        if word[0] == "#":
            continue
        if word in "({":
            opened.append(before if word == "(" else word)
        elif word in ")}" and opened:
            opened.pop()
        elif word[0] in "\"'`":
            if counts:
                yield match.start(), word
            counts = False
        elif opened and (opened[-1] == "{" or opened[-1].lower() in _LISTS):
            yield match.start(), word
        counts = counts or word.lower() == _COUNTS
        before = word
