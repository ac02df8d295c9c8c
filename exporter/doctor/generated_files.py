"""Checks for ionmon doctor whether the generated files match this version and the settings."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from exporter.doctor.finding import Finding, Verdict
from exporter.monitoring_config import (
    DEFAULT_PATH,
    MonitoringConfigError,
    config_path,
    read_config,
)
from exporter.settings import Settings

_SUBJECT = "monitoring_config.json"
_RUNTIME_ONLY = frozenset({"log", "storage", "web"})  # no generated file depends on these
_USUAL = Path("monitoring.yaml")


def generated_files(settings: Settings, config: Path | None = None) -> Iterator[Finding]:
    """Yield a finding for monitoring_config.json, unless it is neither configured nor there.

    config  the file of the settings; None where there are flags alone
    """
    path = config_path(settings)
    if settings.storage.monitoring_config is None and not path.exists():
        return
    try:
        written = read_config(path)
    except MonitoringConfigError as error:
        fault, _, _ = str(error).rpartition("; ")
        yield Finding(_SUBJECT, Verdict.FAIL, fault, _command(path, config))
        return
    current = settings.model_dump(mode="json", by_alias=True)
    changed = [name for name in current if written.settings.get(name) != current[name]]
    other = ", ".join(name for name in changed if name not in _RUNTIME_ONLY)
    if other:
        text, fix = f"{path}: made from other settings: {other}", _command(path, config)
        yield Finding(_SUBJECT, Verdict.WARN, text, f"{fix}, then load the new files")
    else:
        yield Finding(_SUBJECT, Verdict.OK, f"{path} matches these settings")


def _command(path: Path, config: Path | None) -> str:
    """Return the command that writes the file again, where it lies below a root."""
    words = ["ionmon", "configs", "--config", str(config or _USUAL)]
    depth = len(DEFAULT_PATH.parts)
    if path.parts[-depth:] == DEFAULT_PATH.parts:
        words += ["--root", str(path.parents[depth - 1])]
    return shlex.join(words)
