"""ionmon backfill: weeks of real history for a Prometheus that has none."""

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from exporter.backfill.cost import BackfillCost, cost
from exporter.backfill.plan import JOB_NAME, LONGEST
from exporter.backfill.preparing import BackfillRequest, planned
from exporter.backfill.promtool import blocks_in, check_tools
from exporter.backfill.rules import read_rules
from exporter.backfill.run import BackfillRun
from exporter.backfill.work import WorkFolder, deliver
from exporter.cloud_monitoring.client import MonitoringClient
from exporter.cloud_monitoring.estimate import estimate
from exporter.cloud_monitoring.opened import opened_client
from exporter.commands.flag_types import Duration
from exporter.commands.options import CONFIG, GOOGLE, PROJECT, QUIET, STATE, options, overrides
from exporter.commands.terminal import Bar, progress, table
from exporter.settings import load

HELP = """Make weeks of real history for the Prometheus that keeps 90 days.

\b
  ionmon backfill --config monitoring.yaml --dry-run
  ionmon backfill --config monitoring.yaml --into /var/lib/prometheus-longterm
  ionmon backfill --config monitoring.yaml --last 2w --blocks history

Let the exporter run for a few minutes first: its state file says when its counters began, and the
backfilled ones end there. The command reads the metrics of Cloud Monitoring that the rules need,
one point a minute, for up to six weeks. Then it evaluates the recording rules over them. It shows
what that costs first, and asks.

If it is stopped or killed, type the same command again: it continues where it was. With --into, it
moves the finished blocks into the server's data directory; a running server reads them within some
minutes, without a restart. With --blocks alone, they stay in the folder `ready` below it, and you
move them.
"""
_CALL_TIMEOUT = 600.0  # seconds of a read, with its retries: nobody waits for a page
_FOLDER = Path("ionmon-backfill")


@click.command("backfill", help=HELP)
@options(CONFIG, PROJECT, GOOGLE, STATE)
@click.option(
    "--last", type=Duration(), default="6w", show_default=True, help="Length, at most 6w."
)
@click.option(
    "--rules",
    type=click.Path(file_okay=False, path_type=Path),
    default="alertmanager/out/rules",
    show_default=True,
    metavar="DIR",
    help="Rules that `ionmon configs` wrote.",
)
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    metavar="DIR",
    help="Data directory of the server, where the blocks are moved.",
)
@click.option(
    "--blocks",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help=f"Folder to work in. Default: {_FOLDER} in the data directory, or here.",
)
@click.option(
    "--instance",
    metavar="HOST:PORT",
    help="Address at which the exporter is scraped. Default: that of prometheus.exporters.",
)
@click.option("--dry-run", "dry", is_flag=True, help="Show what it reads and costs, and end.")
@click.option("--yes", "confirmed", is_flag=True, help="Go on without asking.")
@QUIET
def command(  # noqa: PLR0913 - options by name
    config: Path | None,
    *,
    rules: Path,
    into: Path | None,
    blocks: Path | None,
    dry: bool,
    confirmed: bool,
    quiet: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Show the cost, ask, make the blocks, and move them."""
    if given["last"] > LONGEST:
        raise click.UsageError("--last: Cloud Monitoring keeps points of a minute for six weeks")
    settings, found = load(config, overrides(given)), read_rules(rules)
    request = BackfillRequest(given["last"], given["instance"])
    work = WorkFolder(blocks or (into / _FOLDER if into else _FOLDER))
    check_tools()
    timeout = max(settings.google.timeout, _CALL_TIMEOUT)
    with opened_client(settings.google, timeout=timeout) as client:
        with progress("reading descriptors", shown=not quiet) as bar:
            plan = planned(settings, found, request, client, bar.reach)
        with nullcontext() if dry else work.opened(plan):
            flags = _Flags(dry=dry, confirmed=confirmed, quiet=quiet)
            if _agreed(BackfillRun(plan, found, work), client, flags):
                click.echo(_moved(work, into))


@dataclass(frozen=True, slots=True)
class _Flags:
    """Flags that say whether to go on, and what is shown."""

    dry: bool
    confirmed: bool
    quiet: bool


def _agreed(run: BackfillRun, client: MonitoringClient, flags: _Flags) -> bool:
    """Show what it costs, ask, and run; returns whether it ran."""
    if not run.is_done:
        with progress("querying the series of each metric", shown=not flags.quiet) as bar:
            targets = [cut.target for cut in run.plan.families]
            found = estimate(targets, client, None, bar.reach)
        click.echo(_text(run, cost(run.plan, found.rows)), err=not flags.dry)
        if flags.dry:
            return False
        if not flags.confirmed:
            _confirm()
    elif flags.dry:
        click.echo("everything was read and evaluated already")
        return False
    with progress("backfill", 1.0, shown=not flags.quiet) as bar:
        run.run(client, partial(_show, bar))
    return True


def _show(bar: Bar, share: float, step: str) -> None:
    bar.show(step)
    bar.reach(share, 1.0)


def _text(run: BackfillRun, found: BackfillCost) -> str:
    """Return what will be read, and what that costs."""
    head = ("project", "family", "series now", "until", "calls", "billed series")
    cuts = {cut.target.key: cut for cut in run.plan.families}
    rows = [
        (
            row.project,
            row.family,
            str(row.series),
            _time(cuts[row.project, row.family].cut),
            f"{row.calls:,}",
            f"{row.billed:,}",
        )
        for row in found.rows
    ]
    done, whole = run.chunks_read
    price = f"{found.dollars:.2f} dollars before the free million of the billing account"
    sums = [
        f"From {_time(run.plan.start)}: {found.calls:,} calls, {found.billed:,} series, {price}.",
        f"Scraped as job {JOB_NAME}, instance {run.plan.instance}.",
    ]
    if done:
        sums.append(f"{done} of {whole} parts were read already; they cost nothing again.")
    return "\n".join((table(head, rows, right={2, 4, 5}), "", *sums))


def _time(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here; give --yes to go on, or --dry-run")
    if not click.confirm("Go on?", err=True):
        click.echo("nothing was read", err=True)
        raise click.Abort


def _moved(work: WorkFolder, into: Path | None) -> str:
    """Move the blocks where that is wanted; returns what was done, and what is left to do."""
    if into is None:
        number = len(blocks_in(work.ready))
        return (
            f"{work.ready}: {number} blocks. Move them into the data directory of the server that "
            "keeps 90 days, as its user; it reads them within some minutes, without a restart."
        )
    number = len(deliver(work.ready, into))
    if not number:
        return f"{into}: nothing is left to move; {work.path} can be removed"
    return (
        f"{into}: {number} blocks were moved here. A server that runs reads them within some "
        f"minutes, without a restart; they have to belong to its user. {work.path} can be removed."
    )
