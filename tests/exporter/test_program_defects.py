"""What goes wrong with polling or with a reload is seen, and nothing is left running or silent."""

import asyncio
import logging
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from exporter import lifecycle, program
from exporter.catalog import own
from exporter.clock import WallClock
from exporter.engine import Engine
from exporter.errors import IonmonError, SettingsError
from exporter.program import Program
from exporter.settings import Settings
from exporter.web.routes import StillLoading
from exporter.web.site import ExporterSite
from tests import servers
from tests.exporter.running import written

PATIENCE = 30.0  # seconds; a guard against hanging, not a measurement
BROKEN = (
    "from exporter.engine import Engine; project_cost = Engine.project_cost\n"
    "def broken(self):\n"
    "    if self.settings.google.budget_usd_per_month == 7: raise KeyError('a defect')\n"
    "    project_cost(self)\n"
    "Engine.project_cost = broken\n"
    "from exporter.cli import main; main()"
)


def calm(home: Path) -> Settings:
    """Return settings without a single poll."""
    google = {"projects": ["ion-demo"], "endpoint": "127.0.0.1:1", "insecure": True}
    google["families"] = {"*": {"enabled": False}}
    web = {"listen": ["127.0.0.1:0"], "enable_lifecycle": True}
    return Settings(google=google, web=web, storage={"state_file": home / "state.sqlite"})


class Desk:
    """A program in this process, whose settings and whose engines' end are in hand."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = calm(home)
        self.fault: Exception | None = None
        self.engines: list[Engine] = []
        self.stopping, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()
        self.stop_fault: Exception | None = None
        self.left: list[Engine] = []
        start, stop, desk = Engine.start, Engine.stop, self

        def noted(engine: Engine) -> asyncio.Task[None]:
            desk.engines.append(engine)
            return start(engine)

        async def held(engine: Engine) -> None:
            desk.stopping.set()
            await desk.go_on.wait()
            await stop(engine)
            if desk.stop_fault:
                raise desk.stop_fault

        monkeypatch.setattr(Engine, "start", noted)
        monkeypatch.setattr(Engine, "stop", held)
        self.program = Program(self.load, WallClock())

    def load(self) -> Settings:
        """Return the settings, or fail as told."""
        if self.fault:
            raise self.fault
        return self.settings

    def run(self, work: Callable[[], Awaitable[object]]) -> None:
        """Run the program, `work` beside it, then stop the program."""
        asyncio.run(self._run(work))

    async def _run(self, work: Callable[[], Awaitable[object]]) -> None:
        started = asyncio.Event()
        running = asyncio.create_task(self.program.run(lambda _: started.set()))
        async with asyncio.timeout(PATIENCE):
            await started.wait()
            try:
                await work()
            finally:
                self.program.stop()
                await running
                self.left = [engine for engine in self.engines if engine.alive()]

    def successful(self) -> float:
        """Return whether the last reload succeeded, as the page has it."""
        (part,) = (
            p for p in self.program.telemetry.parts() if p.family is own.CONFIG_RELOAD_SUCCESS
        )
        return float(part.samples[0].value)  # type: ignore[arg-type]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a program that does not run yet."""
    return Desk(tmp_path, monkeypatch)


def settings_file(home: Path, budget: int) -> Path:
    """Write settings without a poll; the broken engine dies of a budget of 7."""
    google = {"projects": ["ion-demo"], "endpoint": "127.0.0.1:1", "insecure": True}
    google |= {"families": {"*": {"enabled": False}}, "budget_usd_per_month": budget}
    return written(home / "monitoring.yaml", {"google": google})


def command(home: Path, path: Path) -> tuple[str, ...]:
    """Return the command line of an exporter whose engine may die."""
    state = ("--storage.state-file", str(home / "state.sqlite"))
    listen = ("--web.listen-address", "127.0.0.1:0")
    return (sys.executable, "-c", BROKEN, "run", "--config", str(path), *state, *listen)


def assert_reported(said: str) -> None:
    """The log has one critical line with the cause and its traceback."""
    (line,) = (line for line in said.splitlines() if "level=critical" in line)
    assert "polling was stopped by a defect" in line
    assert "KeyError: 'a defect'" in line
    assert "in broken" in line


def test_a_defect_of_polling_ends_the_process(tmp_path: Path) -> None:
    """An engine that dies leaves no process that serves old values: exit code 70, and a log."""
    line = command(tmp_path, settings_file(tmp_path, 7))
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=PATIENCE * 2)
    assert done.returncode == 70
    assert_reported(done.stderr)


def test_a_defect_after_a_reload_ends_the_process(tmp_path: Path) -> None:
    """The engine that a reload has started is watched as the first one is."""
    path, log = settings_file(tmp_path, 5), tmp_path / "log"
    with servers.process(command(tmp_path, path), log) as process:
        servers.wait_until(lambda: "overview http" in log.read_text(), "a start")
        settings_file(tmp_path, 7)
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == 70
    assert_reported(log.read_text())


