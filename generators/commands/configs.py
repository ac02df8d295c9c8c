"""ionmon configs: writes all files that are generated from catalog, policy and settings."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from exporter.commands.options import CONFIG
from exporter.commands.terminal import table
from exporter.errors import IonmonError, SettingsError
from exporter.settings import Settings, config_file, load
from generators import difference, files, monitoring_config
from generators.alertmanager.plan import unreachable
from generators.burn_rates import notes
from generators.files import COMMAND, USUAL
from generators.outputs import texts
from generators.runbooks import notifying
from generators.runbooks.reference import PATH as ALL_ALERTS

HELP = """Generate rules and their tests, routes, templates, dashboards and runbooks.

They are made from the catalog, the policy and monitoring.yaml. Either all files are written or
none; unchanged files are not touched. A file that is no longer generated is removed, unless it was
edited by hand. The first run also prints which alerts notify whom, and at which value.

\b
  ionmon configs --config monitoring.yaml --diff     print what would change, and write nothing
  ionmon configs --config monitoring.yaml
  ionmon configs --config monitoring.yaml --check    exit code 1 if a file is out of date
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generated:
    """What the settings come to, and where it belongs."""

    settings: Settings
    root: Path
    texts: Mapping[str, str]


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
@click.option(
    "--docs",
    is_flag=True,
    help="Also write the reference of ionmon itself, such as docs/settings.md.",
)
@click.option("--quiet", is_flag=True, help="Print warnings and errors only.")
def command(
    config: Path | None, root: Path, *, check: bool, diff: bool, docs: bool, quiet: bool
) -> None:
    """Write what the generators return."""
    path = _settings_file(config or config_file(), root)
    settings = load(path)
    written = texts(settings, _command(path, root, docs=docs), docs=docs)
    generated = _Generated(settings=settings, root=root, texts=written)
    for text in notes(settings):
        click.echo(f"note: {text}", err=True)
    for severity in unreachable(settings):
        click.echo(f"warning: no channel is set up for {severity} alerts", err=True)
    try:
        _act(generated, check=check, diff=diff, quiet=quiet)
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error


def _settings_file(path: Path | None, root: Path) -> Path:
    """Return the settings file; without one, every file would become that of empty settings."""
    if path is not None:
        return path
    last = difference.last_command(root)
    hint = f"the files here were written by: {last}" if last else f"use: {USUAL}"
    raise SettingsError(f"no settings file is given, by --config or IONMON_CONFIG; {hint}")


def _command(config: Path, root: Path, *, docs: bool) -> str:
    """Return the command line that writes the same files from the current directory."""
    words = [COMMAND, "--config", shlex.quote(_from_here(config))]
    if root != Path():
        words += ["--root", shlex.quote(_from_here(root))]
    return " ".join([*words, "--docs"] if docs else words)


def _from_here(path: Path) -> str:
    """Return a path relative to the current directory where it is inside it."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else path)


def _act(generated: _Generated, *, check: bool, diff: bool, quiet: bool) -> None:
    first = not difference.is_known(generated.root)
    if check or diff:
        _show(generated, diff=diff, quiet=quiet)
    else:
        _write(generated, quiet=quiet)
    if first and not (check or quiet):
        _announce(generated)


def _write(generated: _Generated, *, quiet: bool) -> None:
    root, written = generated.root, generated.texts
    gone = difference.gone(root, written)
    changed = files.write(root, written, gone, monitoring_config.PATH)
    if quiet:
        return
    for name in changed:
        click.echo(f"wrote {name}")
    for name in gone:
        click.echo(f"removed {name}")
    click.echo(f"{len(written) - len(changed)} files unchanged", err=True)


def _show(generated: _Generated, *, diff: bool, quiet: bool) -> None:
    """Print what would change; with --check, fail if anything would, so that CI can use it."""
    root, written = generated.root, generated.texts
    changed, gone = files.differing(root, written), difference.gone(root, written)
    found = (f"would change {name}" for name in (*changed, *gone))
    for line in difference.changes(root, written) if diff else found:
        if not quiet:
            click.echo(line)
    if not quiet:
        click.echo(f"{len(written) - len(changed)} files unchanged", err=True)
    if (changed or gone) and not diff:
        raise click.exceptions.Exit(1)


def _announce(generated: _Generated) -> None:
    """Print what notifies whom, before it does."""
    shown = notifying.notifying(generated.settings)
    rows = [(row.alert, row.severity, row.when, row.notified) for row in shown.rows]
    click.echo(f"\n{table(('alert', 'severity', 'fires when', 'notifies'), rows)}\n")
    click.echo(
        f"{shown.others} more alerts watch trends, anomalies and the monitoring itself. All are in "
        f"{generated.root / ALL_ALERTS}. To change one, set alerts.NAME in the settings."
    )
