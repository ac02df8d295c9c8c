"""How `ionmon init` reaches the project to read: a real one, or one that it simulates."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from exporter.clock import WallClock
from exporter.cloud_monitoring.channel import project_of_credentials
from exporter.commands.init_questions import ask_project
from exporter.errors import SettingsError
from exporter.settings import GoogleSettings, Overrides, load
from exporter.simulator.server import Simulator
from exporter.simulator.world import World

_ELSEWHERE = (
    "--simulated starts a project of its own; to read that of `ionmon simulate`, use --project, "
    "--google.endpoint and --google.insecure"
)


@contextmanager
def named_project(base: Overrides, *, asks: bool) -> Iterator[GoogleSettings]:
    """Yield how the project of flags, environment or credentials is reached."""
    google = load(None, base).google
    projects = google.called or (_project(google, asks=asks),)
    yield google.model_copy(update={"projects": projects, "scope": None})


@contextmanager
def simulated_project(base: Overrides) -> Iterator[GoogleSettings]:
    """Serve a project, and yield how it is reached. Raises click.UsageError beside another's."""
    if base.endpoint or base.projects:
        raise click.UsageError(_ELSEWHERE)
    simulator = Simulator(World(1, WallClock().now()), WallClock())
    simulated = Overrides(projects=(World.project,), endpoint=simulator.start(), insecure=True)
    try:
        yield load(None, simulated).google
    finally:
        simulator.close()


def _project(google: GoogleSettings, *, asks: bool) -> str:
    """Return the project to read: the one asked for, or that of the credentials."""
    suggested = None
    if not google.insecure:
        suggested = project_of_credentials(google.credentials_file)
    if asks:
        return ask_project(suggested)
    if suggested is None:
        raise SettingsError("no project is named; use: ionmon init --project my-project")
    return suggested
