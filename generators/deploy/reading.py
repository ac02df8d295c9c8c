"""Reads a generated set whole: a file that is not as it was written is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.errors import IonmonError
from exporter.monitoring_config import MonitoringConfig, read_config
from generators.monitoring_config import CONFIG_FILE, digest

_DEPLOYED = ("alertmanager/", "grafana/")


@dataclass(frozen=True, slots=True)
class WrittenSet:
    """The files of a set that servers read, by path, and what the set says of itself."""

    texts: Mapping[str, str]
    config: MonitoringConfig


def read_set(root: Path) -> WrittenSet:
    """Return what `ionmon configs` wrote below a root. Raises IonmonError."""
    config = read_config(root / CONFIG_FILE)
    texts = {CONFIG_FILE: _text(root, CONFIG_FILE)}
    for name, known in config.files.items():
        if name.startswith(_DEPLOYED):
            texts[name] = _text(root, name)
            if digest(texts[name]) != known:
                raise IonmonError(_changed(root / name, config))
    return WrittenSet(texts, config)


def _text(root: Path, name: str) -> str:
    try:
        return (root / name).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fix = "write it again with: ionmon configs"
        raise IonmonError(f"{root / name}: cannot be read: {error}; {fix}") from error


def _changed(path: Path, config: MonitoringConfig) -> str:
    command = config.command or "ionmon configs"
    return f"{path}: was changed after it was generated; change monitoring.yaml, then: {command}"
