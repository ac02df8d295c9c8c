"""monitoring_config.json: everything in force, in the words of people, for programs and for diffs.

exporter.monitoring_config reads it, and docs/monitoring_config.md is its contract.
`schema_version` changes when a reader has to. `content_hash` is over everything but itself,
`inputs_hash` over what it is made from: settings and version of this program.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from exporter import __version__
from exporter.catalog.expression import Matcher, Signal
from exporter.catalog.walk import split
from exporter.monitoring_config import DEFAULT_PATH, SCHEMA_VERSION, MonitoringConfig, parsed
from exporter.settings import Settings
from exporter.settings.signal_targets import signal_target
from exporter.settings.types import duration
from generators import service_costs, summary_queries
from generators.alert_table import PolicyAlert, ThresholdAlert
from generators.boards import link
from generators.configured_metrics import panel_address
from generators.error_logs import filters
from generators.limits import condition, number, signal_target_text
from generators.policy import DAY, LatencyPolicy, Policy, policy
from generators.promql import View, render_signal
from generators.rules.build import Rules, build
from generators.rules.model import Alerting, alerts, recordings
from generators.rules.names import span
from generators.rules.rows import Source
from generators.summary_queries import MonitoringFigure

CONFIG_FILE = DEFAULT_PATH.as_posix()
Body = dict[str, Any]
_LINKS = ("runbook_url", "dashboard_url")
# Labels that alerts of one name may differ in. Severity and team follow from the service.
_TELLING = ("signal", "pair")


@dataclass(frozen=True, slots=True)
class BoardReads:
    """What a dashboard reads of Cloud Monitoring's families each time, every `every`."""

    every: str
    families: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectReads:
    """What would be read of Cloud Monitoring's families, were it queried without an exporter.

    rules_per_minute  evaluations of rules that read some
    rules             reads of a family by all rules, a minute
    dashboards        by the dashboard's identifier
    """

    rules_per_minute: float
    rules: Mapping[str, float]
    dashboards: Mapping[str, BoardReads]


@dataclass(frozen=True, slots=True)
class Written:
    """The command line that writes everything, the other generated texts by path, their reads."""

    command: str
    files: Mapping[str, str]
    reads: DirectReads | None = None


def text(settings: Settings, policy: Policy, rules: Rules, written: Written) -> str:
    """Return the file."""
    given = settings.model_dump(mode="json", by_alias=True)
    body = {
        "schema_version": SCHEMA_VERSION,
        "inputs_hash": inputs_hash(given),
        "ionmon_version": __version__,
        "command": written.command,
        "objective": {
            "availability": f"{number(policy.objective.share * 100)}%",
            "window": span(policy.objective.window),
            **_latency(policy.latency),
        },
        "alerts": [*_alerts(alerts(rules.all))],
        "signals": {signal.name: _signal(signal, settings, policy) for signal in policy.signals},
        "budgets": summary_queries.budgets(settings),
        "monitoring": _monitoring(settings),
        "gaps": {
            "day": summary_queries.gaps(DAY),
            "week": summary_queries.gaps(summary_queries.WEEK),
        },
        "events": summary_queries.events(),
        "costs": service_costs.costs(settings),
        **({"reads": _reads(written.reads)} if written.reads else {}),
        "rules": {rule.record: rule.expr for rule in recordings(rules.all)},
        "settings": given,
        "files": {path: digest(text) for path, text in sorted(written.files.items())},
    }
    whole = json.dumps({"content_hash": digest(json.dumps(body)), **body}, indent=2) + "\n"
    parsed(whole, CONFIG_FILE)  # what runs has to be able to read it
    return whole


def _reads(found: DirectReads) -> Body:
    return {
        "rules": {"per_minute": found.rules_per_minute, "families": found.rules},
        "dashboards": {name: asdict(board) for name, board in found.dashboards.items()},
    }


def _latency(promised: LatencyPolicy | None) -> Body:
    if promised is None:
        return {}
    of = promised.objective
    return {"latency": {"share": f"{number(of.share * 100)}%", "within": duration(of.within)}}


