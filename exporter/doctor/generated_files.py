"""Checks for ionmon doctor whether the generated files are of this version and these settings."""

from collections.abc import Iterator

from exporter.doctor.finding import Finding, Verdict
from exporter.monitoring_config import MonitoringConfigError, config_path, read_config
from exporter.settings import Settings

_SUBJECT = "monitoring_config.json"
_RUNNING_ONLY = frozenset({"log", "storage", "web"})  # sections that nothing is generated from
_FIX = "ionmon configs --config monitoring.yaml, then load the new files"


def generated_files(settings: Settings) -> Iterator[Finding]:
    """Yield how monitoring_config.json is; nothing where it is neither named nor there."""
    path = config_path(settings)
    if settings.storage.monitoring_config is None and not path.exists():
        return
    try:
        found = read_config(path)
    except MonitoringConfigError as error:
        fault, _, fix = str(error).rpartition("; ")
        yield Finding(_SUBJECT, Verdict.FAIL, fault, fix)
        return
    now = settings.model_dump(mode="json", by_alias=True)
    changed = [name for name in now if found.settings.get(name) != now[name]]
    other = ", ".join(name for name in changed if name not in _RUNNING_ONLY)
    if other:
        yield Finding(_SUBJECT, Verdict.WARN, f"{path}: written for other settings: {other}", _FIX)
    else:
        yield Finding(_SUBJECT, Verdict.OK, f"{path} is of these settings")
