"""ionmon configs: writes all files that are generated from catalog, policy and settings."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from exporter.commands.flag_types import WEB_URL, Duration
from exporter.commands.options import CONFIG, JSON, QUIET
from exporter.commands.terminal import progress, table
from exporter.errors import IonmonError, SettingsError
from exporter.settings import Settings, config_file, load
from exporter.settings.document import read
from exporter.settings.types import duration
from generators import difference, files, monitoring_config
from generators.alertmanager.plan import unreachable
from generators.burn_rates import notes
from generators.commands import configs_json
from generators.commands.past import Past
from generators.commands.tune_extra import require_numpy
from generators.deployment_targets.build import TARGETS
from generators.deployment_targets.model import ChosenTargets
from generators.files import COMMAND, USUAL
from generators.outputs import texts
from generators.plurals import counted
from generators.policy import unread_alerts
from generators.rules import unread
from generators.runbooks import notifying, reference
from generators.versions import keeping
from generators.versions.generated_set import of_texts

_LIST = "list"
HELP = """Generate rules and their tests, routes, templates, dashboards and runbooks.

They are made from the catalog, the policy and monitoring.yaml. Either all files are written or
none; unchanged files are not touched. A file that is no longer generated is removed, unless it was
edited by hand. The first run also prints which alerts notify whom, and at which value. What is
written is kept in .ionmon/versions, unless git tracks the files: see ionmon versions.

\b
  ionmon configs --config monitoring.yaml --diff     print what would change, and write nothing
  ionmon configs --config monitoring.yaml
  ionmon configs --config monitoring.yaml --check    exit code 1 if a file is out of date
  ionmon configs --config monitoring.yaml --diff --json
  ionmon configs --config monitoring.yaml --target systemd
                                                     also what runs it all, below deploy/systemd
  ionmon configs --config monitoring.yaml --diff --backtest 28d
                                                     with what each new number would have done
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generated:
    """What the settings come to, and where it belongs."""

    settings: Settings
    root: Path
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The flags of the command."""

    config: Path | None
    root: Path
    check: bool
    diff: bool
    docs: bool
    target: tuple[str, ...]
    quiet: bool
    backtest: float | None
    url: str | None
    incidents: Path | None
    markdown: bool
    as_json: bool

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets to write, in the order in which they are listed."""
        return tuple(name for name in TARGETS if self.docs or name in self.target)

    @property
    def past(self) -> Past | None:
        """The past that is replayed; None where none is."""
        return (
            None
            if self.backtest is None
            else Past(self.backtest, self.url, self.incidents, quiet=self.quiet)
        )


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
    help="Also write the reference of ionmon itself, such as docs/settings.md, and every target.",
)
@click.option(
    "--target",
    type=click.Choice((*TARGETS, _LIST)),
    multiple=True,
    help=f"Also write what runs it all there, below deploy/; repeatable; '{_LIST}' describes each.",
)
@click.option(
    "--backtest",
    type=Duration(),
    metavar="DURATION",
    help="Replay alerts on so much history, such as 28d: with --diff the changed ones, else all.",
)
@click.option(
    "--prometheus",
    "url",
    type=WEB_URL,
    metavar="URL",
    help="Address of the history. Default: prometheus.longterm of the settings, else its address.",
)
@click.option(
    "--incidents",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="YAML file with incidents that people know, for the backtest.",
)
@click.option("--markdown", is_flag=True, help="Print the backtest as Markdown, for a review.")
@JSON
@QUIET
def command(**given: Any) -> None:  # noqa: ANN401 - options by name
    """Write what the generators return."""
    options = _Options(**given)
    if _LIST in options.target:
        click.echo(table(("target", "writes"), [(n, each.about) for n, each in TARGETS.items()]))
        return
    if options.past is not None:
        require_numpy("configs --backtest")
        if options.as_json:
            raise click.UsageError("--json: is not there for --backtest; use --markdown")
    root = options.root
    path = _settings_file(options.config or config_file(), root)
    settings = load(path)
    chosen = ChosenTargets(names=options.targets, document=read(path).content)
    # Only the command line knows all its commands: no generator imports it.
    program = click.get_current_context().find_root().command if options.docs else None
    with progress("generating files", shown=not options.quiet):
        written = texts(settings, _command(path, options), program=program, targets=chosen)
    generated = _Generated(settings=settings, root=root, texts=written)
    for text in notes(settings):
        click.echo(f"note: {text}", err=True)
    for severity in unreachable(settings):
        click.echo(f"warning: no channel is set up for {severity} alerts", err=True)
    try:
        _act(generated, options)
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error


