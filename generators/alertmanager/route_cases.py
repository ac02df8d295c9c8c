"""Where each alert has to arrive, and whether amtool sends it there."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import ToolMissing
from exporter.settings import Settings
from generators.alertmanager.plan import (
    DEFAULT,
    ESCALATION,
    HEARTBEAT,
    is_escalated,
    receiver,
)
from generators.policy import SEVERITIES, WATCHDOG
from generators.rules.model import Alerting, Pairs

AMTOOL = "amtool"


@dataclass(frozen=True, slots=True)
class RouteCase:
    """An alert's labels, and the receivers that get it, in the order of the routes."""

    name: str
    labels: Pairs
    receivers: tuple[str, ...]


def route_cases(settings: Settings, alerts: Sequence[Alerting]) -> tuple[RouteCase, ...]:
    """Return a case for each alert, and one for each way to have no severity that is known."""
    return (*(_case(settings, alert) for alert in alerts), *_strangers())


def _case(settings: Settings, alert: Alerting) -> RouteCase:
    carried = tuple((label, f"some-{label}") for label in alert.carried)
    labels = (("alertname", alert.alert), *alert.labels, *carried)
    return RouteCase(alert.alert, labels, _receivers(settings, alert))


def _receivers(settings: Settings, alert: Alerting) -> tuple[str, ...]:
    severity = dict(alert.labels).get("severity", "")
    if alert.alert == WATCHDOG:
        return (HEARTBEAT,)
    if severity not in SEVERITIES:
        return (DEFAULT,)
    first = (ESCALATION,) if severity == "critical" and is_escalated(settings) else ()
    return (*first, receiver(settings, severity))


def _strangers() -> Iterator[RouteCase]:
    name = ("alertname", "Stranger")
    yield RouteCase("an unknown severity", (name, ("severity", "unknown")), (DEFAULT,))
    yield RouteCase("a severity in capitals", (name, ("severity", "CRITICAL")), (DEFAULT,))
    yield RouteCase("no severity", (name,), (DEFAULT,))


def wrong_routes(config: Path, cases: Iterable[RouteCase]) -> list[str]:
    """Return what amtool sends elsewhere. Raises ToolMissing where there is no amtool."""
    tool = shutil.which(AMTOOL)
    if tool is None:
        raise ToolMissing("amtool is not on the PATH; apt-get install prometheus-alertmanager")
    return [problem for case in cases for problem in _wrong(tool, config, case)]


def _wrong(tool: str, config: Path, case: RouteCase) -> Iterator[str]:
    labels = [f"{name}={value}" for name, value in case.labels]
    command = [tool, "config", "routes", "test", f"--config.file={config}", *labels]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a list
    expected, found = ",".join(case.receivers), done.stdout.strip()
    if done.returncode:
        yield f"{config}: {case.name}: {done.stderr.strip()}"
    elif found != expected:
        yield f"{config}: {case.name} goes to {found}, not to {expected}"
