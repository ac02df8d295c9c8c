"""Judges rules that a test writes, without files: what problems there are, and on which lines."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from exporter.settings import Settings
from generators.checks.engine.context import Context, Server
from generators.checks.engine.known_series import Known, known
from generators.checks.engine.rule_files import rules
from generators.checks.engine.rule_series import with_rules
from generators.checks.engine.yaml_file import parsed
from generators.checks.expressions import problems

SERVER = Server(60.0, 3 * 86400.0)
ALERT: Mapping[str, Any] = {
    "alert": "QueueLong",
    "expr": "max by (region) (cloudrun_pending_requests) > 5",
    "for": "5m",
    "labels": {"severity": "high"},
    "annotations": {
        "summary": "Requests wait.",
        "description": "{{ $value }} requests wait in {{ $labels.region }}.",
        "runbook_url": "docs/runbooks/QueueLong.md",
        "dashboard_url": "https://grafana.example.com/d/ion-overview",
    },
}


def group(*found: Mapping[str, Any], **more: Any) -> str:
    """Return a rule file of one group."""
    body = {"groups": [{"name": "own", **more, "rules": [dict(rule) for rule in found]}]}
    return str(yaml.safe_dump(body, sort_keys=False, width=1000))


def context(
    text: str,
    uses: tuple[str, ...] | None = None,
    settings: Settings | None = None,
    base: Known | None = None,
    server: Server = SERVER,
) -> Context:
    """Return what checks look at for the text of one rule file."""
    settings = settings or Settings()
    document = parsed(text, "own.yml")
    found = tuple(rules(document, server))
    return Context(
        root=Path(),
        settings=settings,
        documents={"own.yml": document},
        rules=found,
        queries=tuple(rule.query for rule in found),
        known=with_rules(base or known(settings), found),
        uses=None if uses is None else tuple(map(re.compile, uses)),
    )


def judged(text: str, **more: Any) -> list[str]:
    """Return the problems of a rule file as line: rule: text."""
    return [str(found).removeprefix("own.yml:") for found in problems(context(text, **more))]


def problem_texts(expression: str, **more: Any) -> list[str]:
    """Return the problems of one recorded expression, as rule: text."""
    text = group({"record": "own:test:value", "expr": expression})
    return [found.partition(": ")[2] for found in judged(text, **more)]


def alert(**changes: Any) -> list[str]:
    """Return the problems of a good alert with changes; None takes a field away."""
    body = {key: value for key, value in {**ALERT, **changes}.items() if value is not None}
    return [found.partition(": ")[2] for found in judged(group(body))]
