"""ionmon check: proves without a server that rules ask for what there is, and say enough."""

from pathlib import Path

import click

from exporter.commands.options import CONFIG
from exporter.commands.terminal import progress
from exporter.settings import load
from generators.checks import run
from generators.checks.engine.gathering import CheckRequest

HELP = """Prove that rules and dashboards ask for metrics, labels, values and buckets that exist.

\b
  ionmon check                          everything below alertmanager/out and grafana/out
  ionmon check --offline                the same without promtool and amtool, in a second
  ionmon check my-rules.yml             rule files of your own
  ionmon check --page http://127.0.0.1:9841/metrics

No server is asked, and no data is needed: what is exported is known from the catalog and from
monitoring.yaml. Beyond names it looks at rates of gauges and counters without rates, at the labels
of both sides of an operator, at windows, at what Prometheus 2.42 knows, and at what an alert has to
say; in dashboards at units, datasources, variables, limits, links and layout, too. Then promtool
and amtool check the same files, and run the rules' tests, which takes some minutes.

The buckets of Cloud Monitoring's histograms are those of the simulated project: Google's own may
differ. --page reads a real exporter's page, a file or an address, and knows what is on it: its
buckets, and an application's own metrics.

Prints one problem a line, as path:line: rule: what is wrong and what was probably meant. Exit code
1 where there is any.
"""


@click.command("check", help=HELP)
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@CONFIG
@click.option(
    "--root",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=Path(),
    help="Where alertmanager/out is; here unless said. Its recorded series are known.",
)
@click.option("--page", metavar="URL|FILE", help="A page of metrics, known on top of the catalog.")
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
        found = run.run(request, bar.say, offline=offline)
    for problem in found.problems:
        click.echo(str(problem))
    for note in found.notes:
        click.echo(note, err=True)
    count = len(found.problems)
    click.echo(
        f"{count or 'no'} problem{'' if count == 1 else 's'} in {found.rules} rules "
        f"of {found.files} files",
        err=True,
    )
    if count:
        raise click.exceptions.Exit(1)
