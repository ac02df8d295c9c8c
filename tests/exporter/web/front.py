"""An engine whose polls do what they are told, and the site that shows it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.collectors.base import Collector, Delivery
from exporter.engine import Engine, Outside
from exporter.exposition.samples import Part, Sample
from exporter.poller import Poller
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from exporter.web.scrapers import Scrapers
from exporter.web.site import ExporterSite
from exporter.web.status import ExporterStatus, status
from tests.clocks import HandClock
from tests.exporter.samples import GAUGE
from tests.exporter.simulator.asking import NOON

FOREVER = float("inf")
CALM = {
    "projects": ("ion-demo",),
    "endpoint": "127.0.0.1:1",
    "insecure": True,
    "families": {"*": {"enabled": False}},
}


def delivered(*names: str, age: float = 30.0, notes: tuple[str, ...] = ()) -> Delivery:
    """Return a delivery of a gauge with one series a name, whose data is so old at noon."""
    samples = tuple(Sample((name, "b"), float(index)) for index, name in enumerate(names))
    parts = (Part(GAUGE, samples),) if names else ()
    return Delivery(
        parts=parts, expires=FOREVER, data_time=NOON - age if names else None, notes=notes
    )


class Front:
    """An engine at noon, with its clock, its own counters, and its site."""

    def __init__(self, home: Path, *collectors: Collector, **google: object) -> None:
        self.clock, self.telemetry, self.scrapers = HandClock(NOON), Telemetry(NOON), Scrapers()
        self.store = SqliteStore(home / "state.sqlite")
        self.loads = 0
        self.site = ExporterSite(self.clock, self.telemetry, self.scrapers, self._load)
        outside = Outside(
            clock=self.clock,
            source=SourceClock(self.clock, self.telemetry),
            telemetry=self.telemetry,
            store=self.store,
            seen=self.scrapers.seen,
            visited=self.scrapers.visited,
        )
        self.engine = Engine(Settings(google={**CALM, **google}), outside)
        if collectors:
            self.engine.poller = Poller(collectors, self.clock, self.telemetry, self.scrapers.seen)

    def _load(self) -> None:
        self.loads += 1

    def run(self, look: Callable[[], object] = lambda: None, *names: str) -> None:
        """Run the named polls once, or all, then `look` while the engine is alive, then stop."""
        asyncio.run(self._run(look, names))

    async def _run(self, look: Callable[[], object], names: tuple[str, ...]) -> None:
        self.site.engine = self.engine
        self.engine._task = asyncio.get_running_loop().create_task(asyncio.Event().wait())
        for state in self.engine.poller.states:
            if not names or state.name in names:
                await self.engine.poller.poll_once(state)
        self.engine.poller.swap()
        self.engine.project_cost()
        look()
        await self.engine.stop()
        self.store.close()

    def status(self) -> ExporterStatus:
        """Return what the landing page says now."""
        return status(self.site.engine, self.telemetry, self.clock, "/metrics")
