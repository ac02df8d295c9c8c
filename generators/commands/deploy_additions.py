"""ionmon deploy --show-additions: what somebody's own file lacks, as a patch that `patch` takes."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import yaml

from exporter.catalog.alert_names import ACKNOWLEDGED, DRILL
from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, flags, written
from exporter.errors import IonmonError
from exporter.settings import DeployedAlertmanager, DeployedPrometheus, Settings
from generators.commands.deploy_options import DeployOptions, GivenDeploy
from generators.deploy.additions.model import Additions
from generators.deploy.additions.patch import line_end, patch, replaced
from generators.deploy.additions.to_alertmanager import alertmanager_additions
from generators.deploy.additions.to_prometheus import prometheus_additions
from generators.deploy.additions.yaml_lines import with_insertions
from generators.deploy.planned import ALERTMANAGER, LONGTERM, PROMETHEUS, planned

_OF_ALERTMANAGER = ("route", "receivers", "inhibit_rules")


def print_additions(found: GivenDeploy, options: DeployOptions, path: Path) -> None:
    """Print a patch; notes and conflicts go to standard error. Exits with 1 for conflicts."""
    path = path.absolute()
    text, body = _existing(path)
    more = _additions(found, options, path, body)
    end = line_end(text)
    plain = text.replace(end, "\n")
    new = with_insertions(plain, more.insertions)
    click.echo(patch(str(path), text, new.replace("\n", end)), nl=False)
    for line in replaced(plain, new):
        click.echo(f"note: replaced by a block, one item a line: {line}", err=True)
    for note in more.notes:
        click.echo(f"note: {note}", err=True)
    for conflict in more.conflicts:
        click.echo(f"conflict: {conflict}", err=True)
    if more.conflicts:
        raise click.exceptions.Exit(1)
    if more.insertions:
        click.echo(f"to apply it, repeat the command with: | patch {path}", err=True)
    else:
        click.echo(f"{path} has everything", err=True)


def _existing(path: Path) -> tuple[str, Mapping[str, Any]]:
    try:
        text = path.read_bytes().decode("utf-8")
        line_end(text)
        body = yaml.safe_load(text) or {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise IonmonError(f"{path}: cannot be read: {reason}; correct it first") from error
    if not isinstance(body, Mapping):
        raise IonmonError(f"{path}: is no configuration of Prometheus or Alertmanager")
    return text, body


def _additions(
    found: GivenDeploy, options: DeployOptions, path: Path, body: Mapping[str, Any]
) -> Additions:
    if any(name in body for name in _OF_ALERTMANAGER):
        settings = _with_alertmanager(found.settings, path)
        generated = _generated(found, settings, options, ALERTMANAGER)
        alerts = (*found.written.config.names(), ACKNOWLEDGED, DRILL)
        return alertmanager_additions(path, body, generated, alerts)
    name = LONGTERM if options.only == (LONGTERM,) else PROMETHEUS
    settings = _with_prometheus(found.settings, path, name)
    more = prometheus_additions(path, body, _generated(found, settings, options, name))
    return replace(more, notes=(*more.notes, _flags(settings, name)))


def _generated(found: GivenDeploy, settings: Settings, options: DeployOptions, name: str) -> Any:  # noqa: ANN401 - YAML
    """Return what the file would have as a generated one at its own path."""
    steps = planned(found.written.texts, settings, options.replica)
    step = next(one for one in steps if one.name == name)
    config = step.server.config if step.server is not None else None
    content = next(file.content for file in step.files if file.path == config)
    return yaml.safe_load(content or b"")


def _with_prometheus(settings: Settings, path: Path, name: str) -> Settings:
    """Return settings that deploy a Prometheus to this file alone, with its rules as configured."""
    at = getattr(settings.deploy, name) or DeployedPrometheus(config_file=path)
    own = at.model_copy(
        update={"config_file": path, "rules_directory": at.rules_directory or _rules(at, path)}
    )
    return _deploying(settings, name, own)


def _rules(at: DeployedPrometheus, path: Path) -> Path:
    return (at.config_file or path).parent / "rules"


def _with_alertmanager(settings: Settings, path: Path) -> Settings:
    at = settings.deploy.alertmanager or DeployedAlertmanager(config_file=path)
    directory = at.templates_directory or (at.config_file or path).parent / "templates"
    own = at.model_copy(update={"config_file": path, "templates_directory": directory})
    return _deploying(settings, ALERTMANAGER, own)


def _deploying(settings: Settings, name: str, own: object) -> Settings:
    alone = settings.deploy.model_copy(
        update={ALERTMANAGER: None, LONGTERM: None, PROMETHEUS: None, "grafana": None, name: own}
    )
    return settings.model_copy(update={"deploy": alone})


def _flags(settings: Settings, name: str) -> str:
    """Return the flags that the server has to be started with."""
    second = settings.prometheus.longterm is not None
    if name == LONGTERM:
        needed = flags(keeps=LONG_RETENTION, url=None, receives=True)
    else:
        keeps = RETENTION if second else LONG_RETENTION
        needed = flags(keeps=keeps, url=settings.links.prometheus, receives=False)
    return f"it has to be started with {written(needed)}, and --web.enable-lifecycle for deploys"
