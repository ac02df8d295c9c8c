"""Plays input series to generated rules by promtool, and says which alerts fired."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from exporter.settings import Settings
from generators.promtool.documents import dumped
from generators.rules.build import build
from generators.rules.model import Group, Recording, Rule, RuleFile

_NAME = re.compile(r"[a-zA-Z_:][\w:]*")


def played(
    folder: Path,
    series: Mapping[str, str],
    checks: Sequence[tuple[str, int, Mapping[str, float]]],
    settings: Settings | None = None,
    files: Sequence[str] = ("recording.yml", "alerts.yml"),
    silent: Sequence[tuple[str, int]] = (),
) -> str:
    """Return what promtool finds wrong: each check is a query, a minute, and values by series.

    silent  alerts, each with a minute in which it must not fire: what does is in the text, whole
    """
    asked = (*(query for query, *_ in checks), *(name for name, _ in silent))
    rules = needed(
        (file for file in build(settings or Settings()).all if file.name in files), asked
    )
    for file in rules:
        (folder / file.name).write_text(file.text())
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [_check(*check) for check in checks],
        "alert_rule_test": [{"alertname": name, "eval_time": f"{at}m"} for name, at in silent],
    }
    body = {"rule_files": list(files), "evaluation_interval": "1m", "tests": [test]}
    body["group_eval_order"] = evaluation_order(rules, files)
    path = folder / "tests.yml"
    path.write_text(dumped(body))
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def needed(files: Iterable[RuleFile], queries: Iterable[str]) -> list[RuleFile]:
    """Return rule files with the rules that queries name, and those that these name in turn.

    The others make no difference, and take promtool most of its time. A query of alerts that names
    none of them is of them all.
    """
    found = list(files)
    rules = [rule for file in found for group in file.groups for rule in group.rules]
    known, missing = {_called(rule) for rule in rules}, [*queries]
    names: set[str] = set()
    while missing:
        query = missing.pop()
        named = known.intersection(_NAME.findall(query))
        if "ALERTS{" in query and not named:
            return found
        missing += (rule.expr for rule in rules if _called(rule) in named - names)
        names |= named
    return [replace(file, groups=tuple(_kept(file, names))) for file in found]


def _kept(file: RuleFile, names: set[str]) -> Iterator[Group]:
    for group in file.groups:
        yield replace(group, rules=tuple(r for r in group.rules if _called(r) in names))


def _called(rule: Rule) -> str:
    return rule.record if isinstance(rule, Recording) else rule.alert


def evaluation_order(rules: Iterable[RuleFile], names: Sequence[str]) -> list[str]:
    """Return the groups of rule files in the order in which promtool has to evaluate them.

    It evaluates groups of the same moment in any order. An alert that comes before its recorded
    series sees them a whole minute late, and one value less in a range: no server is as late.
    """
    groups = {file.name: file.groups for file in rules}
    return [group.name for name in names for group in groups[name]]


def _check(query: str, minute: int, samples: Mapping[str, float]) -> dict[str, Any]:
    found = [{"labels": name, "value": value} for name, value in samples.items()]
    return {"expr": query, "eval_time": f"{minute}m", "exp_samples": found}


def total(rises: Sequence[float]) -> str:
    """Return a counter's samples, one a minute, from 0."""
    found = [0.0]
    for rise in rises:
        found.append(found[-1] + rise)
    return " ".join(f"{value:g}" for value in found)


def firing(alert: str, by: str, minutes: int) -> str:
    """Return the query of how many of the last minutes an alert fired in, by a label."""
    chosen = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    return f"sum by ({by}) (count_over_time({chosen}[{minutes * 60 - 1}s:1m]))"
