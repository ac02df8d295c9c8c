"""ionmon run: exports a real project's metrics until a signal stops it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from exporter.bridge.sentry.own_errors import own_errors
from exporter.clock import SteadyLoop, WallClock
from exporter.commands.options import CONFIG, GOOGLE, LOG, PROJECT, STATE, WEB, options, overrides
from exporter.errors import SettingsError
from exporter.interpreter import prepare
from exporter.logs import log_uncaught, setup
from exporter.program import Program
from exporter.settings import Settings, journal_file, load, state_file
from exporter.web.server import WebServer

NOTHING_TO_READ = """nothing to read: no project and no Redis target is configured.
Project:    ionmon run --project my-project   (log in: gcloud auth application-default login)
No account: ionmon simulate                   More settings: monitoring.yaml, docs/settings.md"""
HELP = """Export the metrics of a Google Cloud project and of Redis to Prometheus.

\b
  ionmon run --project my-project
  ionmon run --config monitoring.yaml
  ionmon run --project my-project --web.listen-address 127.0.0.1:9841

Data is read in the background and served from memory. SIGHUP reloads the settings; if they are
wrong, the old ones stay. SIGTERM stops the exporter.
"""


@click.command("run", help=HELP)
@options(CONFIG, PROJECT, GOOGLE, STATE, WEB, LOG)
def command(config: Path | None, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Serve until a signal stops it."""
    serve(lambda: checked(load(config, overrides(given))))


def checked(settings: Settings) -> Settings:
    """Return settings that have something to read. Raises SettingsError."""
    if not settings.google.called and not settings.redis.targets:
        raise SettingsError(NOTHING_TO_READ)
    return settings


def serve(load_settings: Callable[[], Settings]) -> None:
    """Run the exporter with the settings that `load_settings` returns."""
    first = load_settings()
    setup(first.log.level, first.log.format)
    log_uncaught()
    prepare()
    state = state_file(first)
    errors = own_errors(first.notifications, WallClock(), journal_file(first), state)
    with errors, asyncio.Runner(loop_factory=SteadyLoop) as runner:
        runner.run(_run(load_settings))


async def _run(load_settings: Callable[[], Settings]) -> None:
    program = Program(load_settings, WallClock())
    await program.run(lambda server: announce(server, program.settings))


def announce(server: WebServer, settings: Settings) -> None:
    """Print the addresses of metrics and landing page."""
    for where in server.urls:
        click.echo(f"metrics {where}{settings.web.telemetry_path}   overview {where}/", err=True)
