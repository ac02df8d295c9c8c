"""Plays input series to generated rules by promtool, and says which alerts fired."""

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from exporter.settings import Settings
from generators.rules.build import build, texts
from generators.rules.model import RuleFile


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
    rules = build(settings or Settings())
    for name, text in texts(rules).items():
        (folder / Path(name).name).write_text(text)
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [_check(*check) for check in checks],
        "alert_rule_test": [{"alertname": name, "eval_time": f"{at}m"} for name, at in silent],
    }
    body = {"rule_files": list(files), "evaluation_interval": "1m", "tests": [test]}
    body["group_eval_order"] = evaluation_order(rules.all, files)
    path = folder / "tests.yml"
    path.write_text(yaml.safe_dump(body))
    command = ["promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


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
