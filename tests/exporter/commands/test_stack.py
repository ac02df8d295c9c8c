"""ionmon stack: what is refused before anything starts."""

import fcntl
import shutil
import socket
from pathlib import Path

import pytest

from exporter import cli
from exporter.commands import stack
from exporter.stack.model import StackChoice, StackPorts
from tests.servers import free_port

ROOT = Path(__file__).parents[3]
REFERENCE = str(ROOT / "examples" / "reference.yaml")


def refused(folder: Path, *words: str) -> int:
    """Return the exit code of a stack in a folder, whose ports are free."""
    offset = str(free_port() - StackPorts().prometheus)
    return cli.run(["stack", "--folder", str(folder), "--port-offset", offset, *words])


def test_settings_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A stack is made of a settings file, and wrong ones are refused as everywhere."""
    monkeypatch.delenv("IONMON_CONFIG", raising=False)
    assert refused(tmp_path / "new") == 3
    assert "no settings file is given" in capsys.readouterr().err
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("alerts: {Nothing: {}}\n")
    assert refused(tmp_path / "new", "--config", str(wrong)) == 3
    assert "alerts.Nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("level", "text"),
    [
        ("", "ionmon stack --config c --port-offset 7 --real --keep"),
        ("1", "make stack ARGS='--port-offset 7 --real --keep'"),
    ],
)
def test_the_next_start_is_one_that_runs(
    level: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was called, by make where make called it, with what else was asked for."""
    monkeypatch.setenv("MAKELEVEL", level)
    choice = StackChoice(folder=stack.FOLDER, config=Path("c"), real=True, ports=StackPorts(7))
    assert text in stack.advice(choice)


def test_ports_that_are_taken_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is written."""
    with socket.create_server(("127.0.0.1", port := free_port())):
        offset = str(port - StackPorts().prometheus)
        words = ["--folder", str(tmp_path / "new"), "--config", REFERENCE]
        assert cli.run(["stack", *words, "--port-offset", offset]) == 1
    assert f"port {port} of prometheus" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["lock"]


def test_a_folder_has_one_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second one would write into the data of the first."""
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert refused(tmp_path, "--config", REFERENCE) == 1
    assert "a stack runs already in" in capsys.readouterr().err


def test_programs_that_are_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All at once, with the command that installs them."""
    monkeypatch.setattr(shutil, "which", lambda name: None if "prometheus" in name else name)
    assert refused(tmp_path / "new", "--config", REFERENCE) == 1
    text = "not on the PATH: prometheus-alertmanager prometheus; type: sudo apt-get install"
    assert text in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
