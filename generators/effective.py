"""monitoring_config.json: everything in force, in the words of people, for programs and for diffs.

exporter.monitoring_config reads it, and docs/monitoring_config.md is its contract.
`schema_version` changes when a reader has to; `content_hash` is over everything but itself.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from exporter.catalog.model import Bad
from exporter.catalog.signals import SIGNALS
from exporter.monitoring_config import SCHEMA_VERSION, parsed
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.boards import SIGNAL_PANELS, link
from generators.policy import BurnAlert, Policy, number, shown, split
from generators.promql import View, render_signal
from generators.rules.build import Rules
from generators.rules.model import Alerting, alerts, recordings
from generators.rules.names import span

PATH = "alertmanager/out/monitoring_config.json"
Body = dict[str, Any]
_LINKS = ("runbook_url", "dashboard_url")


def text(settings: Settings, policy: Policy, rules: Rules, files: Mapping[str, str]) -> str:
    """Return the file; `files` are the other generated texts by path."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "objective": {
            "availability": f"{number(policy.objective.availability * 100)}%",
            "window": span(policy.objective.window),
        },
        "alerts": {rule.alert: _alert(rule, policy) for rule in alerts(rules.all)},
        "signals": {signal.name: _signal(signal.name, settings) for signal in SIGNALS},
        "rules": {rule.record: rule.expr for rule in recordings(rules.all)},
        "settings": settings.model_dump(mode="json", by_alias=True),
        "files": {path: digest(text) for path, text in sorted(files.items())},
    }
    written = json.dumps({"content_hash": digest(json.dumps(body)), **body}, indent=2) + "\n"
    parsed(written, PATH)  # what runs has to be able to read it
    return written


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _alert(rule: Alerting, policy: Policy) -> Body:
    found: Body = {"severity": rule.severity, "for": duration(rule.hold)}
    found["split_by"] = list(rule.carried)
    links = {name: url for name, url in rule.annotations if name in _LINKS}
    return found | _limit(rule.alert, policy) | {"query": rule.expr, **links}


def _limit(name: str, policy: Policy) -> Body:
    """Return the value that an alert of the policy is about, as people write it."""
    for row in policy.thresholds:
        if row.name == name:
            side = "above" if row.signal.bad is Bad.UP else "below"
            limit = f"{side} {shown(row.threshold, row.signal.unit)}"
            value = {"value": row.threshold, "unit": row.signal.unit.suffix or None}
            return {
                "signal": row.signal.name,
                "threshold": limit,
                "limit": {**value, "direction": row.signal.bad},
                "why": row.why,
            }
    for burn in (policy.breach, policy.burn):
        if burn is not None and burn.name == name:
            return {"signal": "availability", "threshold": _burn(burn), "why": burn.why}
    if policy.exhausted is not None and policy.exhausted.name == name:
        return {"threshold": f"{number(policy.exhausted.threshold * 100)}% of the budget"}
    return {}


def _burn(alert: BurnAlert) -> str:
    pairs = zip(alert.windows, alert.factors, strict=True)
    return ", ".join(
        f"{number(factor)} times over {span(window.long)} and {span(window.short)}"
        for window, factor in pairs
    )


def _signal(name: str, settings: Settings) -> Body:
    signal = next(signal for signal in SIGNALS if signal.name == name)
    panel = SIGNAL_PANELS[name]
    return {
        "kind": signal.kind,
        "unit": signal.unit.suffix or None,
        "direction": signal.bad,
        "split_by": list(split(signal)),
        "query": render_signal(signal, View("5m", split(signal))),
        "panel": {
            "dashboard": panel.board.value,
            "number": panel.number,
            "url": link(settings.links.grafana, panel),
        },
    }
