"""Keeps what the landing page says of the service: fed after polls, worked out by its own task.

Nothing of it runs when somebody scrapes.
"""

import logging
from collections.abc import Mapping, Sequence

from exporter.catalog import own
from exporter.catalog.error_signals import as_counted
from exporter.catalog.signals import SIGNALS
from exporter.clock import Clock
from exporter.exposition.snapshot import Snapshot
from exporter.logs import once
from exporter.monitoring_config import config_path
from exporter.poller import PollState
from exporter.settings import Settings
from exporter.summary.limits import LimitsFile
from exporter.summary.recent import STEP, RecentService
from exporter.summary.ring import RecentRing
from exporter.summary.totals import MOST
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.service")


class ServiceWatch:
    """The service of late, as far as the exporter knows it; `service` may be read by any thread."""

    def __init__(self, settings: Settings, clock: Clock, telemetry: Telemetry) -> None:
        """Watch the signals of the catalog as settings count them."""
        alerts = settings.alerts
        counted = (as_counted(s, alerts.error_classes, alerts.minimum_events) for s in SIGNALS)
        self._clock, self._telemetry = clock, telemetry
        self._signals = tuple(counted)
        self.ring = self._empty_ring()
        self._limits = LimitsFile(config_path(settings))
        self.failing = False
        self._fed = False  # since the last failure
        self.seen: set[str] = set()  # families that have had a series
        self.service: RecentService | None = None

    def take_over(self, before: "ServiceWatch") -> None:
        """Go on with what an earlier watch knows of the same signals, unless it is failing."""
        if not before.failing and self.ring.signals == before.ring.signals:
            self.ring, self.service = before.ring, before.service
            self.seen = before.seen

    def feed(self, snapshot: Snapshot) -> None:
        """Add what rose since the last snapshot."""
        try:
            self.ring.feed(snapshot)
            self._fed = True
        except Exception as error:  # noqa: BLE001 - a process boundary: it costs a part of a page
            self._begin_anew(error)

    async def run(self, states: Sequence[PollState]) -> None:
        """Work out the service every STEP seconds until cancelled."""
        while True:
            self.step(states)
            await self._clock.sleep(STEP)

    def step(self, states: Sequence[PollState]) -> None:
        """Work out the service as it is now."""
        now = self._clock.monotonic()
        wall = self._clock.now() - now
        try:
            self.ring.step(now)
            times = data_times(states, wall)
            limits, absent = self._limits.read(), self._absent(states)
            service = self.ring.service(now + wall, limits, times, absent)
        except Exception as error:  # noqa: BLE001 - as above
            self._begin_anew(error)
        else:
            self._show(service)

    def _show(self, service: RecentService) -> None:
        """Show the service; after a failure, once a snapshot has been fed and worked out."""
        if self.failing and not self._fed:
            return
        if self.failing:
            log.info("the state of the service is worked out again")
        self.failing, self.service = False, service
        for family in sorted({name for one in service.not_known for name in one.given_up}):
            once(log, family, f"{family}: over {MOST} places, its signals are not known")

    def _absent(self, states: Sequence[PollState]) -> frozenset[str]:
        """Return the families that every poll of theirs read without a series, now and before."""
        read: dict[str, bool] = {}
        for state in states:
            name, some = state.poll.family, state.series() > 0
            if some:
                self.seen.add(name)
            read[name] = read.get(name, True) and state.healthy() and not some
        return frozenset(name for name, empty in read.items() if empty) - self.seen - {""}

    def _begin_anew(self, error: Exception) -> None:
        """Drop the ring, which may be broken halfway; log the first failure of several."""
        if not self.failing:
            log.error("the state of the service is not known, and begins anew", exc_info=error)
        self.ring = self._empty_ring()
        self.failing, self._fed, self.service = True, False, None

    def _empty_ring(self) -> RecentRing:
        return RecentRing(self._signals, self._source_time)

    def _source_time(self, project: str, family: str) -> float:
        return self._telemetry.value(own.DATA_SECONDS, (project, family))


def data_times(states: Sequence[PollState], wall: float) -> Mapping[str, float]:
    """Return by family the Unix time of its newest data; of several polls, of the last behind."""
    found: dict[str, float] = {}
    for state in states:
        delivery, at = state.delivery, state.data_time
        if delivery is not None and at is not None:
            for part in delivery.parts:
                if part.samples:
                    name = part.family.name
                    found[name] = min(found.get(name, at + wall), at + wall)
    return found
