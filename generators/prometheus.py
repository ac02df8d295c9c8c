"""Configuration of the two Prometheus servers: one scrapes and alerts, one keeps 90 days.

Where the settings name no second server, the one loads all rules and has to keep 90 days itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from exporter.catalog.prometheus_flags import LONG_RETENTION, RETENTION, Flag, flags, written
from exporter.settings import Settings
from exporter.settings.servers import REPLICA
from exporter.settings.types import duration
from generators import bridge_access
from generators.files import MARK
from generators.output_folders import SERVERS
from generators.policy import EVALUATION
from generators.rules.build import Rules
from generators.rules.delivery_rows import BRIDGE_JOB
from generators.rules.health_rows import EXPORTER_JOB
from generators.rules.longterm import sent
from generators.rules.model import RuleFile, dumped

_START = """# {mark}
# prometheus --config.file=THIS {flags}
"""


def texts(settings: Settings, rules: Rules) -> dict[str, str]:
    """Return the configuration files by path: one of each server that scrapes, and the second's."""
    second = settings.prometheus.longterm
    head = _head(written(main_flags(settings)))
    found = {
        f"{SERVERS}/{file}": head + dumped(main(settings, rules, replica))
        for file, replica in _scraping(settings)
    }
    if second is not None:
        listen = f"--web.listen-address={second}"
        started = f"{written(longterm_flags())} {listen}"
        found[f"{SERVERS}/prometheus-longterm.yml"] = _head(started) + dumped(
            longterm(settings, rules)
        )
    return found


def main_flags(settings: Settings) -> tuple[Flag, ...]:
    """Return the flags of a server that scrapes."""
    keeps = RETENTION if settings.prometheus.longterm else LONG_RETENTION
    return flags(keeps=keeps, url=settings.links.prometheus, receives=False)


def longterm_flags() -> tuple[Flag, ...]:
    """Return the flags of the server that is written to."""
    return flags(keeps=LONG_RETENTION, url=None, receives=True)


def _scraping(settings: Settings) -> list[tuple[str, str]]:
    """Return the file and the name of each server that scrapes; no name where there is one."""
    names = list(settings.prometheus.replicas) or [""]
    return [("prometheus.yml", names[0]), *((f"prometheus-{name}.yml", name) for name in names[1:])]


def _head(started: str) -> str:
    return _START.format(mark=MARK, flags=started)


def main(settings: Settings, rules: Rules, replica: str = "") -> dict[str, Any]:
    """Return the configuration of a server that scrapes; of several, each is a replica.

    Replicas evaluate the same rules and send the same alerts, which Alertmanager takes as one:
    what tells them apart is dropped from alerts. The first of them alone writes to the second
    server, whose counters heal once it is back.
    """
    servers = settings.prometheus
    second = servers.longterm
    body = {
        "global": {
            "scrape_interval": duration(servers.scrape_interval),
            "evaluation_interval": duration(EVALUATION),
            **_external(settings, replica),
        },
        "rule_files": _files(rules.main if second else rules.all),
        "alerting": _alerting(settings),
        "scrape_configs": [*_jobs(settings, replica)],
    }
    if second is not None and replica in ("", *[*servers.replicas][:1]):
        body["remote_write"] = [_remote(settings, second, sent(rules.main))]
    return body


def longterm(settings: Settings, rules: Rules) -> dict[str, Any]:
    """Return the configuration of the server that keeps 90 days; it is written to."""
    own = (str(settings.prometheus.longterm),)
    return {
        "global": {"evaluation_interval": duration(EVALUATION), **_external(settings)},
        "rule_files": _files(rules.longterm),
        "alerting": _alerting(settings),
        "scrape_configs": [_job("prometheus-longterm", own)],
    }


def _files(files: tuple[RuleFile, ...]) -> list[str]:
    return [f"rules/{file.name}" for file in files]


def _external(settings: Settings, replica: str = "") -> dict[str, Any]:
    labels = dict(settings.prometheus.external_labels) | ({REPLICA: replica} if replica else {})
    return {"external_labels": labels} if labels else {}


def _alerting(settings: Settings) -> dict[str, Any]:
    servers = settings.prometheus
    found: dict[str, Any] = {
        "alertmanagers": [{"static_configs": [{"targets": list(servers.alertmanagers)}]}]
    }
    if servers.replicas:
        found["alert_relabel_configs"] = [_dropped([REPLICA])]
    return found


def _dropped(labels: Iterable[str]) -> dict[str, str]:
    return {"regex": "|".join(labels), "action": "labeldrop"}


def _jobs(settings: Settings, replica: str) -> Iterator[dict[str, Any]]:
    servers, at = settings.prometheus, settings.notifications.on_server()
    yield _job(EXPORTER_JOB, servers.exporters)
    yield _job("prometheus", (servers.replicas.get(replica, servers.address),))
    yield _job("alertmanager", servers.alertmanagers)
    if at.active_bridge is not None:
        yield {**_job(BRIDGE_JOB, (at.active_bridge.address,)), **bridge_access.scraped(at)}


def _job(name: str, targets: tuple[str, ...]) -> dict[str, Any]:
    return {"job_name": name, "static_configs": [{"targets": list(targets)}]}


def _remote(settings: Settings, address: str, names: str) -> dict[str, Any]:
    relabel: list[Mapping[str, Any]] = [
        {"source_labels": ["__name__"], "regex": names, "action": "keep"}
    ]
    servers = settings.prometheus
    labels = [*servers.external_labels, *([REPLICA] if servers.replicas else [])]
    if labels:  # which the rules of the second server do not expect on what they read
        relabel.append(_dropped(labels))
    return {
        "name": "longterm",
        "url": f"http://{address}/api/v1/write",
        "write_relabel_configs": relabel,
    }
