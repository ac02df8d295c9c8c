"""ionmon bridge: takes Alertmanager's notifications until a signal stops it."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from exporter.bridge.program import BridgeProgram
from exporter.bridge.sentry.own_errors import own_errors
from exporter.clock import SteadyLoop, WallClock
from exporter.commands import dead_letters
from exporter.commands.options import CONFIG, JOURNAL, LOG, WEB, options, overrides
from exporter.interpreter import prepare
from exporter.logs import log_uncaught, setup
from exporter.settings import Settings, journal_file, load
from exporter.web.server import WebServer

HELP = """Take Alertmanager's notifications, journal them, and deliver them to Sentry.

\b
  ionmon bridge --config monitoring.yaml

Alertmanager posts to the address of notifications.bridge. A notification is on disk before it is
answered; what is owed to Sentry is delivered from there, after a restart, too. SIGHUP reloads the
settings; if they are wrong, the old ones stay. SIGTERM stops the bridge.
"""


@click.group("bridge", help=HELP, invoke_without_command=True)
@options(CONFIG, JOURNAL, WEB, LOG)
@click.pass_context
def command(
    context: click.Context,
    /,
    config: Path | None,
    listen: tuple[str, ...],
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Serve until a signal stops it, where no subcommand was given."""
    if context.invoked_subcommand is None:
        serve(lambda: load(config, overrides(given)), listen)


command.add_command(dead_letters.command)


def serve(load_settings: Callable[[], Settings], listen: Sequence[str] = ()) -> None:
    """Run the bridge with the settings that `load_settings` returns."""
    first = load_settings()
    setup(first.log.level, first.log.format)
    log_uncaught()
    prepare()
    journal = journal_file(first)
    errors = own_errors(first.notifications, WallClock(), journal, journal)
    with errors, asyncio.Runner(loop_factory=SteadyLoop) as runner:
        runner.run(_run(load_settings, listen))


async def _run(load_settings: Callable[[], Settings], listen: Sequence[str]) -> None:
    program = BridgeProgram(load_settings, WallClock(), listen)
    await program.run(announce)


def announce(server: WebServer) -> None:
    """Print the addresses."""
    for where in server.urls:
        paths = {"notifications": "/alerts", "events": "/events", "overview": "/"}
        click.echo("   ".join(f"{name} {where}{at}" for name, at in paths.items()), err=True)
