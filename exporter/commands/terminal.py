"""Tables and progress bars on a terminal. Piped, tables are plain text."""

import io
import shutil
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
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

UNLIMITED = 1 << 20  # columns of piped output: no line wraps, so that grep finds whole rows


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Return a table; the columns in `right` are aligned to the right.

    On a terminal, long cells wrap and the head is bold. Piped, each row is one plain line.
    """
    terminal = sys.stdout.isatty()
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, name in enumerate(head):
        drawn.add_column(
            _cell(name), justify="right" if index in right else "left", no_wrap=not terminal
        )
    for row in rows:
        drawn.add_row(*map(_cell, row))
    width = shutil.get_terminal_size().columns if terminal else UNLIMITED
    console = Console(file=io.StringIO(), force_terminal=terminal, width=width)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _cell(text: str) -> Text:
    """Return a cell as plain text: square brackets are not the library's markup."""
    return Text(printable(text))


def printable(text: str) -> str:
    """Return a text without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


class Bar:
    """The progress of a task, drawn on standard error where that is a terminal."""

    def __init__(self, drawn: Progress, what: str, total: float | None) -> None:
        self._drawn = drawn
        self._task = drawn.add_task(printable(what), total=total)

    def show(self, what: str) -> None:
        """Show the current step."""
        self._drawn.update(self._task, description=printable(what))

    def note(self, what: str) -> None:
        """Show the current step; without a terminal, print it as a line."""
        self.show(what)
        if self._drawn.disable:
            click.echo(what, err=True)

    def reach(self, done: float, total: float | None = None) -> None:
        """Show how much of the total is done; the total may become known later."""
        self._drawn.update(self._task, completed=done, total=total)

    def echo(self, text: str, *, err: bool = False) -> None:
        """Print a line that stays: the bar is hidden meanwhile."""
        self._drawn.stop()
        click.echo(text, err=err)
        self._drawn.start()


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Bar]:
    """Show progress while a task runs, as a share where `total` is known; removed at its end."""
    drawn = Progress(
        SpinnerColumn(),
        TextColumn(
            "{task.description}",
            markup=False,
            table_column=Column(no_wrap=True, overflow="ellipsis"),
        ),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
        # A command's output goes to its own stream, which may be piped.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with drawn:
        yield Bar(drawn, what, total)
