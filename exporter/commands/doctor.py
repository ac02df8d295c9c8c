"""ionmon doctor: checks everything that run needs, and says how to fix it."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from exporter.commands.options import CONFIG, GOOGLE, PROJECT, STATE, options, overrides
from exporter.commands.terminal import progress, table
from exporter.doctor.examine import examine
from exporter.doctor.finding import Finding, Verdict
from exporter.settings import Settings, load

HELP = """Try the state file, credentials, each permission, each metric type, each Redis and the
files that hold secrets.

\b
  ionmon doctor --project my-project
  ionmon doctor --config monitoring.yaml --json

Exit code 1 where anything failed. Each metric type that is tried costs what one poll of it does.
"""


@click.command("doctor", help=HELP)
@options(CONFIG, PROJECT, GOOGLE, STATE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--all", "everything", is_flag=True, help="Show metric types without problems, too.")
def command(
    config: Path | None,
    *,
    as_json: bool,
    everything: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Print every finding."""
    findings = _found(load(config, overrides(given)))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        click.echo(text(findings, everything=everything))
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise click.exceptions.Exit(1)


def _found(settings: Settings) -> list[Finding]:
    findings = []
    with progress("checking") as bar:
        for finding in examine(settings):
            findings.append(finding)
            bar.say(f"{len(findings)} checked, last {finding.subject}")
    return findings


def text(findings: Iterable[Finding], *, everything: bool) -> str:
    """Return the findings as a table, then how many there were of each kind."""
    found = list(findings)
    shown = [f for f in found if everything or "/" not in f.subject or f.verdict is Verdict.FAIL]
    rows = [(f.verdict.upper(), f.subject, f.text, f.fix) for f in shown]
    counts = {v: sum(1 for f in found if f.verdict is v) for v in Verdict}
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
    return "\n".join((table(("", "what", "finding", "fix"), rows), "", summary))
