"""Plain text tables for the terminal."""

from collections.abc import Collection, Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Return rows in columns; columns in `right` are aligned to the right."""
    clean = [tuple(_clean(cell) for cell in row) for row in (head, *rows)]
    widths = [max(len(row[i]) for row in clean) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in clean
    )


def _clean(cell: str) -> str:
    """Leave nothing in a cell that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in cell)
