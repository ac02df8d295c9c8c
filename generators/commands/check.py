"""ionmon check: proves without a server that rules and dashboards use what is exported."""

from pathlib import Path

import click

from exporter.commands.options import CONFIG
from exporter.commands.terminal import progress
from exporter.settings import load
from generators.checks import run
from generators.checks.engine.gathering import CheckRequest

HELP = """Check that rules and dashboards only use metrics, labels, values and buckets that exist.

\b
  ionmon check                          all files below alertmanager/out and grafana/out
  ionmon check --offline                the same without promtool and amtool, in a second
  ionmon check my-rules.yml             your own rule files
  ionmon check --page http://127.0.0.1:9841/metrics

No server and no data are needed: the catalog and monitoring.yaml define what is exported. The
command also finds rates of gauges, counters without a rate, operators whose sides have different
labels, wrong windows, functions that Prometheus 2.42 lacks, and incomplete alerts. In dashboards it
also checks units, data sources, variables, limits, links and layout. Then promtool and amtool check
the same files and run the tests of the rules, which takes some minutes.

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
def command(
    files: tuple[Path, ...],
    config: Path | None,
    *,
    root: Path,
    page: str | None,
    offline: bool,
) -> None:
    """Print every problem."""
    settings = load(config)
    request = CheckRequest(root, settings, files, page)
    with progress("reading files") as bar:
        result = run.run(request, bar.show, offline=offline)
    for problem in result.problems:
        click.echo(str(problem))
    for note in result.notes:
        click.echo(note, err=True)
    count = len(result.problems)
    click.echo(
        f"{count or 'no'} problem{'' if count == 1 else 's'} in {result.rules} rules "
        f"of {result.files} files",
        err=True,
    )
    if count:
        raise click.exceptions.Exit(1)
