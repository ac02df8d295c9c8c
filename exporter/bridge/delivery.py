"""Delivers what the journal owes, each alert until its target has it or will never take it.

A delivery is marked after it was sent, in memory where the journal has no room. A kill between the
two sends it once more, with the same id: this is the one case in which a target is sent something
twice.
"""

import logging
import threading
from collections.abc import Mapping, Sequence
from itertools import groupby
from random import SystemRandom
from typing import Protocol

from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.delivery_marks import DeliveryMarks, Owed
from exporter.bridge.journal_rows import JournaledAlert, OwedDelivery
from exporter.bridge.outcome import Later, Outcome, Refused, Sent
from exporter.catalog import own_bridge, own_delivery
from exporter.clock import Clock
from exporter.telemetry import Key, Telemetry

MOST_TRIES = 100  # that fail, about a day; then it is a dead letter
FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0  # seconds after a try that failed; doubled each time
IN_A_ROW = 3  # failures, after which a target is taken to be away
EVERY = 1.0  # seconds between looks into the journal
_JITTER = SystemRandom()

log = logging.getLogger("ionmon.delivery")


class DeliveryTarget(Protocol):
    """Something outside that takes alerts."""

    def deliver(self, journaled: JournaledAlert) -> Outcome:
        """Send an alert, and return what became of it; raises nothing on purpose."""


class DeliveryLoop:
    """Delivers what is due, in one thread at a time."""

    def __init__(
        self, owed: Owed, clock: Clock, telemetry: Telemetry, faults: DeliveryFaults
    ) -> None:
        """Deliver to nothing yet: `targets` has them by name, and may be replaced."""
        self.targets: Mapping[str, DeliveryTarget] = {}
        self._owed, self._clock = DeliveryMarks(owed, clock), clock
        self._telemetry, self._faults = telemetry, faults
        self._stopping = threading.Event()
        self._paused: dict[str, float] = {}
        self._in_a_row: dict[str, int] = {}

    def stop(self) -> None:
        """Deliver nothing more after what is being sent now."""
        self._stopping.set()

    def deliver_due(self) -> None:
        """Deliver what is due now, that which has waited longest first. Raises StateError."""
        due = sorted(self._owed.due(self._clock.now()), key=lambda owed: owed.target)
        for name, owed in groupby(due, lambda delivery: delivery.target):
            self._deliver(name, tuple(owed))
        self._report()
        self._owed.write()

    def _deliver(self, name: str, owed: Sequence[OwedDelivery]) -> None:
        target = self.targets.get(name)
        for at, delivery in enumerate(owed):
            if self._stopping.is_set() or self._is_paused(name):
                return
            if delivery.journaled is None:
                self._bury(delivery)
                continue
            if target is None:
                self._give_up(delivery, f"{name} is not configured any more")
                continue
            outcome = self._outcome(target, delivery, delivery.journaled)
            self._mark(delivery, outcome)
            if isinstance(outcome, Later) and self._is_away(name):
                # They share its fault: each of them would wait for the same time-out again.
                for other in owed[at + 1 :]:
                    self._put_off(other, outcome)
                return

    def _outcome(
        self, target: DeliveryTarget, delivery: OwedDelivery, journaled: JournaledAlert
    ) -> Outcome:
        try:
            return target.deliver(journaled)
        except Exception:  # the process boundary: an alert that cannot be sent costs itself only
            log.exception("an alert could not be made ready for %s", delivery.target)
            return Refused("a defect of ionmon; see its log")

    def _is_paused(self, name: str) -> bool:
        return self._clock.monotonic() < self._paused.get(name, 0.0)

    def _is_away(self, name: str) -> bool:
        return self._is_paused(name) or self._in_a_row.get(name, 0) >= IN_A_ROW

    def _mark(self, delivery: OwedDelivery, outcome: Outcome) -> None:
        if isinstance(outcome, Sent | Later) and outcome.wait:
            self._paused[delivery.target] = self._clock.monotonic() + outcome.wait
        match outcome:
            case Sent():
                self._arrived(delivery)
            case Later():
                name = delivery.target
                self._in_a_row[name] = self._in_a_row.get(name, 0) + 1
                self._put_off(delivery, outcome)
            case Refused(why):
                self._give_up(delivery, why)

    def _arrived(self, delivery: OwedDelivery) -> None:
        name = delivery.target
        self._owed.done(delivery)
        self._count(name, "sent")
        if self._faults.succeeded(name):
            log.info("deliveries arrive again", extra={"fields": {"target": name}})
        if self._in_a_row.pop(name, 0) >= IN_A_ROW:
            self._owed.hasten(name)

    def _put_off(self, delivery: OwedDelivery, outcome: Later) -> None:
        if delivery.tries + 1 >= MOST_TRIES:
            self._give_up(delivery, outcome.why)
            return
        wait = min(FIRST_WAIT * 2.0 ** min(delivery.tries, 20), LONGEST_WAIT)
        wait = max(outcome.wait, wait * _JITTER.uniform(0.8, 1.2))
        self._owed.later(delivery, wait, outcome.why)
        self._count(delivery.target, "failed")
        self._note(delivery.target, outcome.why)

    def _give_up(self, delivery: OwedDelivery, why: str) -> None:
        self._owed.dead(delivery, why)
        self._count(delivery.target, "dead")
        self._faults.gave_up(delivery.target, why)
        name = delivery.journaled.alert.name if delivery.journaled else "an alert"
        log.error(
            "%s is not delivered: %s; see: ionmon bridge dead",
            name,
            why,
            extra={"fields": {"target": delivery.target, "tries": delivery.tries + 1}},
        )

    def _bury(self, delivery: OwedDelivery) -> None:
        """Give up what is damaged on disk: it costs itself alone."""
        self._telemetry.count(own_bridge.DAMAGED_ROWS, ("delivery",))
        self._give_up(delivery, delivery.damage)

    def _note(self, target: str, why: str) -> None:
        if target not in self._faults.seconds():
            log.warning(
                "deliveries fail, they are tried again: %s",
                why,
                extra={"fields": {"target": target}},
            )
        self._faults.failed(target, why)

    def _count(self, target: str, outcome: str) -> None:
        self._telemetry.count(own_delivery.DELIVERIES, (target, outcome))

    def _report(self) -> None:
        counts, failing = self._owed.counts(), self._faults.seconds()
        names = {*self.targets, *(target for target, _ in counts)}
        for family, state in (
            (own_delivery.PENDING, "pending"),
            (own_delivery.DEAD_LETTERS, "dead"),
        ):
            values: dict[Key, float] = {(n,): counts.get((n, state), 0) for n in names}
            self._telemetry.replace(family, values)
        seconds: dict[Key, float] = {(n,): failing.get(n, 0.0) for n in {*names, *failing}}
        self._telemetry.replace(own_delivery.FAILING, seconds)
