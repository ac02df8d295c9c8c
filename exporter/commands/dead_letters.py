"""ionmon bridge dead: lists what could not be delivered, and has it sent again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from exporter.bridge.deliveries import Deliveries
from exporter.bridge.journal_access import reading, writing
from exporter.bridge.journal_rows import OwedDelivery
from exporter.clock import WallClock
from exporter.commands.options import CONFIG, JOURNAL, options, overrides
from exporter.commands.terminal import table
from exporter.json_output import json_document
from exporter.settings import journal_file, load

HEAD = ("alert", "about", "since", "for", "tries", "reason")


@click.command("dead")
@options(CONFIG, JOURNAL)
@click.option("--retry", is_flag=True, help="Have all of them sent again.")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(
    config: Path | None,
    *,
    retry: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """List the alerts whose delivery was given up, and why.

    A delivery that fails is tried again for about a day; what is refused for good is given up at
    once. The bridge may run meanwhile: with --retry it sends them within a second.
    """
    journal = journal_file(load(config, overrides(given)))
    found = Deliveries(partial(reading, journal)).dead_letters()
    click.echo(_json(found) if as_json else _text(found))
    if retry and found:
        count = Deliveries(partial(writing, journal)).retry(WallClock().now())
        click.echo(f"{count} deliveries are tried again", err=True)


def _json(found: Sequence[OwedDelivery]) -> str:
    return json_document("bridge dead", {"deliveries": [_body(one) for one in found]})


def _text(found: Sequence[OwedDelivery]) -> str:
    if not found:
        return "No delivery was given up."
    return table(HEAD, [_row(one) for one in found], right={4})


def _row(one: OwedDelivery) -> tuple[str, ...]:
    if one.journaled is None:
        return ("", "", "", one.target, str(one.tries), one.error)
    alert = one.journaled.alert
    about = ", ".join(
        f"{name}={value}"
        for name, value in alert.labels.items()
        if name not in ("alertname", "severity", "category")
    )
    return (alert.name, about, _time(alert.starts_at), one.target, str(one.tries), one.error)


def _body(one: OwedDelivery) -> dict[str, object]:
    delivery = {"target": one.target, "tries": one.tries, "reason": one.error}
    if one.journaled is None:
        return {**dict.fromkeys(("alert", "labels", "since", "receiver", "received")), **delivery}
    alert = one.journaled.alert
    return {
        "alert": alert.name,
        "labels": dict(alert.labels),
        "since": _time(alert.starts_at),
        "receiver": one.journaled.receiver,
        "received": _time(one.journaled.first_at),
        **delivery,
    }


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
