"""The dead man's switch of the whole chain: what always fires has to arrive here.

Watchdog comes once a minute, and each time the bridge checks in outside, where somebody is notified
when the check-ins stop. An hourly test alert, Canary, measures how long an alert takes into the
journal. A check-in says error where the bridge's own deliveries or its journal fail, or the canary
is late.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from exporter.bridge.canary_record import CanaryRecord
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.outcome import Outcome, Sent, Withheld
from exporter.bridge.webhook import Notification, NotifiedAlert
from exporter.catalog import own_delivery
from exporter.catalog.alert_names import CANARY, CANARY_MISSING, WATCHDOG
from exporter.clock import Clock
from exporter.telemetry import Telemetry

APART = 30.0  # seconds between check-ins at least: each of several Alertmanagers sends a Watchdog
FAILING = 600.0  # seconds for which deliveries may fail before a check-in says error
LATE = 60.0  # seconds that a canary may take

log = logging.getLogger("ionmon.heartbeat")


class CheckIns(Protocol):
    """A service outside that notices when check-ins stop."""

    name: str

    def check_in(self, *, works: bool) -> Outcome | Withheld:
        """Say that alerts arrive, or that they do not."""


class Heartbeat:
    """Takes note of Watchdog and Canary, and checks in; any thread may call it."""

    def __init__(
        self,
        clock: Clock,
        telemetry: Telemetry,
        faults: Sequence[DeliveryFaults],
        canaries: CanaryRecord,
    ) -> None:
        """Check in nowhere yet: `services` may be replaced. Raises StateError."""
        self.services: Sequence[CheckIns] = ()
        self._clock, self._telemetry, self._faults = clock, telemetry, faults
        self._mutex = threading.Lock()
        self._arrived = False
        self._last = float("-inf")
        self._canaries = canaries
        self._canary_at = clock.monotonic() - canaries.age(clock.now())
        self._took = 0.0
        self._reported: dict[str, str] = {}

    def received(self, notification: Notification, *, new: bool) -> None:
        """Take note of a notification that was taken in; `new` where it was not known before."""
        for alert in notification.alerts:
            if alert.status != "firing":
                continue
            if alert.name == WATCHDOG:
                with self._mutex:
                    self._arrived = True
            if alert.name == CANARY and new:
                self._measure(alert)

    def _measure(self, canary: NotifiedAlert) -> None:
        took = self._clock.now() - canary.starts_at
        with self._mutex:
            self._took, self._canary_at = took, self._clock.monotonic()
        self._canaries.arrived(self._clock.now())
        self._telemetry.set(own_delivery.CHAIN, (), took)
        log.debug("the canary took %.1f s", took)

    def faults(self) -> tuple[str, ...]:
        """Return what is wrong with the chain from here on, for people; empty where it works."""
        with self._mutex:
            age, took = self._clock.monotonic() - self._canary_at, self._took
        found = [fault for each in self._faults for fault in each.lasting(FAILING)]
        if age > CANARY_MISSING:
            found.append(f"no {CANARY} arrived for {age / 60:.0f} minutes")
        elif took > LATE:
            found.append(f"the last {CANARY} took {took:.0f} s")
        return tuple(found)

    def beat(self) -> None:
        """Check in, where a Watchdog has arrived since the last time; called each second."""
        now = self._clock.monotonic()
        with self._mutex:
            self._telemetry.set(own_delivery.CHAIN_AGE, (), now - self._canary_at)
            if not self._arrived or now - self._last < APART:
                return
            self._arrived, self._last = False, now
        faults = self.faults()
        self._say("chain", "; ".join(faults), "alerts arrive, and are delivered")
        for service in self.services:
            self._note(service.name, service.check_in(works=not faults))

    def _note(self, name: str, outcome: Outcome | Withheld) -> None:
        match outcome:
            case Sent():
                counted = "sent"
                self._say(name, "", "check-ins arrive")
            case Withheld():  # whether the service could be reached is not known
                counted = "withheld"
            case _:
                counted = "failed"
                self._say(name, f"no check-in: {outcome.why}", "")
        self._telemetry.count(own_delivery.CHECK_INS, (name, counted))

    def _say(self, about: str, fault: str, over: str) -> None:
        """Log a fault when it begins or changes, and its end."""
        extra = {"fields": {"about": about}}
        before = self._reported.get(about, "")
        if fault and fault != before:
            log.warning("%s", fault, extra=extra)
        elif before and not fault:
            log.info("%s", over, extra=extra)
        self._reported[about] = fault
