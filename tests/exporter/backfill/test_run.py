"""A backfill that is stopped goes on, and makes the blocks of one that was not, once."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter import cli
from exporter.backfill.plan import CHUNK
from exporter.backfill.promtool import blocks_in
from exporter.backfill.rules import read_rules
from exporter.settings import Settings, load
from exporter.simulator.server import Simulator
from tests.clocks import HandClock
from tests.e2e.backfilled import backfill, dumped
from tests.exporter.backfill.small import (
    BOUNDARY,
    CHUNKS,
    CUT,
    LAST,
    REQUESTS,
    configured,
    world,
    written,
)
from tests.servers import wait_until

IONMON = (sys.executable, "-c", "from exporter.cli import main; main()")
WORK = "data/ionmon-backfill"
# Calls of the progress at which the next run is stopped: within the second chunk, in the first
# level before anything and after a chunk, in the second level, and while blocks are made.
STOPS = (2, 11, 2, 5, 3)
STATES = (
    "raw/*.new/samples.om",
    f"raw/{BOUNDARY - CHUNK}",
    "level-0/*.new/*",
    "level-1/*",
    "outputs/*.new",
    "outputs/*",
)


class Stopped(Exception):
    """Stops a run from within."""


class StopAt:
    """Stops at a call of the progress."""

    def __init__(self, call: int) -> None:
        self._left = call

    def __call__(self, _share: float, _step: str) -> None:
        """Count a call."""
        self._left -= 1
        if not self._left:
            raise Stopped


def named(series: str) -> str:
    """Return the name of a series that promtool printed."""
    return series.partition('__name__="')[2].partition('"')[0]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of a simulated project, an hour after the cut."""
    simulator = Simulator(world(), HandClock(CUT + 3600))
    yield simulator.start()
    simulator.close()


def prepared(folder: Path, endpoint: str) -> Settings:
    """Write what a backfill needs below a folder; returns its settings."""
    folder.mkdir()
    written(folder)
    return load(configured(folder, endpoint))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Path:
    """The folder of a backfill that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole") / "a"
    settings = prepared(folder, endpoint)
    backfill(settings, read_rules(folder / "rules"), LAST, folder)
    return folder


def test_blocks_of_a_backfill(whole: Path) -> None:
    """A chunk becomes a block of the exporter's families, and one of what is kept of the rules."""
    assert len(blocks_in(whole / "data")) == 2 * CHUNKS
    lines = dumped(whole / "data")
    assert len(lines) == len({line.rsplit(" ", 2)[0] + line.rsplit(" ", 1)[1] for line in lines})
    assert set(map(named, lines)) == {
        "cloudrun_requests_total",
        "ionmon_counting_start_timestamp_seconds",
        "ionmon_data_seconds_total",
        "region:requests:longterm_mean",
        "code:requests:longterm_total",
    }


def test_counters_end_with_zero(whole: Path) -> None:
    """The last sample of a counter is 0, a step after its cut; the recorded one's is, too."""
    ends: dict[str, tuple[int, float]] = {}
    for line in dumped(whole / "data"):
        series, value, at = line.rsplit(" ", 2)
        if named(series).endswith("_total"):
            ends[series] = max(ends.get(series, (0, 0.0)), (int(at) // 1000, float(value)))
    raw = {end for series, end in ends.items() if "longterm" not in series}
    assert raw == {(CUT + 60, 0.0)}
    recorded = [end for series, end in ends.items() if "longterm" in series]
    assert len(recorded) == sum(named(series) == REQUESTS for series in ends)
    assert all(at > CUT and value == 0 for at, value in recorded)
    assert all(f'history="{CUT}"' in series for series in ends if "longterm" in series)


def test_a_stopped_backfill_goes_on(tmp_path: Path, endpoint: str, whole: Path) -> None:
    """Stopped anywhere, it ends with the same samples, none of them twice."""
    folder = tmp_path / "b"
    settings, rules = prepared(folder, endpoint), read_rules(folder / "rules")
    for call in STOPS:
        with pytest.raises(Stopped):
            backfill(settings, rules, LAST, folder, StopAt(call))
    backfill(settings, rules, LAST, folder)
    assert dumped(folder / "data") == dumped(whole / "data")
    assert len(blocks_in(folder / "data")) == 2 * CHUNKS


@pytest.mark.deep
def test_a_killed_backfill_goes_on(tmp_path: Path, endpoint: str, whole: Path) -> None:
    """Killed by SIGKILL at any state, it ends with the same samples, none of them twice."""
    folder = tmp_path / "b"
    prepared(folder, endpoint)
    (folder / "data").mkdir()
    command, killed = [*IONMON, *arguments(folder)], 0
    for state in STATES:
        running = subprocess.Popen(command, stderr=subprocess.DEVNULL)

        def reached(state: str = state, running: subprocess.Popen[bytes] = running) -> bool:
            return any((folder / WORK).glob(state)) or running.poll() is not None

        wait_until(reached, state, 120)
        killed += running.poll() is None
        running.kill()
        running.wait()
    assert killed >= 4
    subprocess.run(command, check=True, capture_output=True)
    assert dumped(folder / "data") == dumped(whole / "data")
    assert len(blocks_in(folder / "data")) == 2 * CHUNKS


def arguments(folder: Path, last: str = f"{LAST}s") -> list[str]:
    """Return the command line of a backfill."""
    return [
        *("backfill", "--config", str(folder / "monitoring.yaml"), "--yes", "--last", last),
        *("--rules", str(folder / "rules"), "--into", str(folder / "data")),
    ]


def test_what_is_done_is_not_done_again(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command reads nothing and moves nothing anew; another length is refused."""
    (whole / "backfill").rename(whole / WORK)
    before = blocks_in(whole / "data")
    assert cli.run(arguments(whole)) == 0
    assert "nothing is left to move" in capsys.readouterr().out
    assert cli.run([*arguments(whole), "--dry-run"]) == 0
    assert "read and evaluated already" in capsys.readouterr().out
    assert cli.run(arguments(whole, "3h")) == 1
    assert "has a backfill of other settings, rules, or length" in capsys.readouterr().err
    assert blocks_in(whole / "data") == before
