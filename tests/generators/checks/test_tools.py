"""promtool and amtool judge the same files; a tool that is not there is a problem."""

from pathlib import Path

import pytest
import yaml

from exporter.settings import Settings
from generators.checks import tools
from generators.checks.engine.gathering import CheckRequest
from generators.checks.tool_runs import found_by
from generators.output_folders import SERVERS
from generators.promtool.kept_results import KeptResults
from tests.generators.checks.judging import ALERT, group

pytestmark = pytest.mark.slow

RULES = group({**ALERT, "annotations": {}})
CONFIG = "rule_files: [rules/own.yml]\n"
MANAGER = "route: {receiver: none}\nreceivers: [{name: none}]\n"
SERIES = 'cloudrun_pending_requests{region="a"}'


def proof(value: int) -> str:
    """Return promtool's test that the alert fires at a value."""
    firing = [{"exp_labels": {"severity": "high", "region": "a"}}]
    case = {
        "interval": "1m",
        "input_series": [{"series": SERIES, "values": f"{value}x10"}],
        "alert_rule_test": [{"eval_time": "10m", "alertname": "QueueLong", "exp_alerts": firing}],
    }
    return str(yaml.safe_dump({"rule_files": ["../rules/own.yml"], "tests": [case]}))


def project(root: Path, **texts: str) -> Path:
    """Write a project's generated files, some of them as given."""
    files = {
        "rules/own.yml": texts.get("rules", RULES),
        "prometheus.yml": texts.get("config", CONFIG),
        "alertmanager.yml": texts.get("manager", MANAGER),
        "tests/own.yml": texts.get("tests", proof(6)),
    }
    for name, text in files.items():
        path = root / SERVERS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def found(root: Path, *files: Path) -> tuple[list[str], list[str]]:
    """Return what the tools find and their progress while they run."""
    request = CheckRequest(root, Settings(), files)
    progress: list[str] = []
    runs = [*tools.runs(request, KeptResults(None))]
    problems = found_by(runs, lambda what, done, total: progress.append(f"{done}/{total} {what}"))
    return [str(problem) for problem in (*tools.missing(request), *problems)], progress


def test_every_file_is_checked_by_its_tool(tmp_path: Path) -> None:
    """Rules, configurations, tests and Alertmanager's file are each given to their checker."""
    problems, progress = found(project(tmp_path))
    assert problems == []
    assert [line.split()[0] for line in progress] == ["1/4", "2/4", "3/4", "4/4"]
    assert sorted(line.split(maxsplit=1)[1] for line in progress) == [
        f"amtool check-config {SERVERS}/alertmanager.yml",
        f"promtool check config {SERVERS}/prometheus.yml",
        f"promtool check rules {SERVERS}/rules/own.yml",
        f"promtool test rules {SERVERS}/tests/own.yml",
    ]


def test_given_files_are_checked_alone(tmp_path: Path) -> None:
    """Of files that are named only the rules are checked."""
    own = project(tmp_path) / "mine.yml"
    own.write_text("groups: [{name: a, rules: [{record: b, expr: up}, {record: b, expr: up}]}]")
    (problem,), progress = found(tmp_path, own)
    assert progress == [f"1/1 promtool check rules {own}"]
    assert problem.startswith(f"{own}:1: promtool: ")
    assert "duplicate" in problem


def test_an_alert_for_other_services_is_no_duplicate(tmp_path: Path) -> None:
    """Two forms of an alert differ by what they take; what is the same is found all the same."""
    own = project(tmp_path) / "mine.yml"
    forms = ("{alert: A, expr: 'up == 0'}", "{alert: A, expr: 'up > 1'}")
    own.write_text(f"groups: [{{name: a, rules: [{', '.join(forms)}]}}]")
    assert found(tmp_path, own)[0] == []
    records = ("{record: b, expr: up}",) * 2
    own.write_text(f"groups: [{{name: a, rules: [{', '.join((*forms, *records))}]}}]")
    assert "Metric: b" in found(tmp_path, own)[0][0]


@pytest.mark.parametrize(
    ("texts", "start", "words"),
    [
        ({"rules": RULES.replace("max by", "mxa by")}, f"{SERVERS}/rules/own.yml:", "parse error"),
        (
            {"config": "scrape: {}\n"},
            f"{SERVERS}/prometheus.yml:1: promtool: ",
            "field scrape not found",
        ),
        ({"tests": proof(5)}, f"{SERVERS}/tests/own.yml:1: promtool: ", "QueueLong"),
        ({"manager": "route: {}\n"}, f"{SERVERS}/alertmanager.yml:1: amtool: ", "default receiver"),
    ],
)
def test_what_a_tool_finds_is_a_problem(
    tmp_path: Path, texts: dict[str, str], start: str, words: str
) -> None:
    """The file is named, with the tool's own words."""
    problems, _ = found(project(tmp_path, **texts))
    assert [text for text in problems if text.startswith(start) and words in text]


def test_what_a_newer_promtool_finds_beside_duplicates_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 3 ends with the same code for a configuration that it takes and would not have."""
    newer = tmp_path / "bin" / "promtool"
    newer.parent.mkdir()
    newer.write_text(
        "#!/bin/sh\n"
        '[ "$1" = --version ] && echo "promtool, version 3.5.0" && exit\n'
        'echo "lint error scrape interval too long"; exit 3\n'
    )
    newer.chmod(0o755)
    monkeypatch.setenv("PATH", f"{newer.parent}:/usr/bin:/bin")
    (problem,) = found(tmp_path, project(tmp_path) / SERVERS / "rules" / "own.yml")[0]
    assert "scrape interval too long" in problem


def test_a_missing_tool_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each tool that is not there is named once, with the package that has it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    problems, progress = found(project(tmp_path))
    assert progress == []
    assert problems == [
        (
            f"{SERVERS}/rules/own.yml:1: promtool: promtool is not on the PATH; "
            "type: sudo apt-get install prometheus, or check with --offline"
        ),
        (
            f"{SERVERS}/alertmanager.yml:1: amtool: amtool is not on the PATH; "
            "type: sudo apt-get install prometheus-alertmanager, or check with --offline"
        ),
    ]


def test_older_tools_check_the_files_of_newer_servers(tmp_path: Path) -> None:
    """Debian's tools get copies without newer fields; what is wrong beside these is still found."""
    labels = dict(ALERT["labels"])
    rules = group({**ALERT, "labels": {}, "annotations": {}}, labels=labels, query_offset="30s")
    hook = "webhook_configs: [{url_file: /s/hook}], msteamsv2_configs: [{webhook_url_file: /s/x}]"
    manager = f"route: {{receiver: a}}\nreceivers: [{{name: a, {hook}}}]\n"
    recorder = "event_recorder: {webhook_outputs: [{url: 'http://127.0.0.1/events'}]}\n"
    assert found(project(tmp_path, rules=rules, manager=manager + recorder))[0] == []
    wrong = manager.replace("{receiver: a}", "{receiver: b}")
    late = proof(4)  # at which the alert does not fire
    problems, _ = found(project(tmp_path, rules=rules, manager=wrong, tests=late))
    assert ["amtool" in text or "promtool" in text for text in problems] == [True, True]
    assert any("undefined receiver" in text for text in problems)
