"""Time: what is monotonic stays so, and only one module reads the machine's clocks."""

import ast
import asyncio
import time

import pytest

from exporter import clock
from exporter.clock import Steady, SteadyLoop, WallClock
from tests.sources import product

APART = ("exporter/clock.py", "exporter/recorder/")  # the recorder is a distribution of its own
READS = {"time", "time_ns", "monotonic", "monotonic_ns", "clock_gettime", "clock_gettime_ns"}
DATES = {"now", "utcnow", "today"}
PRESENT = {"gmtime", "localtime", "ctime", "asctime"}  # of now, unless they are given a time


def reads_clock(node: ast.Call) -> bool:
    """Return whether a call reads a clock of the machine."""
    name = node.func
    if not isinstance(name, ast.Attribute) or not isinstance(name.value, ast.Name):
        return False
    module, called = name.value.id, name.attr
    if module == "time":
        return called in READS or (called in PRESENT and not node.args)
    return module in ("datetime", "date") and called in DATES


def test_only_one_module_reads_the_machine_s_clocks() -> None:
    """All others take the time as an argument, or durations from the steady clock."""
    found = [
        f"{source.path}:{call.lineno}"
        for source in product()
        if source.path.startswith("exporter/") and not source.path.startswith(APART)
        for call in source.calls
        if reads_clock(call)
    ]
    assert found == []


def test_only_modules_are_imported() -> None:
    """A clock that is imported by its name would escape the test before this one."""
    names = [
        alias.name
        for source in product()
        if source.path.startswith("exporter/") and not source.path.startswith(APART)
        for node in source.imports
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
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