def inputs_hash(settings: Body) -> str:
    """Return the digest of what a set is made from: dumped settings, and this ionmon's version."""
    made_from = {"ionmon_version": __version__, "settings": settings}
    return digest(json.dumps(made_from, sort_keys=True))


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _alerts(rules: Iterable[Alerting]) -> Iterator[Body]:
    """Yield the alerts; those of one name with the labels that tell them apart."""
    named: dict[str, list[Alerting]] = defaultdict(list)
    for rule in rules:
        named[rule.alert].append(rule)
    for every in named.values():
        constant = [dict(rule.labels) for rule in every]
        telling = [n for n in _TELLING if len({labels.get(n) for labels in constant}) > 1]
        for rule, labels in zip(every, constant, strict=True):
            where = {name: [labels[name]] for name in telling if name in labels}
            services = {m.label: list(m.values) for m in rule.only if isinstance(m, Matcher)}
            yield _alert(rule, where | services)


def _alert(rule: Alerting, where: Mapping[str, list[str]]) -> Body:
    found: Body = {"name": rule.alert, "where": where}
    found |= {"severity": rule.severity, "for": duration(rule.for_)}
    found["split_by"] = list(rule.carried)
    links = {name: url for name, url in rule.annotations if name in _LINKS}
    return found | _watched(rule) | _limit(rule.source) | {"query": rule.expr, **links}


def _watched(rule: Alerting) -> Body:
    """Return the signal that an alert says it is about."""
    signal = dict(rule.labels).get("signal")
    return {"signal": signal} if signal is not None else {}


def _limit(row: Source) -> Body:
    """Return the limit that an alert of the policy is about, as people write it, and why."""
    if not isinstance(row, PolicyAlert):
        return {}
    found: Body = {"threshold": condition(row), "why": row.why}
    if isinstance(row, ThresholdAlert):
        unit = row.signal.unit.suffix or None
        found["limit"] = {"value": row.threshold, "unit": unit, "direction": row.signal.direction}
    return found


def _signal(signal: Signal, settings: Settings, policy: Policy) -> Body:
    panel = panel_address(signal)
    return {
        "noun": signal.noun,
        "kind": signal.kind,
        "unit": signal.unit.suffix or None,
        "direction": signal.direction,
        **_target(signal, settings),
        "split_by": list(split(signal)),
        "query": render_signal(signal, View(window="5m", by=split(signal))),
        "panel": {
            "dashboard": panel.board.value,
            "number": panel.number,
            "url": link(settings.links.grafana, panel),
        },
        **(_summarized(signal, settings, policy) if signal.kind is not None else {}),
    }


def _target(signal: Signal, settings: Settings) -> Body:
    """Return what a signal should be, where that is configured."""
    written = settings.targets.get(signal.name)
    if written is None:
        return {}
    target = signal_target(signal, written)
    return {"target": {**asdict(target), "text": signal_target_text(signal, target)}}


def _summarized(signal: Signal, settings: Settings, policy: Policy) -> Body:
    """Return the queries of a signal that a summary shows and that an explanation looks up."""
    splits = summary_queries.splits(signal, policy)
    return {
        "overall": summary_queries.overall(signal),
        "day": asdict(summary_queries.period(signal, DAY)),
        "week": asdict(summary_queries.period(signal, summary_queries.WEEK)),
        "splits": {label: asdict(one) for label, one in splits.items()},
        "log_filter": filters(settings.alerts.error_classes).get(signal.name),
    }


def _monitoring(settings: Settings) -> dict[str, Body]:
    day, week = (
        summary_queries.monitoring(settings, window) for window in (DAY, summary_queries.WEEK)
    )
    return {name: _figure(day[name], week[name]) for name in day}


def _figure(day: MonitoringFigure, week: MonitoringFigure) -> Body:
    found = {"noun": day.noun, "unit": day.unit.suffix or None}
    queries = {"day": day.query, "week": week.query}
    return {**found, "direction": day.direction, "target": day.target, **queries}


def in_force(settings: Settings) -> MonitoringConfig:
    """Return what the file would say under settings, for a command that needs no written file."""
    whole = text(settings, policy(settings), build(settings), Written("", {}))
    return parsed(whole, CONFIG_FILE)
