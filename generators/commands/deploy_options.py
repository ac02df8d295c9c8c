"""The flags of ionmon deploy, and the set and settings that they name."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from exporter.errors import IonmonError, SettingsError
from exporter.monitoring_config import MonitoringConfig, read_config
from exporter.settings import DeploySettings, Settings, config_file, load
from generators.deploy.reading import WrittenSet, read_set
from generators.monitoring_config import CONFIG_FILE

_LISTS = ("reload_command",)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployOptions:
    """The flags of the command."""

    config: Path | None
    root: Path
    apply: bool
    only: tuple[str, ...]
    values: tuple[str, ...]
    replica: str
    overwrite: bool
    offline: bool
    wait: int
    timeout: int
    recover: str | None
    show_additions: Path | None
    as_json: bool
    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenDeploy:
    """What is deployed, and by which settings."""

    root: Path
    written: WrittenSet
    settings: Settings


def given(options: DeployOptions) -> GivenDeploy:
    """Return the set below the root and its settings. Raises IonmonError."""
    written = read_set(options.root)
    path = options.config or config_file()
    settings = _own(options.root, written.config) if path is None else load(path)
    if path is not None:
        _check_same(options.root, written, settings, path)
    return GivenDeploy(root=options.root, written=written, settings=_with(settings, options.values))


def settings_alone(options: DeployOptions) -> Settings:
    """Return settings for a recovery, which needs no set: those of --config, else of the set."""
    path = options.config or config_file()
    if path is not None:
        return _with(load(path), options.values)
    written = options.root / CONFIG_FILE
    own = _own(options.root, read_config(written)) if written.exists() else Settings()
    return _with(own, options.values)


def _own(root: Path, config: MonitoringConfig) -> Settings:
    """Return the settings that a set was generated from."""
    try:
        return Settings.model_validate(dict(config.settings))
    except ValidationError as error:
        key = ".".join(map(str, error.errors()[0]["loc"]))
    # Raised out here: pydantic's error contains the values.
    fix = "write it again with ionmon configs, or set --config"
    raise IonmonError(f"{root}: settings.{key} is of another version; {fix}")


def _check_same(root: Path, written: WrittenSet, settings: Settings, path: Path) -> None:
    """Refuse a set of other settings: somebody forgot to write it again."""
    mine, its = settings.model_dump(mode="json", by_alias=True), dict(written.config.settings)
    differing = [name for name in mine if name != "deploy" and mine[name] != its.get(name)]
    if differing:
        command = written.config.command or "ionmon configs"
        text = f"{root} was generated from other settings than {path}: {differing[0]} differs"
        raise IonmonError(f"{text}; write it again: {command}")


def _with(settings: Settings, values: tuple[str, ...]) -> Settings:
    """Return settings with what --set overrides below `deploy`."""
    body: dict[str, Any] = settings.deploy.model_dump(mode="json", exclude_none=True)
    for value in values:
        key, equals, text = value.partition("=")
        if not equals:
            raise SettingsError(f"--set {value}: write KEY=VALUE, such as prometheus.url=http://…")
        _put(body, key.split("."), text)
    try:
        return settings.model_copy(update={"deploy": DeploySettings.model_validate(body)})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        text = str(first.get("ctx", {}).get("error", first["msg"]))
    raise SettingsError(f"--set {key}: {text}")


def _put(body: dict[str, Any], path: list[str], text: str) -> None:
    *sections, last = path
    for name in sections:
        inner = body.setdefault(name, {})
        if not isinstance(inner, Mapping):
            raise SettingsError(f"--set {'.'.join(path)}: {name} is no section below deploy")
        body = body[name]
    body[last] = shlex.split(text) if last in _LISTS else text
