"""ionmon alerts: what fires, since when, who acknowledged it, and when it is escalated."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from exporter.bridge.alert_rows import AlertRow
from exporter.bridge.api_client import BridgeApi, FiringList
from exporter.bridge.incident_page import age, utc
from exporter.commands import alert_history
from exporter.commands.bridge_options import BRIDGE, bridge_api, with_login
from exporter.commands.options import JOURNAL, options, overrides
from exporter.commands.terminal import printable, table
from exporter.commands.waits import waits_are_reported
from exporter.errors import IonmonError
from exporter.json_output import json_document
from exporter.settings import load
from exporter.settings.types import seconds

HELP = """Show the alerts that fire: since when, their value, who acknowledged them and how long
ago, whether they are silenced, and when somebody else is notified of them.

\b
  ionmon alerts --config monitoring.yaml
  ionmon alerts --url https://alerts.example.com --user ada --json
  ionmon alerts --config monitoring.yaml --history --last 30d

The running bridge is asked. The history is read from Prometheus and from the journal on this
machine: what fired, how long it took to be detected, acknowledged and resolved, on average by
alert, service and week, and of which times that is not known. With the events of Alertmanager 0.33
and newer it has who was notified and what was muted. In JSON, times are Unix seconds.

\b
Exit code 1 where it is not known what fires or fired: a server does not answer, or has just
started. What is known is printed all the same.
"""
LAST = "7d"
HOUR, LONGEST = 3600.0, 90 * 86400.0  # seconds of history
_STARTED = (
    "ionmon: a server, or the bridge, has just started; until everything is known that fires takes "
    "four minutes"
)
_HEAD = ("id", "severity", "alert", "where", "value", "since", "acknowledged", "next")


@click.command("alerts", help=HELP)
@options(BRIDGE, JOURNAL)
@click.option("--history", is_flag=True, help="Show what fired, and how long it took.")
@click.option("--last", metavar="DURATION", help="How far back the history goes. Default: 7d.")
@click.option("--json", "as_json", is_flag=True, help="Print the alerts as JSON.")
@waits_are_reported()
def command(
    config: Path | None,
    *,
    history: bool,
    last: str | None,
    journal_file: Path | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Print what fires, or what fired."""
    _only_of_history({"--last": last, "--storage.journal-file": journal_file}, history=history)
    if history:
        settings = load(config, overrides({"journal_file": journal_file}))
        found_ = alert_history.read(settings, _past(last or LAST))
        click.echo(alert_history.as_json(found_) if as_json else alert_history.text(found_))
        if not found_.answered:
            raise IonmonError("no Prometheus answers: what fired is not known; see above")
    else:
        _firing(bridge_api(config, **given), as_json=as_json)


def _only_of_history(given: dict[str, object], *, history: bool) -> None:
    for name, value in given.items():
        if value is not None and not history:
            raise click.UsageError(f"{name}: goes with --history; give both or neither")


def _past(text_: str) -> float:
    try:
        found = seconds(text_)
    except ValueError as error:
        raise click.UsageError(f"--last {text_}: {error}") from None
    if not HOUR <= found <= LONGEST:
        raise click.UsageError(f"--last {text_}: write 1h to 90d")
    return found


def _firing(api: BridgeApi, *, as_json: bool) -> None:
    found = with_login(api, lambda each: each.alerts())
    click.echo(json_document("alerts", asdict(found)) if as_json else text(found))
    for fault in found.faults:
        click.echo(f"ionmon: the bridge does not reach every server: {printable(fault)}", err=True)
    if not found.known and not found.faults:
        click.echo(_STARTED, err=True)
    if not found.known:
        raise click.exceptions.Exit(1)


def text(found: FiringList) -> str:
    """Return the alerts as a table."""
    if not found.alerts:
        state = "Nothing fires." if found.known else "What fires is not known."
        return " ".join((state, *_sources(found)))
    return "\n".join(
        (table(_HEAD, [_row(each, found.now) for each in found.alerts]), *_sources(found))
    )


def _sources(found: FiringList) -> Iterator[str]:
    """Yield when the bridge asked for it."""
    if found.as_of is not None:
        yield f"The servers were asked at {utc(found.as_of)}, {age(found.as_of, found.now)} ago."


def _row(row: AlertRow, now: float) -> tuple[str, ...]:
    where = row.place or " ".join(
        value for name, value in row.labels if name in ("service_name", "region")
    )
    limit = f" (limit {row.limit})" if row.value and row.limit else ""
    return (
        row.id,
        row.severity or "none",
        row.alert,
        where,
        f"{row.value}{_age_of_value(row, now)}{limit}",
        f"{age(row.since, now)} ago",
        _acknowledged(row, now),
        next_step(row, now),
    )


def _age_of_value(row: AlertRow, now: float) -> str:
    """Return how old a value is: Prometheus sends what fires again after minutes only."""
    has_age = row.value and row.value_at is not None
    return f", {age(row.value_at or now, now)} ago" if has_age else ""


def _acknowledged(row: AlertRow, now: float) -> str:
    if row.acknowledged is None:
        return "no"
    comment = f": {row.acknowledged.comment}" if row.acknowledged.comment else ""
    return f"by {row.acknowledged.user}, {age(row.acknowledged.at, now)} ago{comment}"


def next_step(row: AlertRow, now: float) -> str:
    """Return what happens next: an escalation, or nothing, since nobody is notified."""
    states = [word for word, is_so in (("silenced", row.silenced), ("muted", row.muted)) if is_so]
    if row.escalated:
        states.append("escalated")
    elif row.next_escalation is not None:
        due = row.next_escalation > now
        when = age(row.next_escalation, now)
        states.append(f"escalated in {when}" if due else f"escalation is due since {when}")
    return ", ".join(states)
