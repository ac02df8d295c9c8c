"""A journal, a target that answers as it is set, and the delivery between them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from exporter.bridge.delivery import DeliveryLoop
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.journal import AlertJournal
from exporter.bridge.journal_rows import JournaledAlert
from exporter.bridge.outcome import Outcome, Sent
from exporter.catalog import own_delivery
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.bridge.samples import BEGAN, firing, notified


@dataclass
class Taker:
    """A target that keeps what it is sent, and answers as it is set."""

    answer: Callable[[int], Outcome] = lambda _: Sent()
    tried: list[int] = field(default_factory=list)

    def deliver(self, journaled: JournaledAlert) -> Outcome:
        """Keep the alert's number."""
        number = int(journaled.alert.fingerprint, 16)
        self.tried.append(number)
        return self.answer(number)


@dataclass
class Bench:
    """A journal, a target and a delivery, at a time that is set by hand."""

    journal: AlertJournal
    taker: Taker = field(default_factory=Taker)
    clock: HandClock = field(default_factory=lambda: HandClock(BEGAN))
    telemetry: Telemetry = field(default_factory=lambda: Telemetry(BEGAN))

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the journal has, as after a kill."""
        self.faults = DeliveryFaults(self.clock)
        owed = self.journal.deliveries
        self.delivery = DeliveryLoop(owed, self.clock, self.telemetry, self.faults)
        self.delivery.targets = {"sentry": self.taker}

    def owe(self, *numbers: int) -> None:
        """Journal alerts that the target is owed."""
        given = notified(*map(firing, numbers))
        self.journal.receive(given, ("sentry",), self.clock.now())

    def go_on(self, seconds: float, every: float = 1.0) -> None:
        """Let time pass, and deliver what is due."""
        end = self.clock.time + seconds
        while self.clock.time < end:
            self.clock.time += every
            self.delivery.deliver_due()

    def count(self, outcome: str) -> float:
        """Return how often something became of a try."""
        return self.telemetry.value(own_delivery.DELIVERIES, ("sentry", outcome))

    def gauge(self, name: str) -> float:
        """Return a gauge of the target."""
        family = next(f for f in own_delivery.FAMILIES if f.name == f"ionmon_bridge_{name}")
        return self.telemetry.value(family, ("sentry",))
