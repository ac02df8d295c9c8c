"""ionmon configs: writes everything that is generated from catalog, policy and settings."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import click

from exporter.commands.options import CONFIG
from exporter.errors import IonmonError
from exporter.settings import config_file, load
from generators import difference, files, monitoring_config
from generators.alertmanager.plan import unreachable
from generators.files import COMMAND
from generators.outputs import texts

HELP = """Write every generated file below a directory; what did not change is not touched.

Rules, their tests, routes, templates, runbooks and documents come from the catalog, from the policy
and from monitoring.yaml. Either all files are written or none. A file that is generated no more is
removed, unless it was changed by hand.

\b
  ionmon configs --config monitoring.yaml
  ionmon configs --diff       what would change, in words; writes nothing
  ionmon configs --check      exit code 1 where a file is not what it would be
"""


@click.command("configs", help=HELP)
@CONFIG
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to write; here unless said.",
)
@click.option("--check", is_flag=True, help="Write nothing; say what would change.")
@click.option("--diff", is_flag=True, help="Write nothing; say what would change, by meaning.")
def command(config: Path | None, root: Path, *, check: bool, diff: bool) -> None:
    """Write what the generators return."""
    settings = load(config)
    generated = texts(settings, _command(config or config_file(), root))
    for severity in unreachable(settings):
        click.echo(f"warning: no channel is set up for {severity} alerts", err=True)
    try:
        _show(root, generated, diff=diff) if check or diff else _write(root, generated)
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error


def _command(config: Path | None, root: Path) -> str:
    """Return the command line that writes the same files, as somebody would type it here."""
    words = [COMMAND]
    if config is not None:
        words += ["--config", shlex.quote(_from_here(config))]
    if root != Path():
        words += ["--root", shlex.quote(_from_here(root))]
    return " ".join(words)


def _from_here(path: Path) -> str:
    """Return a path from the current directory, where it is inside, so that all spell it alike."""
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
    """Say what would change; fail where something would, so that CI can ask."""
    changed = [*files.differing(root, generated), *difference.gone(root, generated)]
    lines = difference.changes(root, generated) if diff else (f"would change {n}" for n in changed)
    for line in lines:
        click.echo(line)
    click.echo(f"{len(generated) - len(changed)} files unchanged", err=True)
    if changed and not diff:
        raise click.exceptions.Exit(1)
