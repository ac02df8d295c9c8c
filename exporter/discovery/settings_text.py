"""The first monitoring.yaml: what was found and chosen as values, the rest as comments.

Each line that is commented out is valid once its `# ` is removed, alone and with all others.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from exporter.discovery.model import Discovery, FoundCache, FoundDatabase
from exporter.settings.deploy import DEBIAN_EXAMPLE

_COLUMN = 50  # where remarks begin
_FEW = 5
_ENDLESS = 1 << 20  # characters of a line
_PLAIN = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][A-Za-z0-9._-]*", re.IGNORECASE
)
_ADDRESSES = {
    "Redis": "gcloud redis instances list --region=",
    "Redis Cluster": "gcloud redis clusters list --region=",
    "Valkey": "gcloud memorystore instances list --location=",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InitialSettings:
    """What a person chose: the rest of the file is what was found, and defaults.

    availability    as monitoring.yaml has it, such as 99.95%
    error_classes   classes of status codes that count as errors
    slack_url_file  file on Alertmanager's machine with the URL of Slack's webhook
    redis           addresses of Redis servers, HOST:PORT
    """

    availability: str = "99.95%"
    error_classes: tuple[str, ...] = ("4xx", "5xx")
    slack_url_file: Path | None = None
    slack_channel: str = "#alerts"
    redis: tuple[str, ...] = ()
    credentials_file: Path | None = None
    endpoint: str | None = None
    insecure: bool = False


def settings_text(found: Discovery, chosen: InitialSettings) -> str:
    """Return the file."""
    sections = (
        _head(),
        _objectives(chosen),
        _alerts(chosen),
        _notifications(chosen),
        _service(found),
        _google(found, chosen),
        _redis(found, chosen),
        _application(found),
        _links(),
        _deploy(),
    )
    return "\n".join("".join(f"{line}\n" for line in section) for section in sections)


def _head() -> Iterator[str]:
    yield "# Written by `ionmon init`. Every key is in docs/settings.md."
    yield '# To use a line that is commented out, remove its "# ".'


def _service(found: Discovery) -> Iterator[str]:
    yield "service:"
    name = found.names[0] if found.names else found.called[0]
    yield _line(f"  name: {scalar(name)}", "as dashboards and messages name what is watched")
    if found.regions:
        yield f"  regions: {_flow(found.regions)}"
    if len(found.names) > 1:
        yield from _listed("Cloud Run", found.names)
    if found.names:
        own = f"{{{scalar(found.names[0])}: {{objectives: {{availability: 99.9%}}}}}}"
        yield _line(f"# services: {own}", "what differs for a service")


def _objectives(chosen: InitialSettings) -> Iterator[str]:
    yield "objectives:"
    remark = "SLABreach pages while its budget burns fast"
    yield _line(f"  availability: {chosen.availability}", remark)
    yield "  window: 30d"
    yield _line("  # latency: {share: 95%, within: 300ms}", "how fast requests are answered")


def _alerts(chosen: InitialSettings) -> Iterator[str]:
    yield _line("alerts:", "docs/alerts.md: each alert, its default, the reason")
    remark = "[5xx] where 4xx are usual: login pages, crawlers"
    yield _line(f"  error_classes: [{', '.join(chosen.error_classes)}]", remark)
    yield _line("  minimum_events: 100", "requests that a window needs before it is judged")
    yield _line("  # ErrorRateCritical: {threshold: 5%}", "pages; default: above 1% of requests")
    yield _line("  # ErrorRateWarning: {threshold: 0.8%}", "default: above 0.5%")
    yield _line("  # ResponseTimeCritical: {threshold: 800ms}", "pages; default: p95 above 200ms")
    yield _line("  # ResponseTimeWarning: {threshold: 150ms}", "default: p95 above 100ms")
    yield _line("  # CacheHitRateLow: {threshold: 60%}", "default: below 70%")
    yield _line("  # DatabaseLag: {threshold: 2s}", "default: above 500ms")


def _notifications(chosen: InitialSettings) -> Iterator[str]:
    yield _line("notifications:", "files with secrets lie on Alertmanager's machine")
    yield _line("  secrets_dir: /etc/alertmanager/secrets", "names of files start from it")
    file, channel = chosen.slack_url_file, scalar(chosen.slack_channel)
    slack = f"{{webhook_url_file: {scalar(str(file or 'slack'))}, channel: {channel}}}"
    yield _line(f"  {'' if file else '# '}slack: {slack}", "critical, high, medium")
    yield _line("  # pagerduty: {routing_key_file: pagerduty}", "critical alerts")
    mail = "{to: [sre@example.com], from: ionmon@example.com, smarthost: mail.example.com:587}"
    yield f"  # email: {mail}"
    hours = '{from: "22:00", to: "07:00", timezone: UTC}'
    yield _line(f"  # quiet_hours: {hours}", "medium alerts wait")


def _google(found: Discovery, chosen: InitialSettings) -> Iterator[str]:
    yield "google:"
    yield from _projects(found)
    if chosen.endpoint:
        yield f"  endpoint: {scalar(chosen.endpoint)}"
    if chosen.insecure:
        yield "  insecure: true"
    if chosen.credentials_file:
        yield f"  credentials_file: {scalar(str(chosen.credentials_file.absolute()))}"
    yield _line("  # budget_usd_per_month: 20", "polls slow down before a month costs more")
    yield _line("  # poll_interval: 5m", "a fifth of the cost; values are later")
    yield _line(f"  # filters: {_filters(found)}", "default: all that there is")
    families = _families(found)
    if families:
        every = ", ".join(f'"{name}": {{enabled: true}}' for name in families)
        yield _line(f"  # families: {{{every}}}", "not read by default")
    yield from _listed("Cloud SQL", map(_database, found.databases))
    yield from _listed("Cloud Load Balancing", found.balancers)


def _projects(found: Discovery) -> Iterator[str]:
    if not found.others:
        yield f"  projects: {_flow(found.called)}"
        return
    remark = f"its metrics scope has {len(found.others)} more projects with series"
    yield _line(f"  scope: {scalar(found.called[0])}", remark)
    if len(found.called) > 1:
        yield f"  projects: {_flow(found.called[1:])}"
    yield from _listed("the scope", found.others)


def _filters(found: Discovery) -> str:
    parts = {"services": found.names, "regions": found.regions}
    known = [f"{name}: {_flow(values[:_FEW])}" for name, values in parts.items() if values]
    return f"{{{', '.join(known) or 'regions: [us-central1]'}}}"


def _database(one: FoundDatabase) -> str:
    return f"{one.database} in {one.region}{', a replica' if one.is_replica else ''}"


def _families(found: Discovery) -> tuple[str, ...]:
    names = {one.families for one in found.caches}
    return tuple(sorted({*names, *(["loadbalancer_*"] if found.balancers else [])}))


def _redis(found: Discovery, chosen: InitialSettings) -> Iterator[str]:
    yield "redis:"
    yield _line("  poll_interval: 15s", "of the servers themselves, not through Google")
    if chosen.redis:
        yield "  targets:"
        for index, address in enumerate(chosen.redis):
            name = "cache" if not index else f"cache-{index + 1}"
            yield f"    - {{name: {name}, url: {scalar(f'redis://{address}')}}}"
    else:
        url = scalar("redis://10.0.0.3:6379")
        yield f"  # targets: [{{name: {_name(found)}, url: {url}}}]"
    yield from _listed("Memorystore", map(_cache, found.caches))


def _cache(one: FoundCache) -> str:
    address = f"{_ADDRESSES[one.product]}{one.region} --project={one.project}"
    return f"{one.name} ({one.product}); its address: {address}"


def _name(found: Discovery) -> str:
    name = found.caches[0].name if found.caches else ""
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name) else "cache"


def _application(found: Discovery) -> Iterator[str]:
    yield _line("application:", "metrics from inside it: docs/application.md")
    if found.log_metrics:
        yield _line("  road: logs", "the log-based metrics of docs/roads.md are defined")
        return
    yield _line("  road: redis", "the recorder writes them to a Redis")
    yield _line("  # name: ion-mentoring", "as the recorder is configured")


def _links() -> Iterator[str]:
    yield _line("links:", "as readers reach them; messages link there")
    yield "  grafana: http://localhost:3000"
    yield "  # prometheus: http://localhost:9090"
    yield _line("  # alertmanager: http://localhost:9093", "not Debian's: it has no web page")


def _deploy() -> Iterator[str]:
    # In braces, as settings refuse a section without a value.
    yield _line("deploy: {", "where servers read their files: docs/deploy.md")
    yield from (f"  # {line}," for line in DEBIAN_EXAMPLE)
    yield "}"


def _listed(where: str, names: Iterable[str]) -> Iterator[str]:
    """Yield a comment for each thing found, up to a few."""
    every = list(names)
    for name in every[:_FEW]:
        yield f"  # Found in {where} - {_printable(name)}"
    if len(every) > _FEW:
        yield f"  # Found in {where} - {len(every) - _FEW} more"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _line(text: str, remark: str) -> str:
    return f"{text.ljust(_COLUMN - 2)}  # {remark}"


def _flow(values: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, values))}]"


def scalar(text: str) -> str:
    """Return a text as a value of YAML: quoted where it could be something else."""
    if _PLAIN.fullmatch(text):
        return text
    return yaml.safe_dump(text, default_style='"', width=_ENDLESS).strip()