def _settings_file(path: Path | None, root: Path) -> Path:
    """Return the settings file; without one, every file would become that of empty settings."""
    if path is not None:
        return path
    last = difference.last_command(root)
    hint = f"the files here were written by: {last}" if last else f"use: {USUAL}"
    raise SettingsError(f"no settings file is given, by --config or IONMON_CONFIG; {hint}")


def _command(config: Path, options: _Options) -> str:
    """Return the command line that writes the same files from the current directory."""
    words = [COMMAND, "--config", shlex.quote(_from_here(config))]
    if options.root != Path():
        words += ["--root", shlex.quote(_from_here(options.root))]
    if options.docs:  # with which every target is written
        return " ".join([*words, "--docs"])
    return " ".join([*words, *(f"--target {name}" for name in options.targets)])


def _from_here(path: Path) -> str:
    """Return a path relative to the current directory where it is inside it."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else path)


def _act(generated: _Generated, options: _Options) -> None:
    first, past = not difference.is_known(generated.root), options.past
    if options.as_json:
        _act_as_json(generated, options)
        return
    if options.diff and past is not None:
        _replay(generated, past, options)
    elif options.check or options.diff:
        _show(generated, diff=options.diff, quiet=options.quiet)
    else:
        _write(generated, quiet=options.quiet)
    if (first or (past is not None and not options.diff)) and not (options.check or options.quiet):
        _announce(generated, options)


def _act_as_json(generated: _Generated, options: _Options) -> None:
    """Write or compare, and print one document; with --check, fail if anything would change."""
    reads = options.check or options.diff
    found = configs_json.compared(generated.root, generated.texts, written=not reads)
    if not reads:
        _write(generated, quiet=True)
    click.echo(found.text)
    if found.differs and options.check and not options.diff:
        raise click.exceptions.Exit(1)


def _replay(generated: _Generated, past: Past, options: _Options) -> None:
    """Print what would change, and what the new numbers would have done."""
    from generators.commands import configs_backtest  # noqa: PLC0415 - needs numpy, an extra

    if not options.markdown:
        _show(generated, diff=True, quiet=options.quiet)
    for line in configs_backtest.lines(
        generated.root, generated.settings, past, as_markdown=options.markdown
    ):
        click.echo(line)


def _write(generated: _Generated, *, quiet: bool) -> None:
    root, written = generated.root, generated.texts
    gone = difference.gone(root, written)
    with keeping.keeping(root, of_texts(written), generated.settings.storage.versions):
        changed = files.write(root, written, gone, monitoring_config.CONFIG_FILE)
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


def _announce(generated: _Generated, options: _Options) -> None:
    """Print what notifies whom, before it does; with a past, how often it would have."""
    shown = notifying.notifying(generated.settings)
    head: tuple[str, ...] = ("alert", "severity", "fires when", "notifies")
    rows: list[tuple[str, ...]] = [
        (row.alert, row.severity, row.when, row.notified) for row in shown.rows
    ]
    if options.past is not None:
        counts = _firings(generated.settings, options.past)
        head = (*head, f"in {duration(options.past.seconds)}")
        rows = [(*row, _times(counts, row[0])) for row in rows]
    shows = table(head, rows) if rows else "No alert about the services is enabled."
    click.echo(f"\n{shows}\n")
    for alert, noun in unread_alerts(generated.settings).items():
        click.echo(f"{alert} is not written: these settings read nothing that has the {noun}.\n")
    others = unread.names(generated.settings)
    if others:
        verb = "is" if len(others) == 1 else "are"
        why = "these settings read nothing of what they watch"
        click.echo(f"{', '.join(others)} {verb} not written: {why}.\n")
    watch = f"{counted(shown.others, 'more alert')} {'watches' if shown.others == 1 else 'watch'}"
    click.echo(
        f"{watch} trends, anomalies and the monitoring itself. All are in "
        f"{generated.root / reference.PATH}. To change one of these, set alerts.others.NAME."
    )


def _firings(settings: Settings, past: Past) -> dict[str, int]:
    from generators.commands import configs_backtest  # noqa: PLC0415 - needs numpy, an extra

    return configs_backtest.firings(settings, past)


def _times(counts: dict[str, int], alert: str) -> str:
    """Return how often an alert fired, in the first of its rows only."""
    found = counts.pop(alert, None)
    return "" if found is None else f"{found} times" if found != 1 else "once"