def test_the_loop_shows_that_it_is_not_blocked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The running program writes one sign of life after another."""
    monkeypatch.setattr(program, "HEARTBEAT", 0.0)

    async def work() -> None:
        seen: set[float | None] = {None}
        while len(seen) < 3:
            seen.add(desk.program.site.last_heartbeat)
            await asyncio.sleep(0)

    desk.run(work)


def test_a_reload_that_waits_is_healthy(desk: Desk) -> None:
    """While the old engine ends, nothing polls, and that is no reason to kill the process."""

    async def work() -> None:
        desk.go_on.clear()
        reload = asyncio.create_task(desk.program.reload())
        await desk.stopping.wait()
        desk.engines[0]._task.cancel()  # type: ignore[union-attr]
        await asyncio.sleep(0)
        assert desk.program.site.healthy() == (True, "reloading")
        desk.go_on.set()
        await reload
        assert desk.program.site.healthy() == (True, "alive")

    desk.run(work)


def test_an_end_during_a_reload_leaves_nothing_running(desk: Desk) -> None:
    """SIGTERM while the old engine ends: the engine that comes after it is ended, too."""

    async def work() -> None:
        desk.go_on.clear()
        reload = asyncio.create_task(desk.program.reload())
        await desk.stopping.wait()
        late = asyncio.create_task(desk.program.reload())
        desk.program.stop()
        for _ in range(5):
            await asyncio.sleep(0)
        desk.go_on.set()
        await reload
        with pytest.raises(IonmonError, match="stopping"):
            await late

    desk.run(work)
    assert (len(desk.engines), desk.left) == (2, [])


def test_every_reload_by_signal_is_kept_until_it_is_done(desk: Desk) -> None:
    """Of two signals, the second one waits for the first, and both are held on to."""

    async def work() -> None:
        desk.go_on.clear()
        before = set(desk.program.lifecycle.tasks)
        for _ in range(2):
            desk.program.lifecycle.reload_by_signal()
        await desk.stopping.wait()
        held = desk.program.lifecycle.tasks - before
        assert len(held) == 2
        desk.go_on.set()
        await asyncio.gather(*held)
        assert len(desk.engines) == 3

    desk.run(work)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (SettingsError("google.projcts: unknown"), "google.projcts: unknown"),
        (KeyError("inside"), "a defect; see the log"),
    ],
)
def test_a_reload_that_fails_is_shown_until_one_succeeds(
    desk: Desk, caplog: pytest.LogCaptureFixture, fault: Exception, text: str
) -> None:
    """Whatever keeps settings from being loaded is on the page, in the log and in the metric."""
    caplog.set_level(logging.ERROR, "ionmon")

    async def work() -> None:
        desk.fault = fault
        await desk.program.lifecycle.reload_and_report()
        assert desk.successful() == 0
        landing = desk.program.site.landing().decode()
        assert f": {text}; the old settings stay" in landing
        assert "Reload refused at 20" in landing
        assert len(caplog.records) == 1
        desk.fault = None
        await desk.program.reload()
        assert desk.successful() == 1
        assert b"refused" not in desk.program.site.landing()

    desk.run(work)


def test_polling_goes_on_where_the_old_engine_does_not_end_well(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """An error on closing the old connections is logged, and the new settings are polled."""

    async def work() -> None:
        desk.stop_fault = OSError("a connection hangs")
        await desk.program.reload()
        desk.stop_fault = None
        assert desk.program.site.engine is desk.engines[1]
        assert desk.engines[1].alive()
        assert "could not be stopped cleanly" in caplog.text
        assert "a connection hangs" in caplog.text

    desk.run(work)


def test_who_waits_too_long_for_a_reload_is_answered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each client gets a clear answer; its reload takes place, or the log says why not."""
    monkeypatch.setattr(lifecycle, "RELOAD_TIMEOUT", 0.01)

    async def work() -> None:
        desk.go_on.clear()
        for _ in range(2):
            with pytest.raises(StillLoading, match="the reload goes on; its result"):
                await asyncio.to_thread(desk.program.lifecycle.reload_from_thread)
        desk.fault = SettingsError("google.projcts: unknown")
        desk.go_on.set()
        async with desk.program._reloading:
            assert len(desk.engines) == 2
        await asyncio.sleep(0)

    desk.run(work)
    assert "reload refused, the old settings stay: google.projcts: unknown" in caplog.messages


def test_a_new_snapshot_is_encoded_before_somebody_scrapes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site learns of each change at once, else the first scrape after it would encode."""
    learnt: list[ExporterSite] = []

    def swapped(site: ExporterSite) -> None:
        learnt.append(site)

    monkeypatch.setattr(ExporterSite, "swapped", swapped)

    async def change() -> None:
        desk.engines[0]._swapped()

    desk.run(change)
    assert desk.program.site in learnt
