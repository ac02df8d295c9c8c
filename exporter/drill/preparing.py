"""From settings to a drill: what Alertmanager runs, and where to look for what arrives."""

import os
import pwd
import secrets
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exporter.bridge.alertmanagers import Alertmanager, AlertmanagerFault
from exporter.bridge.intake import PATH
from exporter.bridge.journal_reading import beside_if_any
from exporter.catalog.alert_names import JOURNAL_RECEIVER, PAGERDUTY_RECEIVER, SENTRY_RECEIVER
from exporter.drill.alertmanager_log import AlertmanagerLog
from exporter.drill.bridge_metrics import BridgeMetrics
from exporter.drill.evidence import DrillSources
from exporter.drill.plan import DrillOccasion, DrillPlan, DrillRequest, plan
from exporter.drill.reached import BridgeReceivers
from exporter.drill.routes import RunningConfig, running_config
from exporter.settings import BridgeSettings, Settings, journal_file
from exporter.settings.receivers import receivers


@dataclass(frozen=True, slots=True)
class PreparedDrill:
    """What will be sent, and where to look for it."""

    plan: DrillPlan
    sources: DrillSources


def prepared(
    settings: Settings, request: DrillRequest, log: Path | None, now: float
) -> PreparedDrill:
    """Return a drill that begins at a Unix time.

    Raises AlertmanagerFault where no Alertmanager answers, NoDrill where nothing is routed as it is
    asked for, SettingsError where the log is not there.
    """
    servers = tuple(map(Alertmanager, settings.prometheus.alertmanagers))
    faults: dict[str, None] = {}
    config = _running(servers, faults)
    bridge = settings.notifications.active_bridge
    own = _receivers(settings, bridge) if bridge else None
    occasion = DrillOccasion(id=_new_id(now), at=now, who=_who(), bridge=own)
    sources = DrillSources(
        drill=occasion.id,
        began=now,
        servers=servers,
        bridge=_metrics(settings, bridge) if bridge else None,
        journal=beside_if_any(journal_file(settings)) if bridge else None,
        log=AlertmanagerLog(log) if log else None,
        faults=faults,
    )
    return PreparedDrill(plan(config, request, occasion), sources)


def _receivers(settings: Settings, bridge: BridgeSettings) -> BridgeReceivers:
    return BridgeReceivers(
        url=f"{bridge.scheme}://{bridge.address}{PATH}",
        to_sentry=receivers(settings, SENTRY_RECEIVER),
        others=receivers(settings, PAGERDUTY_RECEIVER) | {JOURNAL_RECEIVER},
    )


def _metrics(settings: Settings, bridge: BridgeSettings) -> BridgeMetrics:
    """Return where the bridge's metrics are; its own token admits to them."""
    url = f"{bridge.scheme}://{bridge.address}{settings.web.telemetry_path}"
    path = bridge.credentials_file
    token = settings.notifications.secret(path) if path else None
    return BridgeMetrics(url, bridge.ca_file, token)


def _running(servers: tuple[Alertmanager, ...], faults: dict[str, None]) -> RunningConfig:
    """Return what the first Alertmanager runs that answers; another that differs is a fault."""
    found: list[tuple[Alertmanager, RunningConfig]] = []
    for server in servers:
        try:
            found.append((server, running_config(server)))
        except AlertmanagerFault as error:
            faults[str(error)] = None
    if not found:
        raise AlertmanagerFault(next(iter(faults)))
    first, config = found[0]
    for server, other in found[1:]:
        if (other.root, other.receivers) != (config.root, config.receivers):
            text = f"{server.address} runs another configuration than {first.address}, whose routes"
            faults[f"{text} are shown; load the same one into both"] = None
    return config


def _new_id(now: float) -> str:
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _who() -> str:
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = f"user {os.getuid()}"
    return f"{user} at {socket.gethostname()}"
