"""The states of an alert by promtool, held against those of a replay, minute by minute."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from exporter.prometheus.api import Labels
from generators.promtool.case_runs import answer
from generators.promtool.documents import dumped
from generators.rules.model import Alerting, Group, RuleFile
from generators.tuning.replay import AlertStates, Stretch
from tests.generators.tuning.recorded_worlds import SPACING, RecordedWorld


@dataclass(frozen=True, slots=True)
class ProvenCase:
    """A world, and the states that a replay finds in it at each place.

    every  minutes between two evaluations; the first is at that minute
    """

    world: RecordedWorld
    states: dict[Labels, AlertStates]
    every: int = 1


def differences(rule: Alerting, cases: Iterable[ProvenCase], folder: Path) -> str:
    """Return what promtool says where a state of any minute differs; empty where none does."""
    bare, found = replace(rule, annotations=()), list(cases)
    (every,) = {case.every for case in found}
    text = RuleFile("rules.yml", "One rule.", (Group("own", 60 * every, (bare,)),)).text()
    (folder / "rules.yml").write_text(text, encoding="utf-8")
    document = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": f"{every}m",
        "tests": [_case(rule, case) for case in found],
    }
    (folder / "test.yml").write_text(dumped(document), encoding="utf-8")
    done = answer(["promtool", "test", "rules", "test.yml"], folder)
    return "" if done.code == 0 else done.output


def _case(rule: Alerting, case: ProvenCase) -> dict[str, Any]:
    count = case.world.written.size // case.every
    expected: list[list[dict[str, Any]]] = [[] for _ in range(count)]
    for place, states in case.states.items():
        for state, stretches in (("pending", states.pending), ("firing", states.firing)):
            sample = {"labels": _alerts(rule, place, state), "value": 1}
            for at in _evaluations(stretches, count):
                expected[at].append(sample)
    return {
        "interval": SPACING,
        "input_series": case.world.inputs(),
        "promql_expr_test": [
            {
                "expr": f'ALERTS{{alertname="{rule.alert}"}}',
                "eval_time": f"{(at + 1) * case.every}m",
                "exp_samples": samples,
            }
            for at, samples in enumerate(expected)
        ],
    }


def _evaluations(stretches: Iterable[Stretch], count: int) -> Iterable[int]:
    for each in stretches:
        yield from range(each.start, count if each.end is None else each.end)


def _alerts(rule: Alerting, place: Labels, state: str) -> str:
    labels = {"alertname": rule.alert, "alertstate": state, **dict(rule.labels), **dict(place)}
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
