"""Says on standard error whom a command waits for, once for each server; not with --quiet."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import click

from exporter.client.deadline import waits
from exporter.commands.terminal import printable


class _Reported(logging.Handler):
    """Prints each line once: a command may ask a slow server a hundred times."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._lines: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Print it; the logger holds the lock of this."""
        line = printable(record.getMessage())
        if line not in self._lines:
            self._lines.add(line)
            click.echo(f"ionmon: {line}", err=True)


@contextmanager
def waits_are_reported() -> Iterator[None]:
    """Say who is waited for; as a decorator, for as long as a command runs without --quiet."""
    running = click.get_current_context(silent=True)
    if running and running.params.get("quiet"):
        yield
        return
    reported = _Reported()
    before = waits.level
    waits.addHandler(reported)
    waits.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        waits.setLevel(before)
        waits.removeHandler(reported)
