"""ionmon configs: writes all files that are generated from catalog, policy and settings."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from exporter.commands.options import CONFIG
from exporter.errors import IonmonError
from exporter.settings import config_file, load
from generators import difference, files, monitoring_config
from generators.alertmanager.plan import unreachable
from generators.burn_rates import notes
from generators.files import COMMAND
from generators.outputs import texts

HELP = """Generate rules and their tests, routes, templates, dashboards, runbooks and references.

They are made from the catalog, the policy and monitoring.yaml. Either all files are written or
none; unchanged files are not touched. A file that is no longer generated is removed, unless it was
edited by hand.

\b
  ionmon configs --config monitoring.yaml
  ionmon configs --diff       print what would change, and write nothing
  ionmon configs --check      exit code 1 if a file is out of date
"""


@click.command("configs", help=HELP)
@CONFIG
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Directory to write to. Default: here.",
)
@click.option("--check", is_flag=True, help="Write nothing; list the files that would change.")
@click.option(
    "--diff", is_flag=True, help="Write nothing; print the alerts, rules, panels that would change."
)
def command(config: Path | None, root: Path, *, check: bool, diff: bool) -> None:
    """Write what the generators return."""
    settings = load(config)
    generated = texts(settings, _command(config or config_file(), root))
    for text in notes(settings):
        click.echo(f"note: {text}", err=True)
    for severity in unreachable(settings):
        click.echo(f"warning: no channel is set up for {severity} alerts", err=True)
    try:
        _show(root, generated, diff=diff) if check or diff else _write(root, generated)
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error


def _command(config: Path | None, root: Path) -> str:
    """Return the command line that writes the same files from the current directory."""
    words = [COMMAND]
    if config is not None:
        words += ["--config", shlex.quote(_from_here(config))]
    if root != Path():
        words += ["--root", shlex.quote(_from_here(root))]
    return " ".join(words)


def _from_here(path: Path) -> str:
    """Return a path relative to the current directory where it is inside it."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else path)


def _write(root: Path, generated: Mapping[str, str]) -> None:
    gone = difference.gone(root, generated)
    changed = files.write(root, generated, gone, monitoring_config.PATH)
    for name in changed:
        click.echo(f"wrote {name}")
    for name in gone:
        click.echo(f"removed {name}")
    click.echo(f"{len(generated) - len(changed)} files unchanged", err=True)


def _show(root: Path, generated: Mapping[str, str], *, diff: bool) -> None:
    """Print what would change; with --check, fail if anything would, so that CI can use it."""
    changed = [*files.differing(root, generated), *difference.gone(root, generated)]
    lines = difference.changes(root, generated) if diff else (f"would change {n}" for n in changed)
    for line in lines:
        click.echo(line)
    click.echo(f"{len(generated) - len(changed)} files unchanged", err=True)
    if changed and not diff:
        raise click.exceptions.Exit(1)
