"""A file of promtool's tests of one alert, as frozen data, and how it becomes YAML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from exporter.settings.types import duration
from generators.files import MARK
from generators.output_folders import RULE_TESTS
from generators.rule_tests.rendering import rendered
from generators.rule_tests.story import Input
from generators.rules.model import Alerting, Pairs, RuleFile, dumped

MINUTE = 60


@dataclass(frozen=True, slots=True)
class ExpectedFiring:
    """An alert that is expected: the labels of its series, and the value that fires it.

    rule  the alerting rule, where several have one name
    """

    labels: Pairs
    value: float
    rule: Alerting | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What of an alert fires in a minute: these, and nothing else."""

    minute: int
    firing: tuple[ExpectedFiring, ...] = ()


@dataclass(frozen=True, slots=True)
class FiringNames:
    """Which values of a label have an alert that fires in a minute, whatever its texts are.

    within  minutes before, in any of which it may have fired; 0 for that minute alone
    """

    minute: int
    label: str
    names: tuple[str, ...]
    within: int = 0


@dataclass(frozen=True, slots=True)
class RuleTestCase:
    """A story: its input series, a sample each `step` seconds, and what fires when."""

    name: str
    inputs: tuple[Input, ...]
    checks: tuple[Check, ...]
    step: int = MINUTE
    names: tuple[FiringNames, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTestFile:
    """The tests of one alert; `rules` are the files that they need, evaluated in their order.

    rule      the alert, whose labels and annotations are what is expected
    interval  seconds between evaluations
    """

    rule: Alerting
    rules: tuple[RuleFile, ...]
    cases: tuple[RuleTestCase, ...]
    interval: int = MINUTE

    @property
    def path(self) -> str:
        """Where the file is, below the root."""
        alert = f"{self.rule.alert}.{self.rule.about}" if self.rule.about else self.rule.alert
        name = "-".join((alert, *self.rule.services[:1]))
        return f"{RULE_TESTS}/{name}.yml"

    def text(self) -> str:
        """Return the file."""
        body = {
            "rule_files": [f"../rules/{file.name}" for file in self.rules],
            "evaluation_interval": duration(self.interval),
            "group_eval_order": [group.name for file in self.rules for group in file.groups],
            "tests": [_case(case, self.rule) for case in self.cases],
        }
        return f"# {MARK}\n# When {self.rule.title} fires, and when it does not.\n{dumped(body)}"


def _case(case: RuleTestCase, rule: Alerting) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": case.name,
        "interval": duration(case.step),
        "input_series": [{"series": i.series, "values": i.values} for i in case.inputs],
    }
    if case.checks:
        body["alert_rule_test"] = [_check(check, rule) for check in case.checks]
    if case.names:
        body["promql_expr_test"] = [_names(check, rule) for check in case.names]
    return body


def _names(check: FiringNames, rule: Alerting) -> dict[str, Any]:
    firing = f'ALERTS{{alertname="{rule.alert}",alertstate="firing"}}'
    if check.within:
        firing = f"last_over_time({firing}[{duration(check.within * MINUTE)}])"
    by = f" by ({check.label})" if check.label else ""
    labels = (f'{{{check.label}="{name}"}}' if check.label else "{}" for name in check.names)
    return {
        "expr": f"group{by} ({firing})",
        "eval_time": duration(check.minute * MINUTE),
        "exp_samples": [{"labels": text, "value": 1} for text in labels],
    }


def _check(check: Check, rule: Alerting) -> dict[str, Any]:
    firing = [expected(rule, found) for found in check.firing]
    return {
        "eval_time": duration(check.minute * MINUTE),
        "alertname": rule.alert,
        "exp_alerts": firing,
    }


def expected(rule: Alerting, found: ExpectedFiring) -> dict[str, Any]:
    """Return an alert as promtool wants it: its labels without its name, and its annotations."""
    rule, given = found.rule or rule, dict(found.labels)

    def texts(pairs: Pairs) -> dict[str, str]:
        return {name: rendered(text, given, found.value) for name, text in pairs}

    labels = {**given, **texts(rule.labels)}
    labels.pop("alertname", None)  # of what it is made from; promtool knows its own
    return {"exp_labels": labels, "exp_annotations": texts(rule.annotations)}


def named(rules: Sequence[RuleFile], *names: str) -> tuple[RuleFile, ...]:
    """Return the files of these names, in this order."""
    by_name = {file.name: file for file in rules}
    return tuple(by_name[name] for name in names)
