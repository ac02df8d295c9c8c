"""Texts as Markdown that says them and nothing else: escaped, in short lines, in tables.

Facts: CommonMark 0.31 and GitHub's tables. A character is escaped only where it would mean
something, so that what is pasted into a chat stays readable.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from exporter.summary.label_text import one_line

_WIDTH = 96
# A dollar sign before a figure begins no formula; an underscore within a word no emphasis.
_MEANING = re.compile(r"[\\`*\[\]<>|~]|\$(?!\d)|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_START = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))|[#+=-]")


def escaped(text: str) -> str:
    """Return one line that is shown as the text is, unless a line begins with it."""
    return _MEANING.sub(lambda found: f"\\{found[0]}", one_line(text))


def _started(line: str) -> str:
    """Return a line that begins no list, no heading and no rule."""
    found = _START.match(line)
    if found is None:
        return line
    return f"{line[: found.end()]}\\{line[found.end() :]}" if found[1] else f"\\{line}"


def drawn(line: str) -> str:
    """Return a sparkline in characters of one width."""
    return f"`{line}`" if line else ""


def paragraph(text: str, indent: str = "") -> Iterator[str]:
    """Yield the lines of a text that is escaped already; none begins anything."""
    for line in textwrap.wrap(text, _WIDTH - len(indent), break_on_hyphens=False,
                              break_long_words=False):  # fmt: skip
        yield indent + _started(line)


def item(text: str, depth: int = 0) -> Iterator[str]:
    """Yield the lines of an item of a list."""
    indent = "  " * depth
    lines = list(paragraph(text, f"{indent}  "))
    yield f"{indent}- {lines[0].lstrip()}" if lines else f"{indent}-"
    yield from lines[1:]


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> Iterator[str]:
    """Yield the lines of a table of cells that are escaped already.

    right  the columns that are aligned to the right
    """
    found, numbers = list(rows), frozenset(right)
    if found:
        yield ""
        yield _row(head)
        yield _row(["--:" if at in numbers else "---" for at in range(len(head))])
        yield from map(_row, found)
        yield ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def tidy(lines: Iterable[str]) -> str:
    """Return lines as a text in which no two empty ones follow each other."""
    found: list[str] = []
    for line in lines:
        if line.strip() or (found and found[-1]):
            found.append(line.rstrip())
    return "\n".join(found).strip() + "\n"
