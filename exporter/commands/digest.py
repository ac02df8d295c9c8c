"""ionmon digest: what fired and how the service is, of a day or a week; printed or mailed."""

from pathlib import Path
from typing import Any

import click

from exporter.bridge.digest import json_text
from exporter.bridge.digest.build import Edition
from exporter.bridge.digest.gather import gathered
from exporter.bridge.digest.html import page
from exporter.bridge.digest.mail import message
from exporter.bridge.digest.model import Digest
from exporter.bridge.digest.sender import recipients
from exporter.bridge.digest.smtp import route, send
from exporter.bridge.digest.text import text
from exporter.bridge.digest.time_zone import time_zone
from exporter.bridge.journal_reading import beside_if_any
from exporter.clock import WallClock
from exporter.commands.flag_types import NewFile, write
from exporter.commands.options import CONFIG, JOURNAL, JSON, options, overrides
from exporter.commands.waits import waits_are_reported
from exporter.errors import IonmonError, SettingsError
from exporter.prometheus.api import TimeSpan
from exporter.settings import DigestSettings, Settings, journal_file, load
from exporter.summary.read import DAY, WEEK

HELP = """Print the digest of the last 24 hours: alerts, error budgets, the service, the monitoring.

\b
  ionmon digest --config monitoring.yaml
  ionmon digest --config monitoring.yaml --json
  ionmon digest --config monitoring.yaml --week --html week.html
  ionmon digest --config monitoring.yaml --send

It reads Prometheus, the bridge's journal and Alertmanager. If one of them does not answer, the
digest says what is missing. The bridge sends it daily if notifications.digest is configured.

Exit code 1 if it is not known what fires: no server answers, or those that do have just started.
The digest is printed all the same.
"""


@click.command("digest", help=HELP)
@options(CONFIG, JOURNAL)
@click.option("--week", is_flag=True, help="The last seven days.")
@click.option("--html", "html", type=NewFile(), metavar="FILE", help="Write it as an HTML file.")
@click.option("--send", "sent", is_flag=True, help="Send it to those who get the daily one.")
@click.option("--stdout", "printed", is_flag=True, help="Print it as well.")
@JSON
@waits_are_reported()
def command(
    config: Path | None,
    *,
    week: bool,
    html: Path | None,
    sent: bool,
    printed: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - options by name
) -> None:
    """Make the digest, and write, send or print it."""
    settings = load(config, overrides(given))
    made = _made(settings, week=week)
    if html is not None:
        write(html, page(made))
    if sent:
        _send(settings, made)
    if printed or as_json or not (html or sent):
        click.echo(json_text.as_json(made) if as_json else text(made), nl=False)
    if not made.known:
        raise IonmonError("what fires is not known; the digest says why")


def _made(settings: Settings, *, week: bool) -> Digest:
    now = WallClock().now()
    path = journal_file(settings)
    zone = _chosen(settings).timezone
    time_zone(zone)  # one that is not known is said before anything is asked
    edition = Edition(
        service=settings.title,
        zone=zone,
        span=TimeSpan(now - (WEEK if week else DAY), now),
        made=now,
        weekly=week,
    )
    return gathered(settings, beside_if_any(path), edition)


def _chosen(settings: Settings) -> DigestSettings:
    return settings.notifications.digest or DigestSettings()


def _send(settings: Settings, made: Digest) -> None:
    """Send it under a Message-ID of its own: it is not the one of the day."""
    by = route(settings.notifications)
    if by is None:
        raise SettingsError("notifications.email: is not there; add it, or leave --send out")
    to = recipients(settings)
    key = f"ionmon-{'week' if made.weekly else 'day'}.{made.made:.0f}"
    accepted = send(message(made, by.sender, to, key), by, to)
    for refusal in accepted.refused:
        click.echo(refusal, err=True)
    click.echo(f"sent to {len(to) - len(accepted.refused)}", err=True)
