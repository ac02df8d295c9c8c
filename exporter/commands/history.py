"""ionmon history: weeks of simulated metrics, for a Prometheus without history."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from exporter.backfill.simulated import Span, write
from exporter.catalog import CATALOG
from exporter.catalog.model import Family
from exporter.catalog.signals import SIGNALS
from exporter.catalog.walk import families_in
from exporter.clock import WallClock
from exporter.commands.flag_types import Duration
from exporter.commands.options import QUIET, options
from exporter.commands.terminal import progress
from exporter.commands.world_options import WORLD
from exporter.errors import IonmonError, SettingsError
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.world import MINUTE, World

HELP = """Write weeks of simulated metrics to FILE, in the format that promtool imports.

\b
  ionmon history --last 3w history.om
  promtool tsdb create-blocks-from openmetrics history.om data/
  prometheus --storage.tsdb.path=data/ --storage.tsdb.retention.time=1y …

Without --family, the file has the metrics that the signals need. The incidents of a scenario begin
three minutes after the start of the file. `ionmon simulate --help` lists the scenarios.
"""


@click.command("history", help=HELP)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--last", type=Duration(), default="3w", show_default=True, help="Length of the data."
)
@click.option("--until", type=int, default=None, help="Unix time of its end. Default: now.")
@click.option(
    "--step", type=Duration(), default="5m", show_default=True, help="Time between samples."
)
@click.option("--family", "patterns", multiple=True, help="Name or pattern of metrics; repeatable.")
@options(WORLD)
@QUIET
def command(file: Path, patterns: tuple[str, ...], *, quiet: bool, **given: Any) -> None:  # noqa: ANN401 - options
    """Write the file."""
    families, span = _families(patterns), _span(given["last"], given["until"], given["step"])
    world = World(given["seed"], span.start, SCENARIOS[given["scenario"]])
    try:
        with file.open("wb") as out, progress(f"writing {file}", 1.0, shown=not quiet) as bar:
            written = write(world, families, span, out, bar.reach)
    except OSError as error:
        raise IonmonError(f"{file}: cannot be written: {error.strerror}") from error
    if not quiet:
        click.echo(f"{file}: {written:,} samples of {len(families)} families", err=True)


def _span(last: int, until: int | None, step: int) -> Span:
    if step < MINUTE or step % MINUTE:
        raise SettingsError("--step: must be whole minutes, such as 5m")
    if last < step:
        raise SettingsError("--last: must be at least one --step")
    end = int(WallClock().now() if until is None else until) // step * step
    return Span(end - last // step * step, end, step)


def _families(patterns: tuple[str, ...]) -> list[Family]:
    if not patterns:
        names = {family.name for s in SIGNALS for family in families_in(s.expression)}
    else:
        names = {name for name in CATALOG if any(fnmatchcase(name, p) for p in patterns)}
    if not names:
        raise SettingsError(f"--family {patterns[0]}: no metric matches; docs/metrics.md lists all")
    return [CATALOG[name] for name in sorted(names)]
