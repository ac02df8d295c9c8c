"""ionmon doctor: checks everything that `ionmon run` needs, and shows how to fix it."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from exporter.commands.options import CONFIG, GOOGLE, PROJECT, QUIET, STATE, options, overrides
from exporter.commands.terminal import progress, table
from exporter.doctor.examine import examine
from exporter.doctor.finding import Finding, Verdict
from exporter.doctor.unix_user import UnixUser, unix_user
from exporter.errors import SettingsError
from exporter.json_output import json_document
from exporter.settings import Settings, config_file, load

HELP = """Check what `ionmon run` needs: state file, credentials, permissions, metric types, Redis,
files with secrets, generated files. Each problem is printed with its fix.

\b
  ionmon doctor --project my-project
  ionmon doctor --config monitoring.yaml --json
  sudo ionmon doctor --config monitoring.yaml --as-user prometheus

The files that Alertmanager reads are judged for the user of --as-user, by owners, groups and modes
of the files and of each directory above them; those that ionmon reads, for the user that runs this.
Whether messages arrive is another question: ionmon drill tries the channels.

The check reads each metric type once, which Google bills like one poll. Exit code 1 if any check
fails.
"""

_CHANNELS = ("slack", "pagerduty", "email", "webhook", "sentry")
_TRY = "Whether messages arrive: try the channels with ionmon drill"


@click.command("doctor", help=HELP)
@options(CONFIG, PROJECT, GOOGLE, STATE)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@QUIET
@click.option(
    "--as-user", metavar="NAME", help="User that Alertmanager runs as: whether it reads its files."
)
@click.option("--all", "everything", is_flag=True, help="Also list metric types without problems.")
def command(
    config: Path | None,
    *,
    as_user: str | None,
    as_json: bool,
    quiet: bool,
    everything: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Print every finding."""
    alertmanager = _user(as_user)
    config = config or config_file()
    settings = load(config, overrides(given))
    findings = all_findings(settings, alertmanager, config, quiet=quiet)
    if as_json:
        click.echo(json_document("doctor", {"findings": [asdict(one) for one in findings]}))
    else:
        click.echo(text(findings, everything=everything))
        if any(getattr(settings.notifications, name) for name in _CHANNELS):
            click.echo(_TRY)
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise click.exceptions.Exit(1)


def _user(name: str | None) -> UnixUser | None:
    try:
        return None if name is None else unix_user(name)
    except SettingsError as error:
        raise click.UsageError(f"--as-user {error}") from None


def all_findings(
    settings: Settings, alertmanager: UnixUser | None, config: Path | None, *, quiet: bool = False
) -> list[Finding]:
    """Return every finding; progress is shown meanwhile."""
    findings = []
    with progress("checking", shown=not quiet) as bar:
        for finding in examine(settings, alertmanager, config):
            findings.append(finding)
            bar.show(f"{len(findings)} checked, last {finding.subject}")
    return findings


def text(findings: Iterable[Finding], *, everything: bool) -> str:
    """Return the findings as a table, then how many there are of each verdict."""
    findings = list(findings)
    loud = (Verdict.FAIL, Verdict.WARN)
    shown = [f for f in findings if everything or "/" not in f.subject or f.verdict in loud]
    rows = [(f.verdict.upper(), f.subject, f.text, f.fix) for f in shown]
    counts = {v: sum(1 for f in findings if f.verdict is v) for v in Verdict}
    summary = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
    return "\n".join((table(("", "what", "finding", "fix"), rows, whole={3}), "", summary))
