"""Hours of scraping in virtual time: every page is kept, with the time at which it was scraped."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.engine import Engine, Outside
from exporter.exposition.exposition import Format
from exporter.settings import (
    ApplicationSettings,
    GoogleSettings,
    RedisSettings,
    RedisTargetSettings,
    Settings,
)
from exporter.simulator.application import SimulatedApplication
from exporter.simulator.cache_answers import CacheAnswers
from exporter.simulator.faults import NONE, Faults
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.telemetry import Telemetry
from exporter.web.scrapers import Scrapers
from exporter.web.site import ExporterSite
from tests.clocks import HandClock
from tests.servers import redis

REDIS, METRICS = "ion-cache", "ion-metrics"
STEP = 5.0


@dataclass
class Recording:
    """What was scraped: lines with their times, and for each scrape the newest data by poll."""

    path: Path
    times: list[float] = field(default_factory=list)
    newest: dict[float, dict[str, float]] = field(default_factory=dict)

    def span(self, poll: str, at: float, window: float) -> tuple[float, float]:
        """Return the (start, end] of source time by which a family rose in a window."""
        before = self.times[[t >= at - window for t in self.times].index(True)]
        return self.newest[before][poll], self.newest[at][poll]


class Exporter:
    """An exporter whose polls are run by hand, on a clock that is set by hand."""

    def __init__(self, settings: Settings, clock: HandClock, state: Path) -> None:
        self._clock = clock
        self._scrapers = Scrapers()
        self.telemetry = Telemetry(clock.now())
        self.store = SqliteStore(state)
        outside = Outside(
            clock=clock,
            source=SourceClock(clock, self.telemetry),
            telemetry=self.telemetry,
            store=self.store,
            seen=self._scrapers.seen,
            visited=self._scrapers.visited,
        )
        self.site = ExporterSite(clock, self.telemetry, self._scrapers, lambda: None)
        self.engine = self.site.engine = Engine(settings, outside)

    async def poll(self) -> None:
        """Run every poll that is due, one after the other, then what time allows."""
        poller = self.engine.poller
        for state in poller.states:
            if state.poll.due() <= self._clock.now():
                await poller.poll_once(state)
        poller.swap()
        await poller.tick()
        poller.swap()

    def page(self, client: str = "prometheus") -> str:
        """Scrape once."""
        return bytes(self.site.exposition(Format.TEXT, gzip=False, client=client)).decode()

    def newest(self) -> dict[str, float]:
        """Return the Unix time of the newest data of each poll, by its name."""
        states = self.engine.poller.states
        return {s.name.rsplit("/", 1)[-1]: s.data_time for s in states if s.data_time}

    async def close(self) -> None:
        """Close connections and the state file."""
        await self.engine.stop()
        self.store.close()


def settings(
    endpoint: str, families: Iterable[str], cache: str | None = None, metrics: int | None = None
) -> Settings:
    """Return settings that read these families only, a cache, and what an application recorded."""
    chosen = {"*": {"enabled": False}, **{name: {"enabled": True} for name in families}}
    google = GoogleSettings.model_validate(
        {
            "projects": [World.project],
            "endpoint": endpoint,
            "insecure": True,
            "families": chosen,
            "calls_per_minute": 1_000_000,  # virtual minutes are short
        }
    )
    targets = [RedisTargetSettings(name=REDIS, url=f"redis://{cache}")] if cache else []
    if metrics is None:
        return Settings(google=google, redis=RedisSettings(targets=tuple(targets)))
    url = f"redis://127.0.0.1:{metrics}"
    targets.append(RedisTargetSettings(name=METRICS, url=url, collect=False))
    application = ApplicationSettings(redis=METRICS, name=World.project)
    return Settings(
        google=google, redis=RedisSettings(targets=tuple(targets)), application=application
    )


@contextmanager
def simulated(
    world: World, clock: HandClock, faults: Faults = NONE
) -> Iterator[tuple[Simulator, str, str]]:
    """Serve a world and its cache; give the simulator, its endpoint, the cache's address."""
    simulator, cache = Simulator(world, clock, faults), CacheAnswers(world, clock)
    try:
        yield simulator, simulator.start(), f"127.0.0.1:{cache.port}"
    finally:
        simulator.close()
        cache.close()


def record(
    world: World, families: Iterable[str], folder: Path, until: float, every: float = 30.0
) -> Recording:
    """Scrape an exporter of a world from its start to `until`, every `every` seconds."""
    clock = HandClock(world.start)
    found = Recording(folder / "history.om")
    with (
        simulated(world, clock) as (_, endpoint, cache),
        redis(folder) as server,
        found.path.open("w") as file,
    ):
        url = f"redis://127.0.0.1:{server.port}"
        application = SimulatedApplication(world, clock, url, World.project)
        chosen = settings(endpoint, families, cache, server.port)
        exporter = Exporter(chosen, clock, folder / "state")

        async def scrape_all() -> None:
            while clock.time < until:
                application.catch_up()
                assert application.flush()
                await exporter.poll()
                if clock.time % every == 0:
                    file.writelines(_stamped(exporter.page(), clock.time))
                    found.times.append(clock.time)
                    found.newest[clock.time] = exporter.newest()
                clock.time += STEP
            await exporter.close()

        asyncio.run(scrape_all())
        file.write("# EOF\n")
    return found


def _stamped(page: str, at: float) -> Iterator[str]:
    for line in page.splitlines():
        if not line.startswith(("#", "ionmon_p", "ionmon_api", "process_")):
            yield f"{line} {at}\n"
