"""ionmon deploy says what it would do, does it, and refuses what nobody wants."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from exporter import cli
from exporter.settings.deploy import DEBIAN_EXAMPLE
from generators.deploy.state import state
from tests.docs.json_keys import unlike_page
from tests.generators.deploy.machine import Machine, machine

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("generated_once")]
BASE = {
    "notifications": {"webhook": {"url": "http://127.0.0.1:1/ion"}},
    "prometheus": {"longterm": "127.0.0.1:9091"},
}


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Type the commands in the folder; no settings come from elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IONMON_CONFIG", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Machine]:
    """Run the servers of a machine."""
    with machine(tmp_path / "machine") as found:
        yield found


def configs(settings: dict[str, Any]) -> None:
    """Write settings, and what they generate."""
    Path("monitoring.yaml").write_text(yaml.safe_dump(settings))
    command = ["configs", "--config", "monitoring.yaml", "--root", "deployed", "--quiet"]
    assert cli.run(command) == 0


def deploy(*flags: str) -> int:
    """Run ionmon deploy without the tools of the servers."""
    return cli.run(["deploy", "--root", "deployed", "--offline", "--wait", "0s", *flags])


def settings_of(made: Machine) -> dict[str, Any]:
    """Return settings whose deploy section has the machine's places."""
    found = made.settings().deploy.model_dump(mode="json", exclude_none=True)
    for name in made.ports:
        found[name] = {n: v for n, v in found[name].items() if n != "reload_command"}
    return {**BASE, "deploy": found}


def test_a_set_is_deployed_once(made: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    """All rules of both servers are in force as written; then there is nothing to do."""
    settings = settings_of(made)
    configs(settings)
    capsys.readouterr()
    assert deploy() == 1
    shown = capsys.readouterr()
    assert f"  {made.config('prometheus')}: is not of a deploy" in shown.err
    assert "use --overwrite to do it" in shown.err
    assert deploy("--overwrite") == 0
    assert "nothing was changed; use --apply to do it" in capsys.readouterr().out
    assert made.config("prometheus").read_text() == "global: {}\n"
    assert deploy("--apply", "--overwrite", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert unlike_page("As JSON", found, page="docs/deploy.md") == []
    assert found["result"] == "deployed"
    told = {one["step"]: one["outcome"] for one in found["steps"]}
    assert told.pop("check") == "done"
    expected = ("files", "alertmanager", "longterm", "prometheus", "grafana", "evaluation")
    assert told == dict.fromkeys(expected, "done")
    assert len(state(made.steps_of_servers()[2].server).rules) > 200  # type: ignore[arg-type]  # it has one
    times, files = made.reloads(), made.files()
    assert deploy("--apply") == 0
    assert "everything is in force as written" in capsys.readouterr().out
    assert (made.reloads(), made.files()) == (times, files)
    configs({**settings, "alerts": {"ResponseTimeWarning": {"threshold": "120ms"}}})
    capsys.readouterr()
    assert deploy() == 0
    shown = capsys.readouterr()
    assert "~ alerts.ResponseTimeWarning.threshold: from above 100ms to above 120ms" in shown.out
    assert f"    replace {made.root}/prometheus/rules/alerts.yml" in shown.out
    assert "· longterm: is as written already" in shown.out
    assert deploy("--apply") == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("✓ prometheus: 1 file written, reloaded") for line in lines)
    assert "· longterm: is as written already" in lines


def test_flags_take_the_place_of_settings(
    made: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    """--set names where one server is, --only leaves the others out."""
    configs(BASE)
    url = f"http://127.0.0.1:{made.ports['alertmanager']}"
    own = ["--set", f"alertmanager.config_file={made.config('alertmanager')}"]
    own += ["--set", f"alertmanager.url={url}", "--set", "state_directory=/nowhere/state"]
    capsys.readouterr()
    assert deploy(*own, "--overwrite", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["step"] for one in found["files"]} == {"alertmanager"}
    assert (found["result"], found["applied"]) == ("would change", False)
    assert deploy(*own, "--only", "prometheus") == 1
    shown = capsys.readouterr().err
    assert "nothing says where servers read their files" in shown
    assert [line for line in DEBIAN_EXAMPLE if f"\n  {line}\n" not in shown] == []


WRONG = {
    "prometheus.config_file=prometheus.yml": "prometheus.config_file: is not an absolute path",
    "prometheus.urll=http://a": "prometheus.urll: Extra inputs are not permitted",
    "prometheus.url": "prometheus.url: write KEY=VALUE",
    "prometheus.rules_directory.more=1": "rules_directory is no section below deploy",
    "longterm.url=http://a": "longterm.rules_directory: is missing; write it, or config_file",
}


def test_wrong_values_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A flag is judged as the settings are, before anything is asked."""
    configs({**BASE, "deploy": {"prometheus": {"url": "http://b", "rules_directory": "/r"}}})
    for value, says in WRONG.items():
        capsys.readouterr()
        assert deploy("--set", value) == cli.WRONG_SETTINGS
        shown = capsys.readouterr().err
        assert shown.startswith("ionmon: --set ")
        assert says in shown


def test_a_set_has_to_be_as_it_was_generated(capsys: pytest.CaptureFixture[str]) -> None:
    """A file that was edited, and a set of other settings, are refused with the command."""
    configs({**BASE, "deploy": {"grafana": {"dashboards_directory": "/nowhere"}}})
    capsys.readouterr()
    edited = Path("deployed/alertmanager/out/rules/alerts.yml")
    text = edited.read_text()
    edited.write_text(text + "# mine\n")
    assert deploy() == 1
    command = "ionmon configs --config monitoring.yaml --root deployed"
    shown = capsys.readouterr().err
    assert f"{edited}: was changed after it was generated" in shown
    assert command in shown
    edited.write_text(text)
    Path("monitoring.yaml").write_text(yaml.safe_dump({**BASE, "log": {"level": "debug"}}))
    assert deploy("--config", "monitoring.yaml") == 1
    shown = capsys.readouterr().err
    assert "was generated from other settings than monitoring.yaml: log differs" in shown
    assert command in shown


def test_without_an_unfinished_deploy_there_is_nothing_to_recover(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It needs no set; a directory that no deploy made is not made, and a journal is read."""
    state = tmp_path / "state"
    where = ("--set", f"state_directory={state}")
    assert cli.run(["deploy", "--recover", "back", *where]) == 1
    assert f"{state}: is not there, so no deploy was begun" in capsys.readouterr().err
    assert not state.exists()
    state.mkdir()
    assert cli.run(["deploy", "--recover", "back", *where]) == 0
    assert capsys.readouterr().out == f"{state}: every deploy from here has finished\n"
    (tmp_path / "state/unfinished.json").write_text("{}")
    assert cli.run(["deploy", "--recover", "back", *where]) == 1
    assert "unfinished.json: is not of this version of ionmon" in capsys.readouterr().err
