"""Text in 80 columns: wrapped lines, tables that never grow wider, names cut in the middle."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

from exporter.summary.label_text import one_line

WIDTH = 80
INDENT = "  "
_GAP = 2
_ELLIPSIS = "…"


def wrapped(line: str, indent: str = INDENT, later: str | None = None) -> list[str]:
    """Return a text as lines; words that are too long are broken."""
    return textwrap.wrap(
        one_line(line),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if later is None else later,
        break_on_hyphens=False,
    )


def shortened(name: str, width: int) -> str:
    """Return a name that is cut in the middle, where it tells least: its ends stay."""
    text = one_line(name)
    if cell_len(text) <= width:
        return text
    room = max(0, width - 1)
    head = (room + 1) // 2
    tail = room - head
    return f"{text[:head]}{_ELLIPSIS}{text[len(text) - tail :] if tail else ''}"


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], left: Iterable[int] = (0,)
) -> Iterator[str]:
    """Yield the lines of a table; columns beyond the width follow below, each under the names.

    left  the columns that are aligned to the left; the first one, which names the rows, is cut
    """
    if not rows:
        return
    widths = [max(cell_len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    widths[0] = min(widths[0], WIDTH // 3)
    widths[1:] = [min(width, WIDTH - widths[0] - 2 * _GAP) for width in widths[1:]]
    aligned = frozenset(left)
    for number, part in enumerate(_parts(widths)):
        if number:
            yield ""
        for row in (head, *rows):
            cells = (_cell(row[at], widths[at], left=at in aligned) for at in (0, *part))
            yield f"{INDENT}{(_GAP * ' ').join(cells)}".rstrip()


def _parts(widths: Sequence[int]) -> Iterator[list[int]]:
    """Yield columns that fit beside the first one."""
    part, used = list[int](), len(INDENT) + widths[0]
    for at in range(1, len(widths)):
        if part and used + _GAP + widths[at] > WIDTH:
            yield part
            part, used = [], len(INDENT) + widths[0]
        part.append(at)
        used += _GAP + widths[at]
    yield part


def _cell(text: str, width: int, *, left: bool) -> str:
    cut = shortened(text, width)
    space = " " * (width - cell_len(cut))
    return cut + space if left else space + cut
