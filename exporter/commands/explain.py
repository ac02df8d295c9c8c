"""ionmon explain: three facts about an alert that fires, and where its log lines are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from exporter.bridge.acknowledging import UNSEEN
from exporter.bridge.digest.firing_now import held_now
from exporter.bridge.explain import Explainer, Explanation
from exporter.bridge.prometheus import STARTED, has_started_after, servers
from exporter.bridge.webhook import moment
from exporter.catalog.alert_names import WATCHDOG
from exporter.clock import WallClock
from exporter.commands.alert_names import closest, is_start_of_id
from exporter.commands.options import CONFIG, options
from exporter.commands.terminal import printable
from exporter.commands.waits import waits_are_reported
from exporter.errors import IonmonError
from exporter.json_output import json_document
from exporter.monitoring_config import MonitoringConfig, config_path, read_config
from exporter.prometheus.api import Labels, Prometheus, QueryRefused, ServerAlert
from exporter.settings import Settings, load
from exporter.settings.servers import REPLICA

HELP = """Explain an alert that fires: its value against its limit, where it is worst, and the last
deploy or change of instances before it.

\b
  ionmon explain ErrorRateCritical --config monitoring.yaml
  ionmon explain ErrorRateCritical region=europe-west1 --json

ALERT is the name of an alert, an id that `ionmon alerts` prints, or the first four or more
characters of an id. All facts come from Prometheus; nothing is guessed.

