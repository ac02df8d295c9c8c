"""ionmon explain: three facts about an alert that fires, and where its log lines are."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from exporter.bridge.explain import Explainer, Explanation
from exporter.bridge.prometheus import servers
from exporter.bridge.webhook import moment
from exporter.clock import WallClock
from exporter.commands.options import CONFIG, options
from exporter.commands.terminal import printable
from exporter.commands.waits import waits_are_said
from exporter.errors import IonmonError
from exporter.monitoring_config import MonitoringConfig, config_path, read_config
from exporter.prometheus_api import Labels, Prometheus, QueryRefused, ServerAlert
from exporter.settings import Settings, load

HELP = """Explain an alert that fires: its value against its limit, where it is worst, and the last
deploy or change of instances before it.

\b
  ionmon explain ErrorRateCritical --config monitoring.yaml
  ionmon explain ErrorRateCritical region=europe-west1 --json

Everything is asked of Prometheus, and nothing is guessed.

\b
Exit code 1 where no such alert fires, where a server does not answer, or where a fact is not known;
what is known is printed all the same.
"""


@dataclass(frozen=True, slots=True)
class ExplainedAlert:
    """An alert that fires, since when (Unix seconds), and what is known about it."""

    labels: Labels
    since: float
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class KnownAlerts:
    """The alerts that were asked for, and which servers do not say whether they fire."""

    alerts: tuple[ExplainedAlert, ...]
    faults: tuple[str, ...]


@click.command("explain", help=HELP)
@click.argument("alert")
@click.argument("labels", nargs=-1, metavar="[LABEL=VALUE]...")
@options(CONFIG)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@waits_are_said()
def command(alert: str, labels: tuple[str, ...], config: Path | None, *, as_json: bool) -> None:
    """Explain each alert of that name that fires and has these labels."""
    if not alert:
        raise click.UsageError("ALERT is empty; write the name of an alert, see: ionmon alerts")
    wanted = {"alertname": alert, **dict(map(_pair, labels))}
    known = _known(load(config), wanted)
    if not known.alerts:
        raise IonmonError(_none(wanted, known.faults))
    found = known.alerts
    click.echo(
        json.dumps([_plain(one) for one in found], indent=2)
        if as_json
        else "\n\n".join(map(_text, found))
    )
    for fault in known.faults:
        click.echo(f"ionmon: more of them may fire: {printable(fault)}", err=True)
    if known.faults or any(one.explanation.faults for one in found):
        raise click.exceptions.Exit(1)


def _none(wanted: Mapping[str, str], faults: Sequence[str]) -> str:
    """Return that no such alert fires, or that this is not known."""
    text = ", ".join(f"{name}={value}" for name, value in wanted.items())
    if faults:
        return f"whether an alert with {text} fires is not known: {'; '.join(faults)}"
    return f"no alert with {text} fires; see: ionmon alerts"


def _pair(text: str) -> tuple[str, str]:
    name, equal, value = text.partition("=")
    if not (name and equal):
        raise click.UsageError(f"'{text}' is no label; write it as LABEL=VALUE")
    return name, value


def _known(settings: Settings, wanted: Mapping[str, str]) -> KnownAlerts:
    """Return the alerts of every Prometheus that answers. Raises IonmonError without the first."""
    config = read_config(config_path(settings))
    now = WallClock().now()
    main = Prometheus(f"http://{servers(settings)[0]}")
    main.hello(now)
    explainer = Explainer(config, main, now)
    faults: list[str] = []
    firing: dict[Labels, ServerAlert] = {}
    for address in servers(settings):
        try:
            answer = Prometheus(f"http://{address}").alerts()
        except QueryRefused as error:
            faults.append(f"{address}: {error}")
            continue
        for one in answer:
            if one.state == "firing" and wanted.items() <= dict(one.labels).items():
                firing.setdefault(one.labels, one)
    return KnownAlerts(
        tuple(_explained(explainer, one, now) for one in firing.values()), tuple(faults)
    )


def _explained(explainer: Explainer, alert: ServerAlert, now: float) -> ExplainedAlert:
    since = _since(explainer.config, alert, now)
    return ExplainedAlert(alert.labels, since, explainer.explain(dict(alert.labels), since))


def _since(config: MonitoringConfig, alert: ServerAlert, now: float) -> float:
    """Return since when an alert fires: its condition has been true for longer."""
    stated = config.alert(dict(alert.labels))
    began = moment(alert.since)
    return now if began is None else min(now, began + (stated.for_ if stated else 0.0))


def _text(found: ExplainedAlert) -> str:
    labels = ", ".join(f"{name}={value}" for name, value in found.labels if name != "alertname")
    lines = [f"{dict(found.labels).get('alertname', '')}: {labels}"]
    lines += [f"  {fact}" for fact in found.explanation.facts]
    lines += [f"  Logs: {found.explanation.logs}"] if found.explanation.logs else []
    lines += [f"  Not known: {fault}" for fault in found.explanation.faults]
    return "\n".join(map(printable, lines))


def _plain(found: ExplainedAlert) -> dict[str, object]:
    return {
        "labels": dict(found.labels),
        "since": found.since,
        **asdict(found.explanation),
    }
