"""Tables and progress bars on a terminal. Piped, tables are plain text, and progress is lines."""

import io
import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column, Table
from rich.text import Text

from exporter.commands.progress_lines import progress_lines

GAP = 2  # spaces between columns
UNLIMITED = 1 << 20  # columns of piped output: no line wraps, so that grep finds whole rows


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    whole: Collection[int] = (),
) -> str:
    """Return a table; the columns in `right` are aligned to the right.

    On a terminal, long cells wrap between words and the head is bold; the columns in `whole`, which
    people copy, do not wrap. Where the terminal is too narrow for that, each row is a block with a
    line for each cell. Piped, each row is one plain line.
    """
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if terminal else UNLIMITED
    cells = [[printable(cell) for cell in row] for row in (head, *rows)]
    columns = [
        _Wrapping.of(column, whole=index in whole)
        for index, column in enumerate(zip(*cells, strict=True))
    ]
    widths = _fitting(columns, width - GAP * len(columns) + GAP)
    if widths is None:
        return "\n\n".join(_block(cells[0], row) for row in cells[1:]) or "  ".join(cells[0])
    drawn = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for index, (name, size) in enumerate(zip(cells[0], widths, strict=True)):
        justify: JustifyMethod = "right" if index in right else "left"
        drawn.add_column(Text(name), justify=justify, width=size, no_wrap=not terminal)
    for row in cells[1:]:
        drawn.add_row(*map(Text, row))  # plain: square brackets are not the library's markup
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


@dataclass(frozen=True, slots=True)
class _Wrapping:
    """How narrow a column can be without breaking a word, and how wide its longest cell is."""

    least: int
    most: int

    @classmethod
    def of(cls, column: Iterable[str], *, whole: bool) -> "_Wrapping":
        cells = tuple(column)
        most = max(map(cell_len, cells))
        least = max((cell_len(word) for cell in cells for word in cell.split()), default=0)
        return cls(most if whole else least, most)


def _fitting(columns: Sequence[_Wrapping], width: int) -> list[int] | None:
    """Return the columns' widths, those that wrap narrowed alike; None where words would break."""
    widths = [column.least for column in columns]
    spare = width - sum(widths)
    if spare < 0:
        return None
    # The narrowest wish first, so that what one column leaves goes to the wider ones.
    wishes = sorted(range(len(columns)), key=lambda i: columns[i].most - columns[i].least)
    for at, index in enumerate(wishes):
        more = min(columns[index].most - columns[index].least, spare // (len(wishes) - at))
        widths[index] += more
        spare -= more
    return widths


def _block(head: Sequence[str], row: Sequence[str]) -> str:
    """Return a row as a line for each cell that is not empty; the terminal wraps a longer one."""
    size = max(map(cell_len, head)) + GAP
    named = zip(head, row, strict=True)
    return "\n".join(
        click.style(name.ljust(size), bold=True) + cell for name, cell in named if cell
    )


def printable(text: str) -> str:
    """Return a text without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


class Bar:
    """The progress of a task, drawn on standard error where that is a terminal."""

    def __init__(
        self, drawn: Progress, what: str, total: float | None, *, silent: bool = False
    ) -> None:
        self._drawn = drawn
        self._silent = silent
        self._task = drawn.add_task(printable(what), total=total)

    def show(self, what: str) -> None:
        """Show the current step."""
        self._drawn.update(self._task, description=printable(what))

    def note(self, what: str) -> None:
        """Show the current step; without a terminal, print it as a line."""
        self.show(what)
        if self._drawn.disable and not self._silent:
            click.echo(what, err=True)

    def reach(self, done: float, total: float | None = None) -> None:
        """Show how much of the total is done; the total may become known later."""
        self._drawn.update(self._task, completed=done, total=total)

    def step(self) -> str:
        """Return the current step, and how much is done where the total is known."""
        task = self._drawn.tasks[self._task]
        return task.description if not task.total else f"{task.description}, {task.percentage:.0f}%"

    def echo(self, text: str, *, err: bool = False) -> None:
        """Print a line that stays: the bar is hidden meanwhile."""
        self._drawn.stop()
        click.echo(text, err=err)
        self._drawn.start()


@contextmanager
def progress(what: str, total: float | None = None, *, shown: bool = True) -> Iterator[Bar]:
    """Show progress while a task runs, as a share where `total` is known; removed at its end.

    Where standard error is no terminal, it is a line every ten seconds. Not `shown`, as --quiet
    asks for, there is no bar, no note and no line.
    """
    drawable = sys.stderr.isatty()
    drawn = Progress(
        SpinnerColumn(),
        TextColumn(
            "{task.description}",
            markup=False,
            # It alone gives way, so that the rest is whole on a narrow terminal.
            table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1),
        ),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        expand=True,
        disable=not (shown and drawable),
        # A command's output goes to its own stream, which may be piped.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    bar = Bar(drawn, what, total, silent=not shown)
    with drawn, progress_lines(bar.step, shown=shown and not drawable):
        yield bar
