"""ionmon incident: begins, shows and ends incidents of a simulated project."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from exporter.simulator.control import Control, ControlServer
from exporter.simulator.incidents import INCIDENTS
from exporter.simulator.world import World
from exporter.stack.model import StackPorts
from exporter.stack.prepare import contract
from tests.clocks import HandClock
from tests.docs.json_keys import unlike_page
from tests.exporter.simulator.asking import NOON
from tests.servers import free_port

ROOT = Path(__file__).parents[3]
HALF = 30.0


@pytest.fixture
def offset() -> Iterator[str]:
    """Serve the control address of a project with Google's delay; return its offset."""
    port = free_port()
    server = ControlServer(port, Control(World(start=NOON), HandClock(NOON + HALF), None))
    server.start()
    yield str(port - StackPorts().control)
    server.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a stack with the reference's alerts."""
    path = contract(tmp_path)
    path.parent.mkdir(parents=True)
    shutil.copy(ROOT / "alertmanager" / "out" / "monitoring_config.json", path)
    return tmp_path


def test_it_says_what_to_expect(
    offset: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The alerts, after how many minutes, and where to look."""
    own = ["--folder", str(folder), "--port-offset", offset]
    assert cli.run(["incident", "error_burst", *own]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "error_burst: 4.2 % of europe-west1's requests fail; ends in 14m 30s"
    assert "ErrorRateCritical critical above 1% in 6 to 11 minutes" in lines
    port = StackPorts(int(offset)).exporter
    assert f"service http://127.0.0.1:{port}/" in lines
    assert lines[-1] == f"end it: ionmon incident --end --port-offset {offset}"


def test_without_a_stack_no_alerts_are_known(
    offset: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`ionmon simulate` alone has none; the incident begins all the same."""
    assert cli.run(["incident", "cpu", "--folder", str(tmp_path), "--port-offset", offset]) == 0
    said = capsys.readouterr()
    assert "expected alert" not in said.out
    assert f"{tmp_path} has no alerts of a stack" in said.err


def test_it_shows_and_ends_what_goes_on(offset: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a name it changes nothing."""
    own = ["--port-offset", offset]
    nothing = "no incident goes on; what fired ends within some minutes\n"
    assert cli.run(["incident", *own]) == 0
    assert capsys.readouterr().out == nothing
    assert cli.run(["incident", "--end", *own]) == 0
    assert capsys.readouterr().out == "nothing was going on\n"
    cli.run(["incident", "latency", "--minutes", "2", *own])
    capsys.readouterr()
    assert cli.run(["incident", *own]) == 0
    assert capsys.readouterr().out.startswith("latency: p95 of europe-west1 rises")
    cli.run(["incident", "cpu", "--minutes", "2m", *own])
    capsys.readouterr()
    assert cli.run(["incident", "--end", *own]) == 0
    ended = "ended: latency, cpu; what fired ends within some minutes\n"
    assert capsys.readouterr().out == ended
    assert cli.run(["incident", *own]) == 0
    assert capsys.readouterr().out == nothing


def test_its_json_is_documented(
    offset: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/stack.md has every key, and no other."""
    own = ["--folder", str(folder), "--port-offset", offset, "--json"]
    assert cli.run(["incident", "error_burst", *own]) == 0
    document = json.loads(capsys.readouterr().out)
    heading = "JSON of `ionmon incident`"
    assert unlike_page(heading, document, page="docs/stack.md") == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_all_are_listed(form: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what it does, without a project that runs."""
    assert cli.run(["incident", "--list", *form]) == 0
    text = capsys.readouterr().out
    assert all(one.name in text and one.description in text for one in INCIDENTS.values())


def test_the_json_of_the_list_is_documented(capsys: pytest.CaptureFixture[str]) -> None:
    """docs/json.md has every key, and no other."""
    assert cli.run(["incident", "--list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert unlike_page("incident --list", document) == []


@pytest.mark.parametrize("minutes", ["0", "1d1m", "90s", "soon"])
def test_wrong_minutes(minutes: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole ones, up to a day."""
    assert cli.run(["incident", "cpu", "--minutes", minutes]) == 2
    assert f"'{minutes}': write " in capsys.readouterr().err


@pytest.mark.parametrize("words", [("nothing",), ("cpu", "--end"), ("--list", "--end")])
def test_wrong_use(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown incident, and two things at once."""
    assert cli.run(["incident", *words]) == 2
    assert "--list" in capsys.readouterr().err


def test_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and how to start a project."""
    offset = str(free_port() - StackPorts().control)
    assert cli.run(["incident", "cpu", "--port-offset", offset]) == 1
    assert "start a project: ionmon stack" in capsys.readouterr().err


def test_a_real_project_has_no_control_address(capsys: pytest.CaptureFixture[str]) -> None:
    """`ionmon run` does not take the option."""
    assert cli.run(["run", "--project", "p", "--control-port", "9845"]) == 2
    assert "No such option" in capsys.readouterr().err
