"""Time: what is monotonic stays so, and only one module reads the machine's clocks."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from exporter import clock
from exporter.clock import Steady, SteadyLoop, WallClock
from tests.sources import SourceCall, SourceFile, product

APART = ("exporter/clock.py", "exporter/recorder/")  # the recorder is a distribution of its own
READS = {"time", "time_ns", "monotonic", "monotonic_ns", "clock_gettime", "clock_gettime_ns"}
DATES = {"now", "utcnow", "today"}
PRESENT = {"gmtime", "localtime", "ctime", "asctime"}  # of now, unless they are given a time


def reads_clock(call: SourceCall) -> bool:
    """Return whether a call reads a clock of the machine."""
    if call.owner == "time":
        return call.name in READS or (call.name in PRESENT and not call.positional)
    return call.owner in ("datetime", "date") and call.name in DATES


def of_the_exporter() -> Iterator[SourceFile]:
    """Yield its modules that may not read a clock."""
    for source in product():
        if source.path.startswith("exporter/") and not source.path.startswith(APART):
            yield source


def test_only_one_module_reads_the_machine_s_clocks() -> None:
    """All others take the time as an argument, or durations from the steady clock."""
    found = [
        f"{source.path}:{call.line}"
        for source in of_the_exporter()
        for call in source.calls
        if reads_clock(call)
    ]
    assert found == []


def test_only_modules_are_imported() -> None:
    """A clock that is imported by its name would escape the test before this one."""
    names = [
        f"{source.path}:{one.line}: {one.name}"
        for source in of_the_exporter()
        for one in source.imports
        if one.module == "time"
    ]
    assert names == []


def test_a_steady_clock_never_goes_back() -> None:
    """Where the reading does, time goes on from there; a leap ahead is time that has passed."""
    readings = iter([100.0, 101.0, 51.0, 52.0, 60.0, 3660.0, 10.0])
    steady = Steady(lambda: next(readings))
    assert [steady() for _ in range(6)] == [101.0, 101.0, 102.0, 110.0, 3710.0, 3710.0]


def test_the_machine_s_clocks_advance() -> None:
    """Unix time is the machine's; the monotonic one counts the time of suspension, too."""
    machine = WallClock()
    assert machine.now() == pytest.approx(time.time(), abs=60)
    first = machine.monotonic()
    assert 0 <= machine.monotonic() - first < 60
    assert time.CLOCK_BOOTTIME == clock._RUNNING


def test_timers_stand_on_the_steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that is due once the monotonic clock has gone back an hour still runs."""
    off = [0.0]
    monkeypatch.setattr(clock, "steady", Steady(lambda: time.monotonic() + off[0]))

    async def main() -> None:
        waiting = asyncio.ensure_future(asyncio.sleep(0.05))
        await asyncio.sleep(0)
        off[0] = -3600.0
        await waiting

    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        runner.run(asyncio.wait_for(main(), 60))
