"""ionmon check: proves without a server that rules and dashboards use what is exported."""

from dataclasses import asdict
from pathlib import Path

import click
from pydantic import ValidationError

from exporter.commands.options import CONFIG, JSON, QUIET
from exporter.commands.terminal import Bar, progress
from exporter.json_output import json_document
from exporter.monitoring_config import FIX, MonitoringConfigError, read_config
from exporter.settings import Settings, cache_directory, config_file, load
from generators.checks import run
from generators.checks.engine.gathering import CheckRequest
from generators.checks.run import CheckOutcome
from generators.checks.tool_runs import Count
from generators.monitoring_config import CONFIG_FILE
from generators.plurals import counted
from generators.promtool.kept_results import KeptResults

_MANY = 20  # runs of tools: so many take a while

HELP = """Check that rules and dashboards only use metrics, labels, values and buckets that exist.

\b
  ionmon check                          all files below alertmanager/out and grafana/out
  ionmon check --root deployed          the same below another directory
  ionmon check --offline                the same without promtool and amtool, in a second
  ionmon check my-rules.yml             your own rule files
  ionmon check --page http://127.0.0.1:9841/metrics
  ionmon check --json --quiet           for programs

No server and no data are needed: the catalog and the settings define what is exported. Without
--config, the settings are those that the files were written for, from monitoring_config.json beside
them. The command also finds rates of gauges, counters without a rate, operators whose sides have
different labels, wrong windows, functions that Prometheus 2.42 lacks, and incomplete alerts. In
dashboards it also checks units, data sources, variables, limits, links, order and layout. Then
promtool and amtool check the same files and run the tests of the rules. That takes up to a minute;
later, only what changed runs again. Results are kept in ~/.cache/ionmon.

Histograms of Cloud Monitoring are checked against the buckets of the simulated project; those of
Google may differ. With --page, the metrics of a real exporter are known, too: its buckets, and the
metrics of an application.

Each problem is one line: path:line: rule: the problem and a suggestion. Exit code 1 if there are
problems.
"""


@click.command("check", help=HELP)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@CONFIG
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Directory of alertmanager/out, whose recorded series are known. Default: here.",
)
@click.option("--page", metavar="URL|FILE", help="Metrics of an exporter, added to the catalog.")
@click.option("--offline", is_flag=True, help="Run neither promtool nor amtool.")
@JSON
@QUIET
def command(  # noqa: PLR0913 - options by name
    files: tuple[Path, ...],
    config: Path | None,
    *,
    root: Path,
    page: str | None,
    offline: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print every problem."""
    settings = _settings(config or config_file(), root, quiet=quiet)
    request = CheckRequest(root, settings, files, page)
    folder = cache_directory()
    kept = KeptResults(folder and folder / "check")
    with progress("reading files", shown=not quiet) as bar:
        result = run.run(request, _count(bar), kept, offline=offline)
    if as_json:
        click.echo(json_document("check", asdict(result)))
    else:
        _print(result, quiet=quiet)
    if result.problems:
        raise click.exceptions.Exit(1)


def _print(result: CheckOutcome, *, quiet: bool) -> None:
    """Print the problems, and beside them what was checked."""
    for problem in result.problems:
        click.echo(str(problem))
    if quiet:
        return
    for note in result.notes:
        click.echo(note, err=True)
    count = len(result.problems)
    click.echo(
        f"{counted(count, 'problem') if count else 'no problems'} in {result.rules} rules "
        f"of {result.files} files",
        err=True,
    )


def _settings(path: Path | None, root: Path, *, quiet: bool) -> Settings:
    """Return the settings of a file, else those that the files below the root were written for."""
    written = root / CONFIG_FILE
    if path is not None:
        return load(path)
    if not written.exists():
        _remark("settings: the defaults; for others, set --config", quiet=quiet)
        return load()
    _remark(f"settings: those in {written}; for others, set --config", quiet=quiet)
    try:
        return Settings.model_validate(read_config(written).settings)
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
    # Raised out here: pydantic's error contains the values.
    raise MonitoringConfigError(f"{written}: settings.{key} is of another version; {FIX}")


def _remark(text: str, *, quiet: bool) -> None:
    if not quiet:
        click.echo(text, err=True)


def _count(bar: Bar) -> Count:
    def count(what: str, done: int, total: int) -> None:
        if total >= _MANY and not done:
            bar.note(f"running {what}: {total} runs")
        else:
            bar.show(what)
        bar.reach(done, total or None)

    return count
