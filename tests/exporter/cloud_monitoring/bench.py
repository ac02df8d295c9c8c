"""One poll over a paper API, with a clock that is moved by hand and a real state file."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from exporter.catalog import CATALOG
from exporter.catalog.model import CloudMonitoring, Family
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.cloud_monitoring.target import FamilyTarget, Margins, Shared
from exporter.collectors.counter_poll import CounterPoll
from exporter.errors import PollError
from exporter.exposition.samples import Buckets
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.cloud_monitoring.paper import PaperApi

POOL = ThreadPoolExecutor(1)


class Killed(BaseException):
    """The process ended here."""


class Bench:
    """A poll of one family that can be killed and started again.

    Answers have a date where it is `dated`.
    """

    dated = False

    def __init__(
        self, family: str | Family, api: PaperApi, path: Path, margins: Margins, now: float = 0.0
    ) -> None:
        self.api, self.path, self.margins = api, path, margins
        self.family = CATALOG[family] if isinstance(family, str) else family
        self.clock = HandClock(now)
        self.telemetry = Telemetry(now)
        self.limit = 10_000
        self.start()

    def start(self) -> None:
        """Start as a new process would: nothing but the file is known."""
        assert isinstance(self.family.source, CloudMonitoring)
        self.store = SqliteStore(self.path)
        self.source = SourceClock(self.clock, self.telemetry)
        self.api.source = self.source if self.dated else None
        shared = Shared(
            client=self.api,
            descriptors=Descriptors(self.api),
            store=self.store,
            source=self.source,
            telemetry=self.telemetry,
            margins=self.margins,
        )
        target = FamilyTarget(
            project="p", family=self.family, source=self.family.source, limit=self.limit
        )
        self.poll = CounterPoll(target, shared, POOL)

    def kill(self) -> None:
        """Forget everything that is not on disk, and start again."""
        self.store.close()
        self.start()

    def kill_while_committing(self, *, before: bool) -> None:
        """Poll, and end the process just before or just after what was read is on disk."""
        store: Any = self.store
        commit = store.commit

        def die(*arguments: Any) -> None:
            if not before:
                commit(*arguments)
            raise Killed

        store.commit = die
        with suppress(Killed, PollError):
            self.poll.read()
        self.kill()

    def at(self, now: float) -> None:
        """Move the clock, and the API's with it."""
        self.clock.time = self.api.now = now

    def page(self) -> dict[tuple[str, ...], float | Buckets]:
        """Return what the ledger would show, by label values."""
        ledger = self.poll._ledger
        return (
            {} if ledger is None else {t.labels: t.exposed_value() for t in ledger.totals.values()}
        )

    def totals(self) -> dict[tuple[str, ...], float]:
        """Return what the ledger has counted, shown or not."""
        ledger = self.poll._ledger
        assert ledger is not None
        return {t.labels: t.value for t in ledger.totals.values() if t.value}
