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
from exporter.monitoring_config import config_path
from exporter.poller import PollState
from exporter.settings import Settings
from exporter.summary.limits import LimitsFile
from exporter.summary.recent import STEP, RecentService
from exporter.summary.ring import RecentRing
from exporter.telemetry import Telemetry

log = logging.getLogger("ionmon.service")


class ServiceWatch:
    """The service of late, as far as the exporter knows it; `service` may be read by any thread."""

    def __init__(self, settings: Settings, clock: Clock, telemetry: Telemetry) -> None:
        """Watch the signals of the catalog as settings count them."""
        alerts = settings.alerts
        counted = (as_counted(s, alerts.error_classes, alerts.minimum_events) for s in SIGNALS)
        self._clock, self._telemetry = clock, telemetry
        self.ring = RecentRing(tuple(counted), self._source_time)
        self._limits = LimitsFile(config_path(settings))
        self._failed = False
        self.service: RecentService | None = None

    def take_over(self, before: "ServiceWatch") -> None:
        """Go on with what an earlier watch knows of the same signals."""
        if self.ring.signals == before.ring.signals:
            self.ring, self.service = before.ring, before.service

    def feed(self, snapshot: Snapshot) -> None:
        """Add what rose since the last snapshot."""
        if self._failed:
            return
        try:
            self.ring.feed(snapshot)
        except Exception as error:  # noqa: BLE001 - a process boundary: it costs a part of a page
            self._give_up(error)

    async def run(self, states: Sequence[PollState]) -> None:
        """Work out the service every STEP seconds until cancelled."""
        while not self._failed:
            self.step(states)
            await self._clock.sleep(STEP)

    def step(self, states: Sequence[PollState]) -> None:
        """Work out the service as it is now."""
        now = self._clock.monotonic()
        wall = self._clock.now() - now
        try:
            self.ring.step(now)
            times = data_times(states, wall)
            self.service = self.ring.service(now + wall, self._limits.read(), times)
        except Exception as error:  # noqa: BLE001 - as above
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        log.error("the state of the service is unknown from now on", exc_info=error)
        self._failed, self.service = True, None

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
