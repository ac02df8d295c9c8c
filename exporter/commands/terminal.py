"""What commands show on a terminal: tables, and progress of long work. Piped, tables are plain."""

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

UNLIMITED = 1 << 20  # columns of what is piped: nothing wraps, so that grep finds whole rows


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Return rows in columns, of which those in `right` are aligned to the right.

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
    """Return a cell as it is: square brackets are text, not the library's markup."""
    return Text(printable(text))


def printable(text: str) -> str:
    """Return a text with nothing left in it that a terminal would obey."""
    return "".join(c if c.isprintable() else " " for c in text)


class Bar:
    """The progress of one piece of work, drawn on standard error while it is a terminal."""

    def __init__(self, drawn: Progress, what: str, total: float | None) -> None:
        self._drawn = drawn
        self._task = drawn.add_task(printable(what), total=total)

    def say(self, what: str) -> None:
        """Show what is being done now."""
        self._drawn.update(self._task, description=printable(what))

    def note(self, what: str) -> None:
        """Do the same, or print a line where no bar is drawn."""
        self.say(what)
        if self._drawn.disable:
            click.echo(what, err=True)

    def reach(self, done: float) -> None:
        """Show how much of the total is done."""
        self._drawn.update(self._task, completed=done)

    def echo(self, text: str, *, err: bool = False) -> None:
        """Print a line that stays: the bar is taken away meanwhile."""
        self._drawn.stop()
        click.echo(text, err=err)
        self._drawn.start()


@contextmanager
def progress(what: str, total: float | None = None) -> Iterator[Bar]:
    """Show that work goes on, and how far it is where a total is known; gone when it is done."""
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
        # What a command prints belongs to its own stream, which may be piped.
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with drawn:
        yield Bar(drawn, what, total)
