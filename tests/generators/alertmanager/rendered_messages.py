"""Alerts of every kind, and what Alertmanager's own program makes of them by the templates."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from exporter.settings import Settings
from generators.alertmanager.build import TEMPLATES, texts
from generators.policy import WATCHDOG
from generators.rule_tests.rendering import rendered
from generators.rules.build import Rules, build
from generators.rules.model import Alerting, alerts
from tests.generators.alertmanager.samples import ALL, write

BEGAN, ENDED = "2026-11-28T23:50:11Z", "2026-11-29T00:20:40Z"
VALUES = {
    "service_name": "checkout",
    "region": "europe-west1",
    "gcp_project": "shop",
    "database_id": "shop:main",
    "instance": "10.0.0.1:9841",
}
_METRIC = {
    "type": "pubsub.googleapis.com/subscription/num_undelivered_messages",
    "resource": "pubsub_subscription",
    "kind": "GAUGE",
    "value": "INT64",
    "help": "Messages that wait.",
    "alert": {"above": 1000},
}
SETTINGS = Settings.model_validate(
    {
        "redis": {"targets": [{"name": "cache", "url": "redis://127.0.0.1:6379"}]},
        "google": {"projects": ["shop"], "metrics": {"waiting_messages": _METRIC}},
        "prometheus": {"longterm": "127.0.0.1:9091"},
        "notifications": ALL,
        "links": {
            "grafana": "https://grafana.example.com",
            "runbooks": "https://docs.example.com/runbooks",
            "prometheus": "https://prometheus.example.com/main",
            "longterm": "https://prometheus.example.com/longterm",
            "alertmanager": "https://alerts.example.com",
        },
    }
)
RULES: Rules = build(SETTINGS)
EVERY = tuple(rule for rule in alerts(RULES.all) if rule.alert != WATCHDOG)
LONGTERM = frozenset(rule.alert for rule in alerts(RULES.longterm))
HEADLINE, SLACK = "ion.slack.title", "ion.slack.text"
Body = dict[str, Any]
_END = "\x1e"  # no template writes it


def with_templates(folder: Path) -> Path:
    """Return the folder with the templates of the settings in it."""
    write(folder, texts(SETTINGS, EVERY, tuple(LONGTERM)))
    return folder


def sent(rule: Alerting, status: str = "firing", value: float = -5.04, **labels: str) -> Body:
    """Return an alert of a rule as Alertmanager has it, with what Prometheus makes of its words."""
    carried = {name: VALUES.get(name, f"some-{name}") for name in rule.carried}
    own = {**carried, **dict(rule.labels), "alertname": rule.alert, **labels}
    return {
        "status": status,
        "labels": own,
        "annotations": {name: rendered(text, own, value) for name, text in rule.annotations},
        "startsAt": BEGAN,
        "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else ENDED,
        "generatorURL": "http://vm:9090/graph?g0.expr=x+%3E+1&g0.tab=1",
        "fingerprint": "0",
    }


def _common(pairs: list[Mapping[str, str]]) -> dict[str, str]:
    return {n: v for n, v in pairs[0].items() if all(each.get(n) == v for each in pairs)}


def message(root: Path, template: str, *found: Body) -> str:
    """Return what a template makes of a group of alerts."""
    (text,) = messages(root, (template,), *found)
    return text


def messages(root: Path, templates: Sequence[str], *found: Body) -> list[str]:
    """Return what each of some templates makes of a group of alerts."""
    firing = any(alert["status"] == "firing" for alert in found)
    data = {
        "receiver": "any",
        "status": "firing" if firing else "resolved",
        "alerts": found,
        "groupLabels": {},
        "commonLabels": _common([alert["labels"] for alert in found]),
        "commonAnnotations": _common([alert["annotations"] for alert in found]),
        "externalURL": "http://vm:9093",
    }
    text = _END.join(f'{{{{ template "{template}" . }}}}' for template in templates)
    path = root / "data.json"
    path.write_text(json.dumps(data))
    done = subprocess.run(
        [
            *("amtool", "template", "render", f"--template.glob={root / TEMPLATES / '*.tmpl'}"),
            *(f"--template.text={text}", f"--template.data={path}"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.replace("\u200b", "").split(_END)


def named(name: str) -> Alerting:
    """Return an alert of the settings, by its name."""
    return next(rule for rule in EVERY if rule.alert == name)


def services(count: int, status: str = "firing", start: int = 0) -> list[Body]:
    """Return an alert of each of as many services."""
    rule = named("ErrorRateCritical")
    names = (f"s{number:02}" for number in range(start, start + count))
    return [sent(rule, status, service_name=name) for name in names]
