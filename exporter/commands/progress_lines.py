"""How far long work is, where no bar can be drawn: a line on standard error every ten seconds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread

import click

EVERY = 10.0  # seconds; work that takes less says nothing


@contextmanager
def progress_lines(step: Callable[[], str], *, shown: bool = True) -> Iterator[None]:
    """Print what `step` returns, and for how long it has gone on, until the work has ended."""
    if not shown:
        yield
        return
    ended = Event()
    thread = Thread(target=_print_lines, args=(step, ended, EVERY), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _print_lines(step: Callable[[], str], ended: Event, every: float) -> None:
    for number in count(1):
        if ended.wait(every):
            return
        click.echo(f"ionmon: {step()}; {number * every:.0f} s so far", err=True)
