"""Marks in charts: deploys, and alerts where they begin."""

from typing import Any

from exporter.catalog.cloud_run import BILLABLE_TIME
from exporter.settings import Settings
from generators.boards import Board
from generators.configured_metrics import board_of
from generators.dashboards import deploy_queries
from generators.dashboards.alert_queries import CRITICAL, alerts, began, runbooks
from generators.dashboards.descriptions import Facts
from generators.dashboards.model import MAIN
from generators.dashboards.queries import BoardQueries
from generators.rules import model
from generators.selectors import PatternMatcher

_LESS_URGENT = ("high", "medium")
# An annotation lasts for one step of the query, so that each range shows it once. Its value is the
# time of the event.
_STEP = "$__rate_interval"
Annotation = dict[str, Any]


def annotations(facts: Facts, board: Board, queries: BoardQueries) -> list[Annotation]:
    """Return deploys, critical alerts, and less urgent alerts that link to the board's panels."""
    found = [
        *((_deploys(queries),) if BILLABLE_TIME.name not in facts.policy.missing else ()),
        _alerts(facts.settings, "Critical alerts", alerts(queries, CRITICAL), "anomaly"),
    ]
    signals = "|".join(_signals(facts, board))
    if signals:
        own = alerts(queries, "|".join(_LESS_URGENT), PatternMatcher("signal", signals))
        found.append(_alerts(facts.settings, "Warnings of this board", own, "limit"))
    return found


def _signals(facts: Facts, board: Board) -> list[str]:
    """Return the signals of the board that have less urgent alerts."""
    rules = (rule for rule in model.alerts(facts.rules.all) if rule.severity in _LESS_URGENT)
    named = dict.fromkeys(dict(rule.labels).get("signal", "") for rule in rules)
    return [name for name in named if name and board_of(name) is board]


def _deploys(queries: BoardQueries) -> Annotation:
    return {
        "name": "Deploys",
        "expr": deploy_queries.began(queries, _STEP),
        "colour": "latency",
        "step": "60s",
        "tags": "service_name",
        "title": "Deploy of {{service_name}}",
        "text": "{{revision_name}}",
        "datasource": MAIN,
    }


def _alerts(settings: Settings, name: str, selector: str, colour: str) -> Annotation:
    begun = f"max_over_time(({began(selector)} * time())[{_STEP}:1m])"
    return {
        "name": name,
        "expr": f"max by (alertname, severity) ({begun}) * 1000",
        "colour": colour,
        "step": "60s",
        "tags": "severity",
        "title": "{{alertname}}",
        "text": f"{{{{severity}}}}{_runbook(settings)}",
        "datasource": MAIN,
    }


def _runbook(settings: Settings) -> str:
    base = runbooks(settings)
    return f' <a href="{base}/{{{{alertname}}}}.md">runbook</a>' if base else ""
