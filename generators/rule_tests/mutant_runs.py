"""Which mutants the tests of an alert notice: many at once, each alert under a name of its own.

What an alert is worked out from takes much of promtool's time, and is the same for most mutants.
Its texts take half of the rest. No mutant changes them: the annotation with the value is enough.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exporter.errors import ToolMissing
from generators.promtool.case_runs import CaseRun, last_check
from generators.promtool.documents import Body, parsed
from generators.promtool.kept_results import KeptResults
from generators.promtool.rule_closure import needed
from generators.rule_tests.document import RuleTestFile
from generators.rule_tests.mutation import NOT_KEPT, Mutant, ToolError, tried
from generators.rules.model import RuleFile

_PROMTOOL = "promtool"
_CHECKS = (("alert_rule_test", "alertname"), ("promql_expr_test", "expr"))
_VALUE = "value"  # the annotation that differs where a mutant has another value


def survivors(test: RuleTestFile, kept: KeptResults = NOT_KEPT) -> list[str]:
    """Return what tests do not notice of mutants; an alert that fails unchanged counts too.

    Raises ToolError where promtool cannot judge, ToolMissing where it is not there.
    """
    found, alert = [mutant.done for mutant in unnoticed(test, kept)], test.rule.alert
    own = () if "" in found else (f"{alert}: its own tests fail",)
    return [*own, *(f"{alert}: {done}, and its tests pass" for done in found if done)]


def unnoticed(test: RuleTestFile, kept: KeptResults) -> list[Mutant]:
    """Return what no case of a test notices: the unchanged alert alone. Raises as above."""
    cases = sorted(parsed(test.text())["tests"], key=last_check)
    found = {str(number): mutant for number, mutant in enumerate(tried(test))}
    alike: dict[str, dict[str, Mutant]] = {}
    for number, mutant in found.items():
        alike.setdefault(_rest(test.rule.alert, mutant.files), {})[number] = mutant
    for group in alike.values():
        for number in _noticed(test, cases, group, kept):
            del found[number]
    return [*found.values()]


def _rest(alert: str, files: Iterable[RuleFile]) -> str:
    """Return all rules of files but the alert, as one text."""
    return str([[r for r in _rules(parsed(f.text())) if r.get("alert") != alert] for f in files])


def _rules(file: Body) -> list[Body]:
    return [rule for group in file["groups"] for rule in group["rules"]]


def _noticed(
    test: RuleTestFile, cases: Sequence[Body], group: Mapping[str, Mutant], kept: KeptResults
) -> list[str]:
    """Return which mutants of a group some case notices: one that is noticed is not run again."""
    left, document, alert = dict(group), parsed(test.text()), test.rule.alert
    for case in cases:
        if left:
            several = _multiplied(case, alert, [*left])
            files = needed(_together(alert, left), several)
            run = CaseRun({**document, "tests": [several]}, tuple(files))
            for number in _failing(alert, run, left, kept):
                del left[number]
    return [number for number in group if number not in left]


def _together(alert: str, mutants: Mapping[str, Mutant]) -> list[Body]:
    """Return the files that mutants share, each with its own alert beside those of the others."""
    each = {number: [parsed(f.text()) for f in m.files] for number, m in mutants.items()}
    found = []
    for index, shared in enumerate(next(iter(each.values()))):
        groups = []
        for place, group in enumerate(shared["groups"]):
            rules = [rule for rule in group["rules"] if rule.get("alert") != alert]
            for number, files in each.items():
                own = files[index]["groups"][place]["rules"]
                rules += [_renamed(r, alert, number) for r in own if r.get("alert") == alert]
            groups.append({**group, "rules": rules})
        found.append({**shared, "groups": groups})
    return found


def _renamed(rule: Body, alert: str, number: str) -> Body:
    return {
        **rule,
        "alert": f"{alert}_{number}",
        "expr": _of(rule["expr"], alert, number),
        "annotations": _value_alone(rule["annotations"]),
    }


def _value_alone(annotations: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text for name, text in annotations.items() if name == _VALUE}


def _of(expr: str, alert: str, number: str) -> str:
    """Return an expression that reads the state of a mutant where it read that of the alert."""
    return expr.replace(f'alertname="{alert}"', f'alertname="{alert}_{number}"')


def _multiplied(case: Body, alert: str, numbers: Sequence[str]) -> Body:
    """Return a case that expects of each mutant what it expected of the alert."""
    found = dict(case)
    for key, field in _CHECKS:
        checks: list[dict[str, Any]] = []
        for check in case.get(key, ()):
            texts = [_check_text(check[field], alert, number) for number in numbers]
            checks += [{**_brief(check), field: text} for text in dict.fromkeys(texts)]
        if checks:
            found[key] = checks
    return found


def _brief(check: Body) -> Body:
    """Return a check that expects of an alert no other text than the mutants have."""
    if "exp_alerts" not in check:
        return check
    brief = [
        {**a, "exp_annotations": _value_alone(a["exp_annotations"])} for a in check["exp_alerts"]
    ]
    return {**check, "exp_alerts": brief}


def _check_text(text: str, alert: str, number: str) -> str:
    return f"{alert}_{number}" if text == alert else _of(text, alert, number)


def _failing(alert: str, run: CaseRun, left: Mapping[str, Mutant], kept: KeptResults) -> list[str]:
    """Return the numbers of the mutants that do not do what a case expects. Raises as above."""
    try:
        answer = run.answer(_PROMTOOL, kept)
    except FileNotFoundError as error:
        raise ToolMissing("promtool is not on the PATH; apt-get install prometheus") from error
    if answer.code and not answer.is_unmet:
        raise ToolError(f"{alert}: promtool cannot judge: {answer.output.strip()}")
    if not answer.code:
        return []
    named = set(re.findall(rf"\b{alert}_(\d+)\b", answer.output))
    return [number for number in left if number in named or not named]


def effort(test: RuleTestFile) -> float:
    """Return about how long the mutants of a test take, in evaluations of a rule."""
    files = [parsed(file.text()) for file in test.rules]
    cases = parsed(test.text())["tests"]
    return sum(sum(map(last_check, cases)) * len(_rules(file)) for file in files) / test.interval
