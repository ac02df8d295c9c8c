"""monitoring.yaml for a place where each program has a host name of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import SettingsError
from exporter.settings import Settings
from exporter.settings.document import Tree
from exporter.settings.types import Origin
from generators.deployment_targets.model import Document
from generators.files import MARK
from generators.rules.model import dumped

FOLDER, STATE = "/etc/ionmon", "/var/lib/ionmon"
SETTINGS, GENERATED = f"{FOLDER}/monitoring.yaml", f"{FOLDER}/generated"
IONMON = "/opt/ionmon/bin/ionmon"
USER = 65532
EXPORTER_PORT, BRIDGE_PORT = 9841, 9842
_ABOUT = """\
# {mark}
# monitoring.yaml with the addresses and files of this place; change that, not this.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Where the programs reach each other, HOST:PORT; one Prometheus may have both addresses."""

    exporter: str
    bridge: str
    prometheus: str
    longterm: str
    alertmanager: str


@dataclass(frozen=True, slots=True)
class PlacedSettings:
    """The settings of a place, and their text."""

    settings: Settings
    text: str


def placed(document: Document, settings: Settings, hosts: Hosts) -> PlacedSettings:
    """Return the settings with the addresses of a place; what else they say stays as it is.

    Raises SettingsError where the exporter or the bridge is to use TLS: certificates would have to
    be for these names.
    """
    _check_plain(settings)
    changed = dict(document)
    changed["prometheus"] = _prometheus(_section(document, "prometheus"), settings, hosts)
    changed["storage"] = {
        "state_file": f"{STATE}/counters.sqlite",
        "journal_file": f"{STATE}/journal.sqlite",
        "monitoring_config": f"{GENERATED}/monitoring_config.json",
    }
    changed["web"] = {**_section(document, "web"), "listen": [f":{EXPORTER_PORT}"]}
    if settings.notifications.active_bridge is not None:
        changed["notifications"] = _notifications(_section(document, "notifications"), hosts)
    found = Settings.model_validate(changed, context=Origin(Path(FOLDER)))
    return PlacedSettings(found, _ABOUT.format(mark=MARK) + dumped(changed))


def _check_plain(settings: Settings) -> None:
    bridge = settings.notifications.active_bridge
    named = (
        ("web.config_file", settings.web.config_file is not None),
        ("notifications.bridge.tls", bridge is not None and bridge.tls),
    )
    for key, is_set in named:
        if is_set:
            raise SettingsError(
                f"{key}: this target has no TLS between its programs; remove the key and let a "
                "proxy or the network encrypt, or leave the target out"
            )


def _section(document: Document, name: str) -> dict[str, Tree]:
    found = document.get(name, {})
    return dict(found) if isinstance(found, Mapping) else {}


def _prometheus(section: dict[str, Tree], settings: Settings, hosts: Hosts) -> dict[str, Tree]:
    """Return the section with one server of each kind: replicas are the place's own business."""
    kept = {n: v for n, v in section.items() if n not in ("replicas", "separate_exporters")}
    second: dict[str, Tree] = {"longterm": hosts.longterm} if settings.prometheus.longterm else {}
    return {
        **kept,
        "exporters": [hosts.exporter],
        "address": hosts.prometheus,
        "alertmanagers": [hosts.alertmanager],
        **second,
    }


def _notifications(section: dict[str, Tree], hosts: Hosts) -> dict[str, Tree]:
    """Return the section with the bridge's address, which sentry's older key may repeat."""
    bridge = {**_section(section, "bridge"), "address": hosts.bridge}
    sentry = {n: v for n, v in _section(section, "sentry").items() if n != "bridge"}
    return {**section, **({"sentry": sentry} if sentry else {}), "bridge": bridge}
