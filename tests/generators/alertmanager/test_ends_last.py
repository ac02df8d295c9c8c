"""What is muted ends last: held against the generated rules, by promtool, over random incidents."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.catalog.walk import split
from exporter.settings import Settings
from generators.alert_table import ThresholdAlert
from generators.alertmanager.inhibition import Inhibition, inhibitions
from generators.output_folders import RULE_FILES
from generators.rule_tests.stimulus import Given, signal_stimulus
from generators.rule_tests.story import Phase, Seen, inputs
from generators.rules.build import Rules, build
from generators.rules.model import alerts
from tests.generators.alertmanager.samples import write

MINUTES = 150
SERVICES = 4
THRESHOLDS: dict[str, dict[str, Any]] = {
    "default": {},
    "near": {"ErrorRateWarning": {"threshold": 0.009}, "ResponseTimeWarning": {"threshold": 0.19}},
    "long": {"ErrorRateWarning": {"for": 600}, "ErrorRateCritical": {"for": 600}},
}


def pairs(rules: Rules, found: tuple[Inhibition, ...]) -> Iterator[tuple[str, str]]:
    """Yield who mutes whom, of alerts on thresholds."""
    known = {rule.alert for rule in alerts(rules.all)}
    for rule in found:
        (source,) = dict(rule.source)["alertname"]
        if source in known:
            yield from ((source, target) for target in dict(rule.target)["alertname"])


def incident(row: ThresholdAlert, calm: ThresholdAlert, service: str) -> Iterator[Phase]:
    """Yield a random past of a service: fine, between the limits and beyond, few events, gaps."""
    chance, left = random.Random(f"{row.name}-{service}"), MINUTES
    low, high = sorted((row.threshold, calm.threshold))
    values = (low / 4, (low + high) / 2, high * 1.2, high * 4)
    while left:
        steps = min(left, chance.choice((1, 1, 2, 2, 3, 5, 8, 20)))
        events = chance.choice((5000, 5000, 5000, 400, 60))
        given = Given(events, {"service_name": service, "gcp_project": "ion", "region": "r"})
        series = signal_stimulus(row.signal, chance.choice(values), given)
        seen = Seen.NO if chance.random() < 0.1 else Seen.YES
        yield Phase(tuple(series), steps, seen)
        left -= steps


@pytest.mark.deep
@pytest.mark.parametrize("name", sorted(THRESHOLDS))
def test_whatever_happens_the_muted_alert_fires_as_long(name: str, tmp_path: Path) -> None:
    """In no minute does the muting alert fire without the muted one: neither ends before it."""
    settings = Settings.model_validate({"alerts": THRESHOLDS[name]})
    rules = build(settings)
    rows = {
        rule.alert: rule.source
        for rule in alerts(rules.main)
        if isinstance(rule.source, ThresholdAlert)
    }
    found = list(pairs(rules, inhibitions(settings, tuple(alerts(rules.all)))))
    assert len(found) == 2
    write(tmp_path, {f"{RULE_FILES}/{f.name}": f.text() for f in rules.main})
    tests = [
        {
            "interval": "1m",
            "input_series": [
                {"series": each.series, "values": each.values}
                for n in range(SERVICES)
                for each in inputs(list(incident(rows[source], rows[target], f"s{n}")))
            ],
            "promql_expr_test": list(checks(source, target, split(rows[source].signal))),
        }
        for source, target in found
    ]
    body = {"rule_files": [f"{RULE_FILES}/{name}" for name in ("recording.yml", "alerts.yml")]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump({**body, "tests": tests}))
    command = ["promtool", "test", "rules", "test.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def checks(source: str, target: str, by: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield that one never fires without the other, minute by minute, and that it does fire."""
    firing = {
        name: f'ALERTS{{alertname="{name}", alertstate="firing"}}' for name in (source, target)
    }
    alone = f"{firing[source]} unless on ({', '.join(by)}) {firing[target]}"
    for minute in range(MINUTES):
        yield {"expr": alone, "eval_time": f"{minute}m", "exp_samples": []}
    fired = f"sum(count_over_time({firing[source]}[{MINUTES}m])) > bool 10"
    yield {
        "expr": fired,
        "eval_time": f"{MINUTES}m",
        "exp_samples": [{"labels": "{}", "value": 1}],
    }
