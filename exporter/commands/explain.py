"""ionmon explain: three facts about an alert that fires, and where its log lines are."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from exporter.bridge.explain import Explainer, Explanation
from exporter.bridge.prometheus import servers
from exporter.bridge.webhook import moment
from exporter.clock import WallClock
from exporter.commands.options import CONFIG, options
from exporter.commands.terminal import printable
from exporter.errors import IonmonError
from exporter.monitoring_config import MonitoringConfig, config_path, read_config
from exporter.prometheus_api import Labels, Prometheus, ServerAlert
from exporter.settings import Settings, load

HELP = """Explain an alert that fires: its value against its limit, where it is worst, and the last
deploy or change of instances before it.

\b
  ionmon explain ErrorRateCritical --config monitoring.yaml
  ionmon explain ErrorRateCritical region=europe-west1 --json

Everything is asked of Prometheus, and nothing is guessed.
"""


@dataclass(frozen=True, slots=True)
class ExplainedAlert:
    """An alert that fires, since when (Unix seconds), and what is known about it."""

    labels: Labels
    since: float
    explanation: Explanation


@click.command("explain", help=HELP)
@click.argument("alert")
@click.argument("labels", nargs=-1, metavar="[LABEL=VALUE]...")
@options(CONFIG)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
def command(alert: str, labels: tuple[str, ...], config: Path | None, *, as_json: bool) -> None:
    """Explain each alert of that name that fires and has these labels."""
    if not alert:
        raise click.UsageError("ALERT is empty; write the name of an alert, see: ionmon alerts")
    wanted = {"alertname": alert, **dict(map(_pair, labels))}
    settings = load(config)
    found = [*_explained(settings, wanted)]
    if not found:
        text = ", ".join(f"{name}={value}" for name, value in wanted.items())
        raise IonmonError(f"no alert with {text} fires; see: ionmon alerts")
    if as_json:
        click.echo(json.dumps([_plain(one) for one in found], indent=2))
        return
    click.echo("\n\n".join(map(_text, found)))


def _pair(text: str) -> tuple[str, str]:
    name, equal, value = text.partition("=")
    if not (name and equal):
        raise click.UsageError(f"'{text}' is no label; write it as LABEL=VALUE")
    return name, value


def _explained(settings: Settings, wanted: dict[str, str]) -> Iterator[ExplainedAlert]:
    known = read_config(config_path(settings))
    now = WallClock().now()
    main = Prometheus(f"http://{servers(settings)[0]}")
    main.hello(now)
    explainer = Explainer(known, main, now)
    seen: set[Labels] = set()
    for address in servers(settings):
        for one in Prometheus(f"http://{address}").alerts():
            has = dict(one.labels)
            fires = one.state == "firing" and one.labels not in seen
            if fires and all(has.get(name) == value for name, value in wanted.items()):
                seen.add(one.labels)
                since = _since(known, one, now)
                yield ExplainedAlert(one.labels, since, explainer.explain(has, since))


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
