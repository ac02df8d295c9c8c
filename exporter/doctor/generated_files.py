"""Checks for ionmon doctor whether the generated files match this version and the settings."""

from collections.abc import Iterator

from exporter.doctor.finding import Finding, Verdict
from exporter.monitoring_config import MonitoringConfigError, config_path, read_config
from exporter.settings import Settings

_SUBJECT = "monitoring_config.json"
_RUNTIME_ONLY = frozenset({"log", "storage", "web"})  # no generated file depends on these
_FIX = "ionmon configs with these settings, then load the new files"


def generated_files(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for monitoring_config.json, unless it is neither configured nor there."""
    path = config_path(settings)
    if settings.storage.monitoring_config is None and not path.exists():
        return
    try:
        config = read_config(path)
    except MonitoringConfigError as error:
        fault, _, fix = str(error).rpartition("; ")
        yield Finding(_SUBJECT, Verdict.FAIL, fault, fix)
        return
    current = settings.model_dump(mode="json", by_alias=True)
    changed = [name for name in current if config.settings.get(name) != current[name]]
    other = ", ".join(name for name in changed if name not in _RUNTIME_ONLY)
    if other:
        yield Finding(_SUBJECT, Verdict.WARN, f"{path}: made from other settings: {other}", _FIX)
    else:
        yield Finding(_SUBJECT, Verdict.OK, f"{path} matches these settings")
