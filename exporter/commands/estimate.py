"""ionmon estimate: what reading a project will cost a month, before the first poll."""

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from exporter.cloud_monitoring.channel import channel
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.estimate import Estimate, estimate
from exporter.commands.options import CONFIG, GOOGLE, PROJECT, options, overrides
from exporter.commands.terminal import progress, table
from exporter.errors import SettingsError
from exporter.settings import load
from exporter.targets import targets
from exporter.telemetry import Telemetry

HELP = """Ask once for the series of each family, and say what polling them costs a month.

\b
  ionmon estimate --project my-project
  ionmon estimate --config monitoring.yaml --json

A month has 30 days. Google bills series returned: 0.50 dollars a million after the first million
of the billing account; a call that returns nothing counts as one. The question itself costs what
one round of polls does.
"""


@click.command("estimate", help=HELP)
@options(CONFIG, PROJECT, GOOGLE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "everything", is_flag=True, help="Show families without series, too.")
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
    wanted = targets(settings)
    if not wanted:
        raise SettingsError("no project is named: ionmon estimate --project my-project")
    opened = channel(google.endpoint, google.credentials_file, insecure=google.insecure)
    limits = CallLimits(google.timeout, google.calls_per_minute)
    client = MonitoringClient(opened, limits, Telemetry(0.0))
    try:
        with progress("asking for each family's series", len(wanted)) as bar:
            found = estimate(wanted, client, google.budget_usd_per_month, bar.reach)
    finally:
        opened.close()  # ends calls under way, so that Ctrl-C does not wait for them
    click.echo(json.dumps(asdict(found), indent=2) if as_json else text(found, everything))
    if any(row.fault for row in found.rows):
        raise click.exceptions.Exit(1)


def text(found: Estimate, everything: bool) -> str:  # noqa: FBT001 - one flag of one caller
    """Return the estimate as a table, most expensive first, and its sum in words."""
    shown = [r for r in found.rows if not r.fault and (everything or r.series)]
    rows = [
        (
            row.project,
            row.family,
            str(row.series),
            f"{row.interval:g} s",
            f"{row.calls:,}",
            f"{row.billed:,}",
            f"{row.dollars:.2f}",
        )
        for row in shown
    ]
    head = ("project", "family", "series", "every", "calls", "billed series", "dollars")
    faults = Counter(row.fault for row in found.rows if row.fault)
    empty = len(found.rows) - len(shown) - faults.total()
    lines = [table(head, rows, right={2, 3, 4, 5, 6}), ""]
    if empty:
        lines.append(
            f"{empty} families have no series; asking for them still counts as one series a call, "
            "and the exporter asks every ten minutes only."
        )
    lines += [f"not in the sum: {n} families failed: {fault}" for fault, n in faults.most_common()]
    lines.append(
        f"A month: {found.calls:,} calls, {found.billed:,} series billed, "
        f"{found.total:.2f} dollars after the free million."
    )
    if found.budget is not None:
        names = ", ".join(f"{name} x{factor:.2g}" for name, factor in found.stretched[:5])
        lines.append(f"Budget {found.budget:.2f} dollars. Stretched: {names or 'nothing'}.")
    return "\n".join(lines)