\b
Exit code 1 if no such alert fires, if a server does not answer or has just started, or if a fact
is not known. What is known is printed all the same.
"""


@dataclass(frozen=True, slots=True)
class ExplainedAlert:
    """An alert that fires, since when (Unix seconds), and what is known about it."""

    labels: Labels
    since: float
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class KnownAlerts:
    """The alerts that were asked for, and which servers do not say whether they fire.

    others  what else fires under the name, each by its labels
    young   why none of them may be known yet although the servers answer; empty where it is
    """

    alerts: tuple[ExplainedAlert, ...]
    faults: tuple[str, ...]
    others: tuple[Labels, ...] = ()
    young: tuple[str, ...] = ()


@click.command("explain", help=HELP)
@click.argument("alert")
@click.argument("labels", nargs=-1, metavar="[LABEL=VALUE]...")
@options(CONFIG)
@click.option("--json", "as_json", is_flag=True, help="Print the facts as JSON.")
@waits_are_reported()
def command(alert: str, labels: tuple[str, ...], config: Path | None, *, as_json: bool) -> None:
    """Explain each alert of that name that fires and has these labels."""
    if not alert:
        raise click.UsageError("ALERT is empty; write the name of an alert, see: ionmon alerts")
    given = dict(map(_pair, labels))
    settings = load(config)
    stated = read_config(config_path(settings))
    requested = {**_requested(settings, stated, alert), **given}
    known = _known(settings, stated, requested)
    if not known.alerts:
        raise IonmonError(_none(stated, requested, known))
    found = known.alerts
    click.echo(
        json_document("explain", {"alerts": [_plain(one) for one in found]})
        if as_json
        else "\n\n".join(map(_text, found))
    )
    for fault in known.faults:
        click.echo(f"ionmon: more of them may fire: {printable(fault)}", err=True)
    if known.faults or any(one.explanation.faults for one in found):
        raise click.exceptions.Exit(1)


def _requested(settings: Settings, config: MonitoringConfig, alert: str) -> Mapping[str, str]:
    """Return the labels of a name, or of the alert with an id. Raises IonmonError for several."""
    if alert in config.names() or not is_start_of_id(alert):
        return {"alertname": alert}
    held = held_now(settings.prometheus.alertmanagers, WallClock().now())
    found = [one for one in held.alerts if one.fingerprint.startswith(alert)]
    if len(found) > 1:
        listed = "\n".join(f"  {one.fingerprint}  {one.name}" for one in found)
        raise IonmonError(f"{alert}: {len(found)} ids begin so; write more of it:\n{listed}")
    if found:
        foreign = frozenset({*settings.prometheus.external_labels, REPLICA})
        return {n: v for n, v in found[0].labels.items() if n not in foreign}
    if held.faults:
        why = "; ".join(held.faults)
        raise IonmonError(f"whether an alert with the id {alert} fires is not known: {why}")
    raise IonmonError(f"no alert with the id {alert} fires; see: ionmon alerts")


def _none(config: MonitoringConfig, requested: Mapping[str, str], known: KnownAlerts) -> str:
    """Return that no such alert fires, or that this is not known, and what there is."""
    name = requested["alertname"]
    text = ", ".join(f"{label}={value}" for label, value in requested.items())
    if name not in config.names() and not known.others:
        return f"{name} is no alert of monitoring_config.json; {_similar(name, config.names())}"
    if faults := (*known.faults, *known.young):
        return f"whether an alert with {text} fires is not known: {'; '.join(faults)}"
    if not known.others:
        return f"no alert with {text} fires; see: ionmon alerts"
    strange = [one for one in requested if not any(one in dict(labels) for labels in known.others)]
    fault = f"no {name} that fires has the label {strange[0]}" if strange else f"no {text} fires"
    listed = "\n".join(f"  {_shown(labels)}" for labels in known.others)
    return f"{fault}; these fire:\n{listed}"


def _similar(name: str, names: Sequence[str]) -> str:
    """Return the names that look like another one, or all of them."""
    found = closest(name, names)
    return f"did you mean {found!r}?" if found else f"there are {', '.join(names)}"


def _pair(text: str) -> tuple[str, str]:
    name, equal, value = text.partition("=")
    if not (name and equal):
        raise click.UsageError(f"'{text}' is no label; write it as LABEL=VALUE")
    return name, value


def _known(
    settings: Settings, config: MonitoringConfig, requested: Mapping[str, str]
) -> KnownAlerts:
    """Return the alerts of every Prometheus that answers. Raises IonmonError without the first."""
    now = WallClock().now()
    main = Prometheus(f"http://{servers(settings)[0]}")
    main.hello(now)
    explainer = Explainer(config, main, now)
    faults: list[str] = []
    young: list[str] = []
    always: list[ServerAlert] = []
    firing: dict[Labels, ServerAlert] = {}
    for address in servers(settings):
        try:
            answer = Prometheus(f"http://{address}").alerts()
        except QueryRefused as error:
            faults.append(f"{address}: {error}")
            continue
        young += [f"{address} {STARTED}"] if has_started_after(answer, now - UNSEEN) else []
        always += [one for one in answer if ("alertname", WATCHDOG) in one.labels]
        firing |= {one.labels: one for one in _named(answer, requested) if one.labels not in firing}
    if not (always or faults):
        young.append(f"no server has {WATCHDOG}, which always fires: it evaluates no rule yet")
    found = [one for one in firing.values() if requested.items() <= dict(one.labels).items()]
    return KnownAlerts(
        tuple(_explained(explainer, one, now) for one in found),
        tuple(faults),
        tuple(firing),
        tuple(young),
    )


def _named(answer: Iterable[ServerAlert], requested: Mapping[str, str]) -> Iterator[ServerAlert]:
    """Yield what fires under a name."""
    name = ("alertname", requested["alertname"])
    return (one for one in answer if one.state == "firing" and name in one.labels)


def _explained(explainer: Explainer, alert: ServerAlert, now: float) -> ExplainedAlert:
    since = _since(explainer.config, alert, now)
    return ExplainedAlert(alert.labels, since, explainer.explain(dict(alert.labels), since))


def _since(config: MonitoringConfig, alert: ServerAlert, now: float) -> float:
    """Return since when an alert fires: its condition has been true for longer."""
    stated = config.alert(dict(alert.labels))
    began = moment(alert.since)
    return now if began is None else min(now, began + (stated.for_ if stated else 0.0))


def _text(found: ExplainedAlert) -> str:
    lines = [f"{dict(found.labels).get('alertname', '')}: {_shown(found.labels)}"]
    lines += [f"  {fact}" for fact in found.explanation.facts]
    lines += [f"  Logs: {found.explanation.logs}"] if found.explanation.logs else []
    lines += [f"  Not known: {fault}" for fault in found.explanation.faults]
    return "\n".join(map(printable, lines))


def _shown(labels: Labels) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels if name != "alertname")


def _plain(found: ExplainedAlert) -> dict[str, object]:
    return {
        "labels": dict(found.labels),
        "since": found.since,
        **asdict(found.explanation),
    }
