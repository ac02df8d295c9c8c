"""ionmon run: export a real project's metrics until told to stop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from exporter.commands.options import CONFIG, GOOGLE, LOG, PROJECT, STATE, WEB, options, overrides
from exporter.errors import SettingsError
from exporter.logs import log_uncaught, setup
from exporter.program import Program
from exporter.settings import Settings, load
from exporter.web.server import WebServer

NOTHING_TO_DO = """nothing to read: no project and no Redis target is named.
A project:  ionmon run --project my-project   (credentials: gcloud auth application-default login)
No account: ionmon simulate                   Everything else: monitoring.yaml, docs/settings.md"""
HELP = """Read Cloud Monitoring and Redis in the background, serve Prometheus from memory.

\b
  ionmon run --project my-project
  ionmon run --config monitoring.yaml
  ionmon run --project my-project --web.listen-address 127.0.0.1:9841

SIGHUP loads the settings anew; a wrong file keeps the old ones. SIGTERM ends it.
"""


@click.command("run", help=HELP)
@options(CONFIG, PROJECT, GOOGLE, STATE, WEB, LOG)
def command(config: Path | None, **given: Any) -> None:  # noqa: ANN401 - options by name
    """Serve until a signal says stop."""
    serve(lambda: checked(load(config, overrides(given))))


def checked(settings: Settings) -> Settings:
    """Return settings that name something to read. Raises SettingsError."""
    if not settings.google.projects and not settings.redis.targets:
        raise SettingsError(NOTHING_TO_DO)
    return settings


def serve(load_settings: Callable[[], Settings]) -> None:
    """Run the exporter on what `load_settings` returns."""
    first = load_settings()
    setup(first.log.level, first.log.format)
    log_uncaught()
    asyncio.run(_run(load_settings))


async def _run(load_settings: Callable[[], Settings]) -> None:
    program = Program(load_settings)
    await program.run(lambda server: announce(server, program.settings))


def announce(server: WebServer, settings: Settings) -> None:
    """Say where the page is."""
    for host, port in server.addresses:
        where = f"{server.scheme}://{_reachable(host)}:{port}"
        click.echo(f"page {where}{settings.web.telemetry_path}   overview {where}/", err=True)


def _reachable(host: str) -> str:
    if host in ("", "0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
