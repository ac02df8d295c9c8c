"""What leaves the bridge on its own: deliveries to Sentry, and check-ins."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from exporter.bridge import delivery
from exporter.bridge.canary_record import CanaryRecord
from exporter.bridge.delivery import DeliveryLoop
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.delivery_marks import Owed
from exporter.bridge.explaining import Explain, unexplained
from exporter.bridge.heartbeat import CheckIns, Heartbeat
from exporter.bridge.heartbeat_url import HeartbeatUrl
from exporter.bridge.journal import Received
from exporter.bridge.records import Records
from exporter.bridge.sentry.alert_event import EventSettings
from exporter.bridge.sentry.alerts import SentryAlerts
from exporter.bridge.sentry.crons import SentryCrons
from exporter.bridge.sentry.kept_limits import KeptLimits
from exporter.bridge.sentry.transport import SentryTransport
from exporter.bridge.webhook import Notification
from exporter.catalog.alert_names import (
    DEFAULT_RECEIVER,
    HEARTBEAT_RECEIVER,
    SENTRY_RECEIVER,
)
from exporter.clock import Clock
from exporter.errors import StateError
from exporter.logs import once, over
from exporter.settings import NotificationSettings, Settings
from exporter.settings.receivers import receivers
from exporter.telemetry import Telemetry

SENTRY = "sentry"

_WAITING = "deliveries wait for the journal"

log = logging.getLogger("ionmon.dispatch")


class Dispatch:
    """Delivers what the journal owes and checks in, by the settings that were applied last."""

    def __init__(
        self,
        settings: Settings,
        owed: Owed,
        records: Records,
        clock: Clock,
        telemetry: Telemetry,
        explain: Explain = unexplained,
    ) -> None:
        """Run nothing yet. What Sentry asked for before a restart is among the records.

        Raises StateError.
        """
        self._explain, self._records = explain, records
        self.faults, self.journal_faults = DeliveryFaults(clock), DeliveryFaults(clock)
        self._clock = clock
        self._delivery = DeliveryLoop(owed, clock, telemetry, self.faults)
        self._heartbeat = Heartbeat(
            clock, telemetry, (self.faults, self.journal_faults), CanaryRecord(records)
        )
        self._sentry: tuple[Path, SentryTransport] | None = None
        self._receivers: frozenset[str] = frozenset()
        self.apply(settings)

    def apply(self, settings: Settings) -> None:
        """Use other settings from the next delivery on."""
        at = settings.notifications
        # Those of former settings too: Alertmanager may have its new ones later than the bridge.
        self._receivers |= sentry_receivers(settings)
        transport = self._transport(at)
        services: list[CheckIns] = []
        if at.sentry is None or transport is None:
            self._delivery.targets = {}
        else:
            page = at.bridge.url if at.bridge else None
            events = EventSettings(at.sentry.environment, page)
            alerts = SentryAlerts(transport, events, self._clock, self._explain)
            self._delivery.targets = {SENTRY: alerts}
            services.append(SentryCrons(transport, events.environment, self._clock))
        if at.heartbeat is not None and at.heartbeat.url_file is not None:
            services.append(HeartbeatUrl(at.secret(at.heartbeat.url_file)))
        self._heartbeat.services = tuple(services)

    def _transport(self, settings: NotificationSettings) -> SentryTransport | None:
        """Return the transport; the one there is, which knows how long Sentry asked to wait."""
        if settings.sentry is None:
            self._sentry = None
            return None
        file = settings.secret(settings.sentry.dsn_file)
        if self._sentry is None or self._sentry[0] != file:
            limits = KeptLimits(self._records, file, self._clock)
            self._sentry = file, SentryTransport(file, self._clock, limits)
        return self._sentry[1]

    def targets(self, receiver: str) -> tuple[str, ...]:
        """Return what is owed an alert that came for a receiver of alertmanager.yml."""
        is_sentry = SENTRY in self._delivery.targets and receiver in self._receivers
        return (SENTRY,) if is_sentry else ()

    def is_heartbeat(self, given: Notification) -> bool:
        """Return whether a notification is only to be noted, not journaled."""
        return given.receiver == HEARTBEAT_RECEIVER

    def received(self, given: Notification, received: Received | None) -> None:
        """Note a notification that is journaled, or a heartbeat, of which nothing was."""
        self._heartbeat.received(given, new=received is not None and received.firing > 0)

    async def run(self) -> None:
        """Deliver and check in until cancelled; what is being sent then is marked first."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again(self._deliver))
            group.create_task(self._again(self._heartbeat.beat))

    async def _again(self, work: Callable[[], None]) -> None:
        while True:
            step = asyncio.ensure_future(asyncio.to_thread(work))
            try:
                await asyncio.shield(step)
            except asyncio.CancelledError:
                self._delivery.stop()
                await asyncio.gather(step, return_exceptions=True)
                raise
            await self._clock.sleep(delivery.EVERY)

    def _deliver(self) -> None:
        try:
            self._delivery.deliver_due()
        except StateError as error:
            once(log, "journal", f"{_WAITING}: {error}")
            self.journal_faults.failed(_WAITING, str(error))
        else:
            self.journal_faults.succeeded(_WAITING)
            over(log, "journal", "deliveries go on")


def sentry_receivers(settings: Settings) -> frozenset[str]:
    """Return the receivers of alertmanager.yml whose alerts may be for Sentry."""
    return receivers(settings, SENTRY_RECEIVER) | {DEFAULT_RECEIVER}
