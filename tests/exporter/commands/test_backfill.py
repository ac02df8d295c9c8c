"""ionmon backfill shows what it reads and costs, and asks before it does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from exporter.simulator.server import Simulator
from tests.clocks import HandClock
from tests.exporter.backfill.small import CUT, REQUESTS, configured, world, written


@pytest.fixture
def project() -> Iterator[Simulator]:
    """A simulated project, an hour after the cut."""
    simulator = Simulator(world(), HandClock(CUT + 3600))
    yield simulator
    simulator.close()


@pytest.fixture
def arguments(project: Simulator, tmp_path: Path) -> list[str]:
    """The command line of a backfill of two hours."""
    written(tmp_path)
    config = configured(tmp_path, project.start())
    rules, blocks = str(tmp_path / "rules"), str(tmp_path / "work")
    return [
        *("backfill", "--config", str(config), "--last", "2h"),
        *("--rules", rules, "--blocks", blocks),
    ]


def test_a_dry_run(
    arguments: list[str],
    project: Simulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Series, calls and dollars are shown by family; nothing is read, and nothing written."""
    assert cli.run([*arguments, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert REQUESTS in shown
    assert "0.00 dollars before the free million" in shown
    assert "job ionmon, instance 127.0.0.1:9841" in shown
    assert project.queries == 1  # the headers of its series now
    assert not (tmp_path / "work").exists()


def test_nobody_to_ask(
    arguments: list[str], project: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal and without --yes nothing is read."""
    assert cli.run(arguments) == 2
    assert "give --yes to go on, or --dry-run" in capsys.readouterr().err
    assert project.queries == 1


def test_blocks_to_be_moved(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --into the blocks are left, and where they belong is said."""
    assert cli.run([*arguments, "--yes"]) == 0
    shown = capsys.readouterr().out
    assert f"{tmp_path / 'work' / 'ready'}: 4 blocks" in shown
    assert "data directory of the server that keeps 90 days" in shown


def test_more_than_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """More than six weeks are refused before anything is looked at."""
    assert cli.run(["backfill", "--last", "7w"]) == 2
    assert "keeps points of a minute for six weeks" in capsys.readouterr().err
