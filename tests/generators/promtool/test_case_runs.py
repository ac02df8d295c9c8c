"""promtool says of the cases of a test, each alone with its rules, what it says of the whole."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter.settings import load
from generators.files import write
from generators.promtool.case_runs import case_runs, case_runs_of
from generators.promtool.kept_results import KeptResults
from generators.rule_tests.files import texts
from generators.rules.build import build
from generators.rules.build import texts as rule_texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
REFERENCE = load(ROOT / "examples" / "reference.yaml")
NOT_KEPT = KeptResults(None)
RULES = {"groups": [{"name": "own", "rules": [{"alert": "High", "expr": "x > 5"}]}]}


def case(value: str, *, firing: bool) -> dict[str, Any]:
    """Return a case in which a series has a value, and the alert fires or does not."""
    expected = [{"exp_labels": {}, "exp_annotations": {}}] if firing else []
    check = {"eval_time": "5m", "alertname": "High", "exp_alerts": expected}
    series = [{"series": "x", "values": value}]
    return {"interval": "1m", "input_series": series, "alert_rule_test": [check]}


def codes(*cases: dict[str, Any], **more: Any) -> list[int]:
    """Return promtool's exit code for each case."""
    document = {"rule_files": ["own.yml"], "tests": cases, **more}
    runs = case_runs(yaml.safe_dump(document), [yaml.safe_dump(RULES)])
    assert runs is not None
    return [run.answer("promtool", NOT_KEPT).code for run in runs]


def test_each_case_is_judged_alone() -> None:
    """One that fails leaves the others as they are; numbers in any notation stay numbers."""
    right, wrong = case("6x10", firing=True), case("4x10", firing=True)
    assert codes(right, wrong, case("5e0x10", firing=False)) == [0, 1, 0]
    check = {"expr": "x", "eval_time": "1m", "exp_samples": [{"labels": "x", "value": "6e0"}]}
    text = yaml.safe_dump({"tests": [{**right, "promql_expr_test": [check]}]})
    runs = case_runs(text.replace("'6e0'", "6e0"), [yaml.safe_dump(RULES)])
    assert runs is not None
    assert runs[0].answer("promtool", NOT_KEPT).code == 0


def test_the_rest_of_the_test_counts() -> None:
    """The interval of evaluation, and keys that a newer promtool brings, stay with each case."""
    late = case("_ _ 6x10", firing=False)
    assert codes(late, evaluation_interval="1h") == [0]
    assert codes(late, evaluation_interval="1m") == [1]
    assert codes(late, later_key=True) == [1]


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param("ErrorRateCritical", marks=pytest.mark.deep),
        "CollectorFailing",
        "ExporterDown",
    ],
)
def test_apart_is_as_together(alert: str, tmp_path: Path) -> None:
    """For generated tests, right and with a wrong rule, the parts say what the whole says."""
    rules = build(REFERENCE)
    name = f"alertmanager/out/tests/{alert}.yml"
    found = {**rule_texts(rules), name: texts(rules)[name]}
    write(tmp_path, found)
    assert outcomes(tmp_path / name) == (True, True)
    file = next(n for n, text in found.items() if f"alert: {alert}\n" in text)
    path = tmp_path / file
    path.write_text(path.read_text().replace(f"alert: {alert}\n", f"alert: Not{alert}\n"))
    assert outcomes(tmp_path / name) == (False, False)


def outcomes(path: Path) -> tuple[bool, bool]:
    """Return whether promtool takes a test as it is, and in its parts."""
    whole = subprocess.run(["promtool", "test", "rules", str(path)], check=False)
    runs = case_runs_of(path)
    assert runs
    return whole.returncode == 0, all(run.answer("promtool", NOT_KEPT).code == 0 for run in runs)


@pytest.mark.parametrize(
    ("test", "rules"),
    [
        ("tests: {", "groups: []"),
        ("[]", "groups: []"),
        ("tests: []", "groups: []"),
        ("tests: [1]", "groups: []"),
        ("tests: [{}]", "groups: {}"),
        ("tests: [{}]", "groups: [1]"),
        ("tests: [{}]", "groups: [{rules: [1]}]"),
        ("tests: [{}]", "- a"),
    ],
)
def test_another_form_is_left_to_promtool(test: str, rules: str) -> None:
    """What is no test, or no rule file, is not taken apart."""
    assert case_runs(test, [rules]) is None


@pytest.mark.parametrize("named", ["none.yml", "/etc/hostname", "*.none"])
def test_a_rule_file_that_is_not_found_is_left_to_promtool(named: str, tmp_path: Path) -> None:
    """A name that leads to no file beside the test is not taken apart."""
    path = tmp_path / "test.yml"
    path.write_text(yaml.safe_dump({"rule_files": [named], "tests": [case("1", firing=False)]}))
    assert case_runs_of(path) is None
    (tmp_path / "own.yml").write_text(yaml.safe_dump(RULES))
    path.write_text(path.read_text().replace(named, "own.y*ml"))
    assert case_runs_of(path)
