"""From a generated set and the settings to what each server of this machine is to have."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from exporter.errors import SettingsError
from exporter.settings import (
    DeployedAlertmanager,
    DeployedGrafana,
    DeployedPrometheus,
    Settings,
)
from generators import monitoring_config
from generators.alertmanager.build import CONFIG, TEMPLATES
from generators.deploy.model import DeployedServer, DeployStep, PlannedFile, ServerKind
from generators.deploy.rewriting import with_dashboards, with_rules, with_templates
from generators.output_folders import DASHBOARDS, PROVISIONING, SERVERS

ALERTMANAGER, LONGTERM, PROMETHEUS = "alertmanager", "longterm", "prometheus"
GRAFANA, CONFIG_FILE = "grafana", "monitoring_config"
# What receives comes before what sends: a new alert finds its route, a new series its server.
STEPS = (ALERTMANAGER, LONGTERM, PROMETHEUS, GRAFANA, CONFIG_FILE)
Texts = Mapping[str, str]


def planned(texts: Texts, settings: Settings, replica: str = "") -> tuple[DeployStep, ...]:
    """Return the steps in their order. Raises SettingsError where the set lacks what one needs.

    texts    the generated files by path
    replica  which of prometheus.replicas this machine has; empty for the first or only one
    """
    makers: tuple[Callable[[], DeployStep | None], ...] = (
        lambda: _alertmanager(texts, settings),
        lambda: _longterm(texts, settings),
        lambda: _scraping(texts, settings, replica),
        lambda: _grafana(texts, settings.deploy.grafana),
        lambda: _config_file(texts, settings),
    )
    return tuple(step for make in makers if (step := make()) is not None)


def _alertmanager(texts: Texts, settings: Settings) -> DeployStep | None:
    at = settings.deploy.alertmanager
    if at is None:
        return None
    directory = at.templates_directory or _beside(at) / "templates"
    sources = sorted(path for path in texts if path.startswith(f"{TEMPLATES}/"))
    files = [_file(directory / PurePosixPath(path).name, texts[path]) for path in sources]
    if at.config_file is not None:
        text = with_templates(texts[CONFIG], at.config_file, directory)
        files.append(_file(at.config_file, text))
    server = DeployedServer(
        kind=ServerKind.ALERTMANAGER,
        url=at.url or f"http://{settings.prometheus.alertmanagers[0]}",
        reload_command=at.reload_command,
        ca_file=at.ca_file,
        username=at.username or "",
        password_file=at.password_file,
        config=at.config_file,
    )
    place = at.config_file or directory
    return DeployStep(name=ALERTMANAGER, place=place, files=tuple(files), server=server)


def _longterm(texts: Texts, settings: Settings) -> DeployStep | None:
    at, address = settings.deploy.longterm, settings.prometheus.longterm
    if at is None:
        return None
    if address is None:
        raise SettingsError(
            "deploy.longterm: there is no second server; set prometheus.longterm, or remove it"
        )
    return _prometheus(LONGTERM, texts, f"{SERVERS}/prometheus-longterm.yml", at, address)


def _scraping(texts: Texts, settings: Settings, replica: str) -> DeployStep | None:
    at, replicas = settings.deploy.prometheus, settings.prometheus.replicas
    if replica and replica not in replicas:
        known = ", ".join(replicas) or "none"
        raise SettingsError(f"--replica {replica}: not in prometheus.replicas, which has: {known}")
    if at is None:
        return None
    first = next(iter(replicas), "")
    file = "prometheus.yml" if replica in ("", first) else f"prometheus-{replica}.yml"
    address = replicas.get(replica or first, settings.prometheus.address)
    return _prometheus(PROMETHEUS, texts, f"{SERVERS}/{file}", at, address)


def _prometheus(
    name: str, texts: Texts, file: str, at: DeployedPrometheus, address: str
) -> DeployStep:
    loaded = [PurePosixPath(SERVERS, one) for one in _body(texts, file)["rule_files"]]
    directory = at.rules_directory or _beside(at) / "rules"
    files = [_file(directory / source.name, texts[str(source)]) for source in loaded]
    rules = tuple(file.path for file in files)
    if at.config_file is not None:
        files.append(_file(at.config_file, with_rules(texts[file], at.config_file, rules)))
    server = DeployedServer(
        kind=ServerKind.PROMETHEUS,
        url=at.url or f"http://{address}",
        reload_command=at.reload_command,
        ca_file=at.ca_file,
        username=at.username or "",
        password_file=at.password_file,
        config=at.config_file,
        rules=rules,
    )
    place = at.config_file or directory
    return DeployStep(name=name, place=place, files=tuple(files), server=server)


def _grafana(texts: Texts, at: DeployedGrafana | None) -> DeployStep | None:
    if at is None:
        return None
    place = at.provisioning_directory or at.dashboards_directory
    files = (*_boards(texts, at), *_provisioning(texts, at))
    return DeployStep(name=GRAFANA, place=place, files=files)


def _boards(texts: Texts, at: DeployedGrafana) -> Iterator[PlannedFile]:
    for path, text in sorted(texts.items()):
        pure = PurePosixPath(path)
        if str(pure.parent) == DASHBOARDS and pure.suffix == ".json":
            yield _file(at.dashboards_directory / pure.name, text)


def _provisioning(texts: Texts, at: DeployedGrafana) -> Iterator[PlannedFile]:
    if at.provisioning_directory is None:
        return
    provider = with_dashboards(
        texts[f"{PROVISIONING}/dashboards/ion.yaml"], at.dashboards_directory
    )
    yield _file(at.provisioning_directory / "dashboards/ion.yaml", provider)
    sources = texts[f"{PROVISIONING}/datasources/ion.yaml"]
    yield _file(at.provisioning_directory / "datasources/ion.yaml", sources)


def _config_file(texts: Texts, settings: Settings) -> DeployStep | None:
    """Return the file that the bridge and commands read, where the settings name one."""
    path = settings.storage.monitoring_config
    if path is None or not path.is_absolute():
        return None
    files = (_file(path, texts[monitoring_config.CONFIG_FILE]),)
    return DeployStep(name=CONFIG_FILE, place=path, files=files)


def _file(path: Path, text: str) -> PlannedFile:
    return PlannedFile(path=path, content=text.encode())


def _beside(at: DeployedPrometheus | DeployedAlertmanager) -> Path:
    """Return the directory of a configuration: the settings have one or name all directories."""
    if at.config_file is None:
        raise SettingsError("deploy: a server has neither config_file nor a directory; set one")
    return at.config_file.parent


def _body(texts: Texts, file: str) -> dict[str, Any]:
    if file not in texts:
        raise SettingsError(
            f"{file}: was not generated; write it with: ionmon configs --config monitoring.yaml"
        )
    body: dict[str, Any] = yaml.load(texts[file], Loader=yaml.CSafeLoader)
    return body
