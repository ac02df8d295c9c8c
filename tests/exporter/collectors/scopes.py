"""Projects of a metrics scope on paper, read under settings that change."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc

from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.points import Raw
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.cloud_monitoring.target import Margins, Shared
from exporter.collectors.base import Delivery
from exporter.collectors.cloud_monitoring import CloudMonitoringCollector
from exporter.errors import PollError, Reason
from exporter.polling_targets import family_targets
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.cloud_monitoring.messages import OK, SERVICE
from tests.exporter.cloud_monitoring.paper import PaperApi, PaperPoint

POOL = ThreadPoolExecutor(1)
START, DELAY = 1_800_000_000, 120
REQUESTS, INSTANCES = "cloudrun_requests_total", "cloudrun_instances"


@dataclass
class PaperScope(PaperApi):
    """Serves the series of projects; a call to the scoping project returns those of all."""

    scoping: str = "s"
    filters: bool = True
    denied: set[str] = field(default_factory=set)
    called: list[tuple[str, str]] = field(default_factory=list)

    def pages(self, query: SeriesQuery) -> Iterator[Raw]:
        """Yield the pages of what a project sees."""
        self.called.append((query.project, query.filter))
        if query.project in self.denied:
            raise PollError(Reason.PERMISSION, "PERMISSION_DENIED: on paper")
        seen = replace(
            self,
            points=[p for p in self.points if self._sees(query, self.labels[p.series][1])],
        )
        yield from PaperApi.pages(seen, query)

    def _sees(self, query: SeriesQuery, resource: dict[str, str]) -> bool:
        owner = resource.get("project_id", "")
        if not self.filters:
            return query.project in (owner, self.scoping)
        if f'project_id != "{owner}"' in query.filter:
            return False
        if "project_id = " in query.filter and f'project_id = "{owner}"' not in query.filter:
            return False
        return query.project in (owner, self.scoping) or not owner


class ScopeBench:
    """The polls of one family under some settings, with a real state file."""

    def __init__(self, path: Path, *projects: str, family: str = REQUESTS) -> None:
        labels = [(OK, {**SERVICE, "project_id": project}) for project in projects]
        self.api = PaperScope(labels)
        self.projects, self.family, self.path = projects, family, path
        self.clock, self.telemetry = HandClock(START), Telemetry(START)
        self.end = START - 1800
        self.store = SqliteStore(path)
        self.google: dict[str, Any] = {}
        self.margins = Margins(600.0, 7200.0)

    def use(self, *, road: str = "redis", **google: Any) -> "ScopeBench":
        """Use settings, as after a reload: only the state file is known."""
        self.google = google
        tree = {"google": google, "application": {"road": road}}
        found = family_targets(Settings.model_validate(tree))
        shared = Shared(
            client=self.api,
            descriptors=Descriptors(self.api),
            store=self.store,
            source=SourceClock(self.clock, self.telemetry),
            telemetry=self.telemetry,
            margins=self.margins,
        )
        wanted = [target for target in found if target.family.name == self.family]
        channel = grpc.insecure_channel("127.0.0.1:1")
        self.collector = CloudMonitoringCollector(wanted, shared, 1, channel)
        return self

    def kill(self) -> None:
        """End the process and start another one with the same settings."""
        self.store.close()
        self.store = SqliteStore(self.path)
        self.use(**self.google)

    def minutes(self, number: int, *values: int) -> None:
        """Let so many minutes pass with these values of the projects' series."""
        for _ in range(number):
            self.end += 60
            for series, value in enumerate(values):
                if value:
                    self.api.points.append(PaperPoint(series, self.end, value, self.end + DELAY))
        self.clock.time = self.api.now = self.end

    def read(self) -> dict[str, Delivery]:
        """Run every poll once; those that fail deliver nothing."""
        found = {}
        for poll in self.collector.polls():
            try:
                found[poll.name] = poll.read()
            except PollError:
                continue
        return found

    def revealed(self) -> dict[str, Delivery]:
        """Run every poll once, and reveal what it shows at zero."""
        found = self.read()
        for poll in self.collector.polls():
            if poll.name in found and found[poll.name].reveal:
                shown = poll.reveal()  # type: ignore[union-attr]
                assert shown is not None
                found[poll.name] = shown
        return found

    def truth(self, project: str) -> float:
        """Return the sum of a project's points that are readable and after its ledger's start."""
        ledger = self.store.load(f"{project}/{self.family}", self._shape())
        assert ledger is not None
        start = ledger.start // 10**9
        number = self.projects.index(project)
        return sum(
            p.value
            for p in self.api.points
            if p.series == number and p.end > start and p.visible <= self.api.now
        )

    def _shape(self) -> str:
        (row,) = self.store._connection.execute("SELECT shape FROM ledger LIMIT 1")
        return str(row[0])


def by_project(deliveries: dict[str, Delivery]) -> dict[str, float]:
    """Return the sum of all samples of each project; each series may be there once."""
    seen: set[tuple[str, ...]] = set()
    found: dict[str, float] = {}
    for delivery in deliveries.values():
        for part in delivery.parts:
            at = part.family.label_names.index("gcp_project")
            for sample in part.samples:
                assert sample.labels not in seen, f"{sample.labels} twice"
                assert not hasattr(sample.value, "counts")
                seen.add(sample.labels)
                found[sample.labels[at]] = found.get(sample.labels[at], 0) + sample.value  # type: ignore[operator]
    return found
