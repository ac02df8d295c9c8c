"""Where each alert has to arrive, and whether amtool sends it there."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.catalog.alert_names import CANARY, CANARY_RECEIVER
from exporter.errors import ToolMissing
from exporter.settings import Settings
from generators.alertmanager.older_tool import readable
from generators.alertmanager.plan import (
    DEFAULT,
    HEARTBEAT,
    JOURNAL,
    audiences,
    is_escalated,
    is_journaled,
)
from generators.policy import ESCALATION, SEVERITIES, WATCHDOG
from generators.promtool.tool_version import number
from generators.rules.model import Alerting, Pairs

AMTOOL = "amtool"


@dataclass(frozen=True, slots=True)
class RouteCase:
    """An alert's labels, and the receivers that get it, in the order of the routes."""

    name: str
    labels: Pairs
    receivers: tuple[str, ...]


def route_cases(settings: Settings, alerts: Sequence[Alerting]) -> tuple[RouteCase, ...]:
    """Return a case for each alert, those of teams, and one for each severity that is unknown."""
    return (
        *(_case(settings, alert) for alert in alerts),
        *_teams(settings, alerts),
        *_strangers(settings),
    )


def _case(settings: Settings, alert: Alerting, team: str = "") -> RouteCase:
    carried = tuple((label, f"some-{label}") for label in alert.carried)
    # Templates stand for values that only Prometheus knows.
    own = tuple((n, f"some-{n}" if "{{" in text else text) for n, text in alert.labels)
    labels = (("alertname", alert.alert), *own, *carried, *((("team", team),) if team else ()))
    of = f"{alert.alert} of {team}" if team else alert.alert
    return RouteCase(of, labels, _receivers(settings, alert, team))


def _receivers(settings: Settings, alert: Alerting, team: str) -> tuple[str, ...]:
    if alert.alert == WATCHDOG:
        return (HEARTBEAT,)
    if alert.alert == CANARY:
        return (CANARY_RECEIVER,)
    return (*_journal(settings), *_channels(settings, alert, team))


def _journal(settings: Settings) -> tuple[str, ...]:
    """Return the receiver of every alert beside the watchdog, where there is a bridge."""
    return (JOURNAL,) if is_journaled(settings) else ()


def _channels(settings: Settings, alert: Alerting, team: str) -> tuple[str, ...]:
    labels = dict(alert.labels)
    severity, owner = labels.get("severity", ""), team or labels.get("team", "")
    if severity == ESCALATION and is_escalated(settings):
        return (ESCALATION,)
    if severity not in SEVERITIES:
        return (DEFAULT,)
    every = audiences(settings)
    to = next((each for each in every if each.team == owner), every[0])
    found = to.channels(severity)
    return tuple(to.receiver(severity, channel) for channel in found) or (DEFAULT,)


def _teams(settings: Settings, alerts: Sequence[Alerting]) -> Iterator[RouteCase]:
    """Yield a case of each severity for each team with channels of its own."""
    first = {alert.severity: alert for alert in reversed(alerts) if alert.severity in SEVERITIES}
    for audience in audiences(settings)[1:]:
        without = (a for a in first.values() if "team" not in dict(a.labels))
        yield from (_case(settings, alert, audience.team) for alert in without)


def _strangers(settings: Settings) -> Iterator[RouteCase]:
    name, to = ("alertname", "Stranger"), (*_journal(settings), DEFAULT)
    yield RouteCase("an unknown severity", (name, ("severity", "unknown")), to)
    yield RouteCase("a severity in capitals", (name, ("severity", "CRITICAL")), to)
    yield RouteCase("no severity", (name,), to)


def wrong_routes(config: Path, cases: Iterable[RouteCase]) -> list[str]:
    """Return what amtool sends elsewhere. Raises ToolMissing where there is no amtool."""
    tool = shutil.which(AMTOOL)
    if tool is None:
        raise ToolMissing("amtool is not on the PATH; apt-get install prometheus-alertmanager")
    with readable(config, number(tool)) as file:
        return [problem for case in cases for problem in _wrong(tool, (config, file), case)]


def _wrong(tool: str, files: tuple[Path, Path], case: RouteCase) -> Iterator[str]:
    """Yield what goes elsewhere by the second of the files, which is what the tool reads."""
    config, file = files
    labels = [f"{name}={value}" for name, value in case.labels]
    command = [tool, "config", "routes", "test", f"--config.file={file}", *labels]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a list
    expected, found = ",".join(case.receivers), done.stdout.strip()
    if done.returncode:
        yield f"{config}: {case.name}: {done.stderr.strip()}"
    elif found != expected:
        yield f"{config}: {case.name} goes to {found}, not to {expected}"
