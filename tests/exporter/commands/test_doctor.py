"""ionmon doctor prints its findings for people and for programs."""

import json
from pathlib import Path

import pytest

from exporter import cli
from exporter.commands.doctor import text
from exporter.doctor.finding import Finding, Verdict
from exporter.simulator.server import Simulator
from tests.docs.json_keys import unlike_page
from tests.exporter.running import INSTANCES, REQUESTS, address, simulator, tree, written

FOUND = [
    Finding("state file", Verdict.OK, "s can be written"),
    Finding("p: clock", Verdict.WARN, "no points"),
    Finding("p/well", Verdict.OK, "3 series"),
    Finding("p/empty", Verdict.EMPTY, "m has no series"),
    Finding("p/bad", Verdict.FAIL, "INTERNAL: x\ny", "fix it"),
]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no generated files are."""
    monkeypatch.chdir(tmp_path)


def doctor(project: Simulator, folder: Path, *more: str, projects: str = "ion-demo") -> int:
    """Run ionmon doctor on a simulated project."""
    settings = tree(address(project), INSTANCES, REQUESTS, projects=[projects])
    path = written(folder / "m.yaml", settings)
    state = ("--storage.state-file", str(folder / "state.sqlite"))
    return cli.run(["doctor", "--config", str(path), *state, *more])


def test_metric_types_that_are_well_are_only_counted() -> None:
    """The table shows what is wrong and what is not a metric type; the rest is in the sum."""
    lines = text(FOUND, everything=False).splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["OK", "WARN", "FAIL"]
    assert " ".join(lines[3].split()) == "FAIL p/bad INTERNAL: x y fix it"
    assert lines[-1] == "2 ok, 1 empty, 1 warn, 1 fail"
    everything = text(FOUND, everything=True).splitlines()
    assert [line.split()[0] for line in everything[1:6]] == ["OK", "WARN", "OK", "EMPTY", "FAIL"]


def test_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing failed the exit code is 0, and JSON holds each finding whole."""
    with simulator(INSTANCES, REQUESTS) as project:
        assert doctor(project, tmp_path) == 0
        assert capsys.readouterr().out.endswith("\n\n8 ok\n")
        assert doctor(project, tmp_path, "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert unlike_page("doctor", body) == []
    findings = body["findings"]
    assert len(findings) == 8
    assert findings[1] == {
        "subject": "credentials",
        "verdict": "ok",
        "text": "none needed",
        "fix": "",
    }


def test_a_failure_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where anything failed the exit code is 1, and the fix is printed."""
    with simulator(INSTANCES, REQUESTS) as project:
        assert doctor(project, tmp_path, projects="other-project") == 1
    assert "gcloud projects add-iam-policy-binding other-project" in capsys.readouterr().out
