"""ionmon ack: acknowledges alerts that fire, or takes an acknowledgement back."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from exporter.bridge.acknowledgements import LONGEST_COMMENT
from exporter.bridge.acknowledging import Answer
from exporter.bridge.alert_rows import AlertRow
from exporter.bridge.api_client import Acknowledged, BridgeApi, FiringList
from exporter.commands.alert_names import ID_NEEDED, closest, is_start_of_id, may_be_id
from exporter.commands.bridge_options import BRIDGE, bridge_api, with_login
from exporter.commands.options import options
from exporter.commands.terminal import printable
from exporter.commands.waits import waits_are_reported
from exporter.errors import IonmonError
from exporter.json_output import json_document
from exporter.monitoring_config import config_path, read_config
from exporter.settings import load
from exporter.summary.wording import elapsed

_NOT_KNOWN = (
    "whether such an alert fires is not known, as the bridge does not reach every server; "
    "ionmon alerts names those that do not answer, try again when they do"
)
_STARTED = (
    "whether such an alert fires is not known yet, as the bridge or a server has just started; "
    "it is known at {until}, in {rest}: try again then"
)
HELP = """Acknowledge alerts that fire: somebody works on them, and they are not escalated.

\b
  ionmon ack ErrorRateCritical --comment "rolling back" --user ada
  ionmon ack 5f3a91c2e07d4b18 --user ada
  ionmon ack ErrorRateCritical --all --user ada
  ionmon ack --withdraw ErrorRateCritical --user ada --json

ALERT is the name of an alert, an id that `ionmon alerts` prints, or the first four or more
characters of an id. A name that fires more than once needs --all. If one of several cannot be
chosen, nothing is acknowledged. An acknowledgement hides nothing and ends with its incident.
--withdraw takes an acknowledgement back, whoever gave it: the alert is escalated as if nobody had
acknowledged it.

Exit code 1 if an alert was not acknowledged, if it had no acknowledgement to withdraw, or if the
bridge does not answer or does not know whether the alert fires.
"""


@click.command("ack", help=HELP)
@click.argument("alerts", nargs=-1, required=True, metavar="ALERT...")
@click.option("--comment", default="", help=f"A comment, up to {LONGEST_COMMENT} characters.")
@click.option("--all", "every", is_flag=True, help="Every incident of an alert's name.")
@click.option("--withdraw", is_flag=True, help="Take the acknowledgement back.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of each as JSON.")
@options(BRIDGE)
@waits_are_reported()
def command(  # noqa: PLR0913 - options by name
    alerts: tuple[str, ...],
    comment: str,
    config: Path | None,
    url: str | None,
    user: str | None,
    password_file: Path | None,
    *,
    every: bool,
    withdraw: bool,
    as_json: bool,
) -> None:
    """Acknowledge or withdraw, and print what became of each."""
    if len(comment) > LONGEST_COMMENT:
        raise click.UsageError(f"--comment is longer than {LONGEST_COMMENT} characters; shorten it")
    if comment and withdraw:
        raise click.UsageError("--comment: is of an acknowledgement; leave it out with --withdraw")
    api = bridge_api(config, url, user, password_file)

    def change(given: BridgeApi) -> tuple[Acknowledged, ...]:
        firing = given.alerts()
        try:
            ids = chosen(
                firing.alerts, alerts, _stated(config), every=every, unknown=unknown(firing)
            )
        except IonmonError as error:
            what = "no acknowledgement was withdrawn" if withdraw else "nothing was acknowledged"
            raise IonmonError(f"{error}\n{what}") from error
        return given.withdraw(ids) if withdraw else given.acknowledge(ids, comment)

    found = with_login(api, change)
    if as_json:
        click.echo(json_document("ack", {"results": [asdict(each) for each in found]}))
    for each in () if as_json else found:
        click.echo(printable(text(each, comment)))
    if any(each.acknowledged is None for each in found):
        raise click.exceptions.Exit(1)


def _stated(config: Path | None) -> tuple[str, ...]:
    """Return the names of all alerts; none where only the bridge's address is known."""
    try:
        return read_config(config_path(load(config))).names()
    except IonmonError:
        return ()


def unknown(found: FiringList) -> str:
    """Return why it is not known whether more fires, and the fix; empty where it is known."""
    if found.known:
        return ""
    if found.faults or found.known_at is None:
        return _NOT_KNOWN
    until = time.strftime("%H:%M:%S UTC", time.gmtime(found.known_at))
    return _STARTED.format(until=until, rest=elapsed(found.known_at - found.now))


def chosen(
    rows: Sequence[AlertRow],
    names: Iterable[str],
    stated: Sequence[str] = (),
    *,
    every: bool,
    unknown: str = "",
) -> tuple[str, ...]:
    """Return the ids that names and ids mean. Raises IonmonError for none, and for several.

    stated   the names of all alerts, which fire or not
    unknown  why more may fire than the rows, empty where nothing does
    """
    ids: dict[str, None] = {}
    for name in names:
        found = tuple(_meant(rows, name))
        if not found:
            raise IonmonError(_unknown(name, rows, stated, unknown))
        if len(found) > 1 and not every:
            listed = "\n".join(f"  {each.id}  {each.place or each.summary}" for each in found)
            raise IonmonError(
                f"{name}: {len(found)} incidents fire; name one by its id, or give --all:\n{listed}"
            )
        ids |= dict.fromkeys(each.id for each in found)
    return tuple(ids)


def _unknown(name: str, rows: Iterable[AlertRow], stated: Sequence[str], unknown: str) -> str:
    """Return that no such alert fires, or that this is not known, and what does."""
    if may_be_id(name) and not is_start_of_id(name):
        return f"{name}: {ID_NEEDED}; ionmon alerts shows it"
    if unknown:
        return f"{name}: {unknown}"
    firing = tuple(dict.fromkeys(row.alert for row in rows))
    if name in stated:
        return f"{name} does not fire now; {_listed(firing)}"
    similar = closest(name, firing)
    fix = f"did you mean {similar!r}?" if similar else "ionmon alerts shows what does"
    return f"{name}: no such alert fires; {fix}"


def _listed(firing: Sequence[str]) -> str:
    return f"these do: {', '.join(firing)}" if firing else "nothing does"


def _meant(rows: Iterable[AlertRow], name: str) -> Iterator[AlertRow]:
    is_id = is_start_of_id(name)
    return (row for row in rows if row.alert == name or (is_id and row.id.startswith(name)))


def text(found: Acknowledged, comment: str = "") -> str:
    """Return what became of an id, and that a comment was not kept."""
    what = f"{found.alert or 'an alert'} ({found.id})"
    if found.result == Answer.NOT_ACKNOWLEDGED:
        return f"{what}: nobody has acknowledged it"
    if found.result == Answer.NOT_KNOWN:
        return f"{what}: whether it fires is not known, and nothing was changed; try again"
    if found.acknowledged is None:
        return f"{what} is not acknowledged: it does not fire"
    if found.result == Answer.WITHDRAWN:
        stays = "; in PagerDuty it stays acknowledged, escalate it there" if found.pagerduty else ""
        return f"{what} is acknowledged by nobody now, {found.acknowledged.user} had it{stays}"
    if found.result == Answer.ALREADY:
        lost = "; your comment was not kept, as theirs stands: --withdraw it first"
        by = found.acknowledged.user
        return f"{what} was acknowledged already, by {by}{lost if comment else ''}"
    later = "; when it began is not known yet: it may be escalated" if found.may_escalate else ""
    return f"{what} is acknowledged by {found.acknowledged.user}{later}"
