"""ionmon drill: sends test alerts through Alertmanager, and says which channel took them."""

import asyncio
import signal
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from exporter.clock import WallClock
from exporter.commands.drill_output import plan_json, plan_text, report_json, report_text
from exporter.commands.options import CONFIG, FILE, JOURNAL, QUIET, options, overrides
from exporter.commands.terminal import printable, progress
from exporter.commands.waits import waits_are_reported
from exporter.drill.plan import DrillPlan, DrillRequest, NoDrill
from exporter.drill.preparing import PreparedDrill, prepared
from exporter.drill.run import DrillReport, DrillRun
from exporter.settings import Settings, load

HELP = """Try the channels: send a test alert of each severity and team, and show who got it.

\b
  ionmon drill --config monitoring.yaml --dry-run
  ionmon drill --config monitoring.yaml
  ionmon drill --config monitoring.yaml --severity low --yes --json

The alerts go through the Alertmanager that runs, one after the other, and to the people who get
real ones. The command lists these people first, and asks before it sends. Each message says that it
is a drill and that nothing is wrong. For each channel it is shown whether it took its message,
after how many seconds, or why not, as Alertmanager's metrics, its log and the bridge's journal say.
A channel that fails is watched until Alertmanager gives up, at most ten minutes. Quiet hours and
silences hold a message back, which is no failure.

All test alerts end when the drill is done, or when Ctrl-C stops it. Drills are not counted in the
digest, the history or the mean times, and are not escalated.

Run it where the bridge's journal is. Exit code 0 if every channel took its message or was held
back, 1 if one failed or got nothing, or if a server did not answer, 130 if it was stopped.
"""


@click.command("drill", help=HELP)
@options(CONFIG, JOURNAL)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    metavar="NAME",
    help="Only this severity; repeatable.",
)
@click.option(
    "--team",
    "teams",
    multiple=True,
    metavar="NAME",
    help="Only this team; repeatable. '' is everybody without channels of a team's own.",
)
@click.option(
    "--alertmanager-log",
    "log",
    type=FILE,
    metavar="FILE",
    help="File that Alertmanager logs to, which has the reasons of failures.",
)
@click.option(
    "--dry-run", "dry", is_flag=True, help="Show who would be notified, and send nothing."
)
@click.option("--yes", "confirmed", is_flag=True, help="Send without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@QUIET
@waits_are_reported()
def command(
    config: Path | None,
    *,
    dry: bool,
    confirmed: bool,
    as_json: bool,
    quiet: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Ask, send, watch, and print."""
    settings = load(config, overrides(given))
    found = _prepared(settings, DrillRequest(given["severities"], given["teams"]), given["log"])
    if dry:
        click.echo(plan_json(found.plan) if as_json else plan_text(found.plan))
        _fail_for(found.sources.faults)
        return
    if not confirmed:
        _confirm(found.plan)
    report = asyncio.run(_run(found, quiet=quiet))
    click.echo(report_json(report) if as_json else report_text(report))
    if report.stopped:
        raise click.Abort
    if not report.is_good or report.faults:
        raise click.exceptions.Exit(1)


def _prepared(settings: Settings, request: DrillRequest, log: Path | None) -> PreparedDrill:
    try:
        return prepared(settings, request, log, WallClock().now())
    except NoDrill as error:
        raise click.UsageError(str(error)) from None


def _fail_for(faults: Collection[str]) -> None:
    """Print what could not be read: whom the drill would reach is not all known."""
    for fault in faults:
        click.echo(f"ionmon: {printable(fault)}", err=True)
    if faults:
        raise click.exceptions.Exit(1)


def _confirm(plan: DrillPlan) -> None:
    """Show who will be notified, and go on only where that is wanted."""
    click.echo(plan_text(plan), err=True)
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here; give --yes to notify them, or --dry-run")
    if not click.confirm("These people are notified of a drill. Go on?", err=True):
        click.echo("nothing was sent", err=True)
        raise click.Abort


async def _run(found: PreparedDrill, *, quiet: bool) -> DrillReport:
    with progress("drill", shown=not quiet) as bar:
        run = DrillRun(found.plan, found.sources, WallClock(), bar.note)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, run.stopping.set)
        return await run.run()
