"""monitoring_config.json: everything in force, in the words of people, for programs and for diffs.

`schema_version` changes when a reader has to; `content_hash` is over everything but itself.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from exporter.catalog.model import Direction
from exporter.catalog.signals import SIGNALS
from exporter.settings import Settings
from exporter.settings.types import duration
from generators.boards import SIGNAL_PANELS
from generators.policy import BurnAlert, Policy, number, shown, split
from generators.promql import View, render_signal
from generators.rules.build import Rules
from generators.rules.model import Alerting, alerts, recordings
from generators.rules.names import span

PATH = "alertmanager/out/monitoring_config.json"
SCHEMA_VERSION = 1
Body = dict[str, Any]


def text(settings: Settings, policy: Policy, rules: Rules, files: Mapping[str, str]) -> str:
    """Return the file; `files` are the other generated texts by path."""
    body = {
        "schema_version": SCHEMA_VERSION,
        "objective": {
            "availability": f"{number(policy.objective.availability * 100)}%",
            "window": span(policy.objective.window),
        },
        "alerts": {rule.alert: _alert(rule, policy) for rule in alerts(rules.all)},
        "signals": {signal.name: _signal(signal.name) for signal in SIGNALS},
        "rules": {rule.record: rule.expr for rule in recordings(rules.all)},
        "settings": settings.model_dump(mode="json", by_alias=True),
        "files": {path: digest(text) for path, text in sorted(files.items())},
    }
    return json.dumps({"content_hash": digest(json.dumps(body)), **body}, indent=2) + "\n"


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _alert(rule: Alerting, policy: Policy) -> Body:
    found: Body = {"severity": rule.severity, "for": duration(rule.hold)}
    found["split_by"] = list(rule.carried)
    return found | _limit(rule.alert, policy)


def _limit(name: str, policy: Policy) -> Body:
    """Return the value that an alert of the policy is about, as people write it."""
    for row in policy.thresholds:
        if row.name == name:
            side = "above" if row.signal.direction is Direction.UP else "below"
            limit = f"{side} {shown(row.threshold, row.signal.unit)}"
            return {"signal": row.signal.name, "threshold": limit, "why": row.why}
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


def _signal(name: str) -> Body:
    signal = next(signal for signal in SIGNALS if signal.name == name)
    panel = SIGNAL_PANELS[name]
    return {
        "kind": signal.kind,
        "unit": signal.unit.suffix or None,
        "direction": signal.direction,
        "split_by": list(split(signal)),
        "query": render_signal(signal, View("5m", split(signal))),
        "panel": f"{panel.board.value}/{panel.number}",
    }
