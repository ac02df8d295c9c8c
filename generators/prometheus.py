"""Configuration of the two Prometheus servers: one scrapes and alerts, one keeps 90 days.

Where the settings name no second server, the one loads all rules and has to keep 90 days itself.
"""

from typing import Any

from exporter.settings import Settings
from exporter.settings.types import duration
from generators.files import MARK
from generators.policy import EVALUATION
from generators.rules.build import Rules
from generators.rules.health_rows import BRIDGE_JOB, EXPORTER_JOB
from generators.rules.longterm import sent
from generators.rules.model import RuleFile, dumped

FOLDER = "alertmanager/out"
RETENTION, LONG_RETENTION = "72h", "90d"
_START = """# {mark}
# prometheus --config.file=THIS --storage.tsdb.retention.time={retention}{more}
"""
_RECEIVER = " --web.enable-remote-write-receiver"


def texts(settings: Settings, rules: Rules) -> dict[str, str]:
    """Return the configuration files by path."""
    second = settings.prometheus.longterm
    first = _head(RETENTION if second else LONG_RETENTION, "")
    found = {f"{FOLDER}/prometheus.yml": first + dumped(main(settings, rules))}
    if second is not None:
        head = _head(LONG_RETENTION, f" --web.listen-address={second}{_RECEIVER}")
        found[f"{FOLDER}/prometheus-longterm.yml"] = head + dumped(longterm(settings, rules))
    return found


def _head(retention: str, more: str) -> str:
    return _START.format(mark=MARK, retention=retention, more=more)


def main(settings: Settings, rules: Rules) -> dict[str, Any]:
    """Return the configuration of the server that scrapes."""
    second = settings.prometheus.longterm
    body = {
        "global": {
            "scrape_interval": duration(settings.prometheus.scrape_interval),
            "evaluation_interval": duration(EVALUATION),
        },
        "rule_files": _files(rules.main if second else rules.all),
        "alerting": _alerting(settings),
        "scrape_configs": [_job(name, targets) for name, targets in _jobs(settings)],
    }
    if second is not None:
        body["remote_write"] = [_remote(second, sent(rules.main))]
    return body


def longterm(settings: Settings, rules: Rules) -> dict[str, Any]:
    """Return the configuration of the server that keeps 90 days; it is written to."""
    own = (str(settings.prometheus.longterm),)
    return {
        "global": {"evaluation_interval": duration(EVALUATION)},
        "rule_files": _files(rules.longterm),
        "alerting": _alerting(settings),
        "scrape_configs": [_job("prometheus-longterm", own)],
    }


def _files(files: tuple[RuleFile, ...]) -> list[str]:
    return [f"rules/{file.name}" for file in files]


def _alerting(settings: Settings) -> dict[str, Any]:
    targets = list(settings.prometheus.alertmanagers)
    return {"alertmanagers": [{"static_configs": [{"targets": targets}]}]}


def _jobs(settings: Settings) -> list[tuple[str, tuple[str, ...]]]:
    servers = settings.prometheus
    jobs = [
        (EXPORTER_JOB, servers.exporters),
        ("prometheus", (servers.address,)),
        ("alertmanager", servers.alertmanagers),
    ]
    if settings.notifications.sentry is not None:
        jobs.append((BRIDGE_JOB, (settings.notifications.sentry.bridge,)))
    return jobs


def _job(name: str, targets: tuple[str, ...]) -> dict[str, Any]:
    return {"job_name": name, "static_configs": [{"targets": list(targets)}]}


def _remote(address: str, names: str) -> dict[str, Any]:
    kept = {"source_labels": ["__name__"], "regex": names, "action": "keep"}
    return {
        "name": "longterm",
        "url": f"http://{address}/api/v1/write",
        "write_relabel_configs": [kept],
    }
