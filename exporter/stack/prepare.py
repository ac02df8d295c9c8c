"""Writes what a stack runs on: settings, secrets, and an empty place for its data."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from exporter.errors import IonmonError
from exporter.settings import load
from exporter.settings.document import read
from exporter.simulator.sink.settings import bridge_web, directed, simulated, write_secrets
from exporter.stack.demo import NOTICE, quickened
from exporter.stack.model import StackChoice, StackPorts, local

SETTINGS, SIMULATED, BRIDGE_WEB = "monitoring.yaml", "simulated.yaml", "bridge-web.yaml"
THROUGHPUT = "at least 5500"  # its calm traffic is between some 6,100 and 12,400 requests a second
SECRETS, CONFIGS, LOGS, DATA = "secrets", "configs", "logs", "data"


def prepare(choice: StackChoice, *, keep: bool) -> None:
    """Write the settings of a stack. Raises IonmonError where they are wrong, or cannot be written.

    keep  whether data of an earlier run stays; else alerts that it knew would not be notified again
    """
    load(choice.config)  # wrong settings are refused with their own positions
    document = _attainable(_addressed(read(choice.config).content, choice.ports))
    document = document if choice.real else quickened(document)
    folder = choice.folder
    try:
        for name in (LOGS,) if keep else (LOGS, DATA):
            shutil.rmtree(folder / name, ignore_errors=True)
        for name in (LOGS, DATA):
            (folder / name).mkdir(parents=True, exist_ok=True)
        write_secrets(folder / SECRETS, choice.ports.sink)
        _write(folder / SETTINGS, _watched(document, choice))
        _write(folder / SIMULATED, _simulated(document, choice))
        _write(folder / BRIDGE_WEB, bridge_web())
    except OSError as error:
        raise IonmonError(f"{error.filename}: {error.strerror}") from error


def serve_dashboards(folder: Path) -> None:
    """Let Grafana load the generated dashboards where they are."""
    out = folder / CONFIGS / "grafana"
    for path in sorted((out / "provisioning" / "dashboards").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for provider in content.get("providers", []):
            provider["options"]["path"] = str((out / "out").absolute())
        _write(path, content)


def _addressed(document: Mapping[str, Any], ports: StackPorts) -> dict[str, Any]:
    """Return settings whose servers are those of the stack."""
    servers = {
        "address": local(ports.prometheus),
        "longterm": local(ports.longterm),
        "exporters": [local(ports.exporter)],
        "alertmanagers": [local(ports.alertmanager)],
    }
    links = {"grafana": f"http://{local(ports.grafana)}"}
    return {
        **document,
        "prometheus": {**document.get("prometheus", {}), **servers},
        "links": {**document.get("links", {}), **links},
    }


def _attainable(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings whose target for traffic the simulated project meets at any time of day."""
    targets = document.get("targets") or {}
    if "throughput" not in targets:
        return dict(document)
    return {**document, "targets": {**targets, "throughput": THROUGHPUT}}


def _watched(document: Mapping[str, Any], choice: StackChoice) -> dict[str, Any]:
    """Return what the generators, the bridge and commands read."""
    bridge = local(choice.ports.bridge)
    found = directed(document, choice.ports.sink, choice.folder / SECRETS, bridge)
    data = (choice.folder / DATA).absolute()
    storage = {
        "journal_file": str(data / "journal.sqlite"),
        "monitoring_config": str(contract(choice.folder)),
    }
    return {**found, "storage": {**found.get("storage", {}), **storage}}


def _simulated(document: Mapping[str, Any], choice: StackChoice) -> dict[str, Any]:
    """Return what the exporter reads: everything of the simulated project."""
    found = simulated(document)
    for name in ("service", "alerts"):
        if name in document:
            found[name] = document[name]
    found["storage"] = {
        "state_file": str((choice.folder / DATA / "counters.sqlite").absolute()),
        "monitoring_config": str(contract(choice.folder)),
    }
    if not choice.real:
        found["web"] = {"notice": NOTICE}
    return found


def contract(folder: Path) -> Path:
    """Return the path of monitoring_config.json."""
    path = folder / CONFIGS / "alertmanager" / "out" / "monitoring_config.json"
    return path.absolute()


def _write(path: Path, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
