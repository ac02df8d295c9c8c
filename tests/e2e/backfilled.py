"""A project whose exporter began some minutes ago, and the history before it, in one Prometheus."""

import asyncio
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from exporter.backfill.plan import JOB_NAME, BackfillPlan
from exporter.backfill.preparing import BackfillRequest, planned
from exporter.backfill.rules import RuleSet
from exporter.backfill.run import BackfillRun, Progress
from exporter.backfill.work import WorkFolder, deliver
from exporter.cloud_monitoring.channel import channel
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.settings import Settings
from exporter.simulator.faults import Faults
from exporter.simulator.server import Simulator
from exporter.simulator.world import MINUTE, World
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.e2e.history import STEP, Exporter, settings, simulated

INSTANCE = "127.0.0.1:9841"
_TARGET = f'job="{JOB_NAME}",instance="{INSTANCE}"'


@dataclass(frozen=True, slots=True)
class Lived:
    """What an exporter lived through: its pages, the last scrape, and the newest data then."""

    pages: Path
    scraped: int
    newest: int


@contextmanager
def client_of(endpoint: str) -> Iterator[MonitoringClient]:
    """Call a simulated project."""
    with closing(channel(endpoint, None, insecure=True)) as opened:
        yield MonitoringClient(opened, CallLimits(60.0, 1_000_000), Telemetry(0.0))


def state_of(folder: Path) -> Path:
    """Return the state file of the exporter that lives in a folder."""
    return folder / "state"


def live(chosen: Settings, clock: HandClock, folder: Path, minutes: int, poll: str) -> Lived:
    """Scrape a new exporter each minute; `poll` is the family whose newest data is told."""
    exporter, until = Exporter(chosen, clock, state_of(folder)), clock.time + minutes * MINUTE
    pages, scraped, newest = folder / "live.om", 0.0, 0.0

    async def scrape_all() -> None:
        nonlocal scraped, newest
        with pages.open("w") as file:
            while clock.time < until:
                await exporter.poll()
                if clock.time % MINUTE == 0:
                    file.writelines(_targeted(exporter.page(), clock.time))
                    scraped, newest = clock.time, exporter.newest().get(poll, 0.0)
                clock.time += STEP
            file.write("# EOF\n")
        await exporter.close()

    asyncio.run(scrape_all())
    return Lived(pages, round(scraped), round(newest))


def _targeted(page: str, at: float) -> Iterator[str]:
    """Yield the samples of a page as Prometheus keeps them: with the labels of the target."""
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        series, _, value = line.rpartition(" ")
        name, _, labels = series.partition("{")
        text = f"{_TARGET},{labels[:-1]}" if labels else _TARGET
        yield f"{name}{{{text}}} {value} {at}\n"


class Project:
    """A simulated project, and the settings that read some of its families."""

    def __init__(
        self, world: World, families: Iterable[str], folder: Path, faults: Faults, start: float
    ) -> None:
        """Be read from `start` on."""
        self.world, self.folder = world, folder
        self.clock = HandClock(start)
        self._families, self._faults = tuple(families), faults

    @contextmanager
    def served(self) -> Iterator[tuple[Simulator, Settings]]:
        """Serve it, and give the settings."""
        with simulated(self.world, self.clock, self._faults) as (simulator, endpoint, _):
            base = settings(endpoint, self._families)
            storage = base.storage.model_copy(update={"state_file": state_of(self.folder)})
            yield simulator, base.model_copy(update={"storage": storage})


def unseen(_share: float, _step: str) -> None:
    """Show no progress."""


def backfill(
    chosen: Settings, rules: RuleSet, last: int, folder: Path, progress: Progress = unseen
) -> BackfillPlan:
    """Backfill so many seconds into the data below a folder; returns what was done."""
    work = WorkFolder(folder / "backfill")
    with client_of(str(chosen.google.endpoint)) as client:
        plan = planned(chosen, rules, BackfillRequest(last), client)
        with work.opened(plan):
            BackfillRun(plan, rules, work).run(client, progress)
    (folder / "data").mkdir(exist_ok=True)
    deliver(work.ready, folder / "data")
    return plan


def dumped(data: Path) -> Sequence[str]:
    """Return every sample of some blocks, in order."""
    (data / "wal").mkdir(exist_ok=True)  # which promtool reads, too
    done = subprocess.run(
        ["promtool", "tsdb", "dump", str(data)], check=True, capture_output=True, text=True
    )
    return sorted(done.stdout.splitlines())
