"""Keeps the journal: a sign of life, what is too old removed, its size; each in a thread."""

import asyncio

from exporter.bridge.journal import AlertJournal
from exporter.bridge.journal_health import JournalHealth
from exporter.catalog import own_bridge
from exporter.clock import Clock
from exporter.errors import StateError
from exporter.telemetry import Telemetry

SIGN = 10.0  # seconds between signs of life, a few of which may fail before there is a hole
EXPIRY = 3_600.0  # seconds between removals, and before the first one
STEP = 60.0  # seconds by which a clock that is corrected slowly never departs at once


class Tending:
    """Tends a journal for as long as `run` runs."""

    def __init__(
        self, journal: AlertJournal, telemetry: Telemetry, clock: Clock, health: JournalHealth
    ) -> None:
        self._health = health
        self._journal, self._telemetry, self._clock = journal, telemetry, clock
        self._next = clock.monotonic() + EXPIRY
        self._ahead = clock.now() - clock.monotonic()

    async def run(self) -> None:
        """Tend it until this is cancelled."""
        while True:
            await asyncio.to_thread(self.once)
            await self._clock.sleep(SIGN)

    def once(self) -> None:
        """Give a sign of life, and remove what is too old where it is time to."""
        try:
            self._journal.records.alive(self._clock.now())
            self._expire()
            self._measure()
        except StateError as error:
            self._health.failed(error)
        else:
            self._health.succeeded()

    def _expire(self) -> None:
        """Remove what is too old, unless the clock was just set: it may be wrong by a year."""
        now, steady = self._clock.now(), self._clock.monotonic()
        stepped = abs(now - steady - self._ahead) > STEP
        self._ahead = now - steady
        if stepped:
            self._next = steady + EXPIRY
        if steady < self._next:
            return
        while (gone := self._journal.expire(now)).alerts:
            self._health.lost(gone.dead_letters)
        self._next = steady + EXPIRY

    def _measure(self) -> None:
        alerts, size = self._journal.size()
        self._telemetry.set(own_bridge.JOURNAL_ALERTS, (), alerts)
        self._telemetry.set(own_bridge.JOURNAL_EVENTS, (), self._journal.events.size())
        self._telemetry.set(own_bridge.JOURNAL_BYTES, (), size)
        self._telemetry.set(own_bridge.JOURNAL_LIMIT, (), self._journal.limits.max_alerts)
