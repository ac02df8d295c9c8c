"""Whether every alert of the settings exists, and no other is in their file."""

from collections.abc import Iterator

from generators.checks.engine.context import Context
from generators.checks.engine.problem import Problem
from generators.monitoring_config import CONFIG_FILE
from generators.output_folders import RULE_FILES, SERVERS
from generators.rules.build import build
from generators.rules.model import RuleFile, alerts
from generators.rules.thresholds import FILE

SERVER = f"{SERVERS}/prometheus.yml"
FIX = "write the files again: ionmon configs"


def check(context: Context) -> Iterator[Problem]:
    """Yield the alerts that are missing, and those in alerts.yml that the settings do not have.

    Only where everything below the root is checked, and was written by `ionmon configs`.
    """
    if SERVER not in context.documents or not (context.root / CONFIG_FILE).exists():
        return
    found = {rule.name.value for rule in context.rules if rule.kind == "alert"}
    for file in build(context.settings).all:
        yield from _missing(file, found)
        if file.name == FILE:
            yield from _unexpected(context, file)


def _missing(file: RuleFile, found: set[str]) -> Iterator[Problem]:
    for rule in alerts([file]):
        if rule.alert not in found:
            text = f"this alert of the settings is missing; {FIX}"
            yield Problem(f"{RULE_FILES}/{file.name}", 1, rule.alert, text)


def _unexpected(context: Context, file: RuleFile) -> Iterator[Problem]:
    known = {rule.alert for rule in alerts([file])}
    for rule in context.rules:
        at = rule.name
        if rule.kind == "alert" and at.path == f"{RULE_FILES}/{FILE}" and at.value not in known:
            text = "is no alert of these settings; put a rule of your own into a file of its own"
            yield Problem(at.path, at.line, at.value, text)
