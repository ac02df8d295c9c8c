"""ionmon estimate: the monthly cost of reading a project, before the first poll."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from exporter.cloud_monitoring.channel import channel
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.estimate import Estimate, FamilyCost, estimate
from exporter.commands.options import CONFIG, GOOGLE, PROJECT, options, overrides
from exporter.commands.terminal import progress, table
from exporter.errors import SettingsError
from exporter.settings import load
from exporter.targets import targets, unread_targets
from exporter.telemetry import Telemetry

HELP = """Estimate what reading a project costs per month, before the first poll.

\b
  ionmon estimate --project my-project
  ionmon estimate --config monitoring.yaml --json

The command queries the series of each metric once, which costs as much as polling each once. A
month has 30 days. Google bills each series that a call returns: 0.50 dollars per million, after the
first million of the billing account. A call without any series is billed as one.

Exit code 1 if a metric could not be read.
"""


@click.command("estimate", help=HELP)
@options(CONFIG, PROJECT, GOOGLE)
@click.option("--json", "as_json", is_flag=True, help="Print the estimate as JSON.")
@click.option("--all", "everything", is_flag=True, help="Also list metrics without series.")
def command(
    config: Path | None,
    *,
    as_json: bool,
    everything: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Print the estimate."""
    settings = load(config, overrides(given))
    google = settings.google
    requested = targets(settings)
    if not requested:
        raise SettingsError("no project is configured; use: ionmon estimate --project my-project")
    opened = channel(google.endpoint, google.credentials_file, insecure=google.insecure)
    limits = CallLimits(google.timeout, google.calls_per_minute)
    client = MonitoringClient(opened, limits, Telemetry(0.0))
    try:
        compared = unread_targets(settings)
        count = len(requested) + len(compared)
        with progress("querying the series of each metric", count) as bar:
            result = estimate(requested, client, google.budget_usd_per_month, bar.reach, compared)
    finally:
        opened.close()  # ends running calls, so that Ctrl-C does not wait for them
    click.echo(json.dumps(asdict(result), indent=2) if as_json else text(result, everything))
    if any(row.fault for row in result.rows):
        raise click.exceptions.Exit(1)


def text(result: Estimate, everything: bool) -> str:  # noqa: FBT001 - one flag of one caller
    """Return the estimate as a table, most expensive first, and its sum as text."""
    shown = [r for r in result.rows if not r.fault and (everything or r.series)]
    faults = Counter(row.fault for row in result.rows if row.fault)
    empty = len(result.rows) - len(shown) - faults.total()
    return "\n".join((_table(shown), "", *_left_out(empty, faults), *_sums(result)))


def _table(shown: Iterable[FamilyCost]) -> str:
    head = ("project", "family", "series", "every", "calls", "billed series", "dollars")
    rows = [
        (
            f"{row.project} (scope)" if row.scoped else row.project,
            row.family,
            str(row.series),
            f"{row.interval:g} s",
            f"{row.calls:,}",
            f"{row.billed:,}",
            f"{row.dollars:.2f}",
        )
        for row in shown
    ]
    return table(head, rows, right={2, 3, 4, 5, 6})


def _left_out(empty: int, faults: Counter[str]) -> Iterator[str]:
    """Yield what is not in the table."""
    if empty:
        yield (
            f"Families without series: {empty}. Each query of them is billed as one series, so "
            "they are polled only every ten minutes."
        )
    for fault, number in faults.most_common():
        yield f"not in the sum: {number} failed families: {fault}"


def _sums(result: Estimate) -> Iterator[str]:
    """Yield what a month costs, with all families, and within the budget."""
    scoped = {project for row in result.rows for project in row.scoped}
    if scoped:
        yield f"Through the scope, series of {len(scoped)} projects are read."
    yield (
        f"Per month: {result.calls:,} calls, {result.billed:,} series billed, "
        f"{result.total:.2f} dollars after the free million."
    )
    if result.unread:
        yield (
            f"{result.unread} further families are not read; with all of them it would be "
            f"{result.total_with_unread:.2f} dollars. To read one of docs/metrics.md, set "
            "google.families.NAME.enabled: true."
        )
    if result.budget is not None:
        names = ", ".join(f"{name} x{factor:.2g}" for name, factor in result.stretched[:5])
        yield f"Budget: {result.budget:.2f} dollars. Longer intervals: {names or 'none'}."
