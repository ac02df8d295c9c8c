"""The dead man's switch: check-ins follow the Watchdog, and say what is wrong here."""

import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Never

import pytest

from exporter.bridge.canary_record import CanaryRecord
from exporter.bridge.delivery_faults import DeliveryFaults
from exporter.bridge.heartbeat import FAILING, Heartbeat
from exporter.bridge.journal_schema import TABLES
from exporter.bridge.outcome import Later, Outcome, Sent, Withheld
from exporter.bridge.records import Records
from exporter.bridge.webhook import NotifiedAlert
from exporter.catalog import own_delivery
from exporter.catalog.alert_names import CANARY_MISSING
from exporter.errors import StateError
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.bridge.samples import BEGAN, firing, notified, resolved


@dataclass
class Outside:
    """A service that keeps its check-ins."""

    name: str = "sentry"
    said: list[bool] = field(default_factory=list)
    answer: Outcome | Withheld = field(default_factory=Sent)

    def check_in(self, *, works: bool) -> Outcome | Withheld:
        """Keep one."""
        self.said.append(works)
        return self.answer


def facts() -> Records:
    """Return the facts of a new journal."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute(TABLES["fact"])
    return Records(lambda: nullcontext(db))


class Chain:
    """A heartbeat at a time that is set by hand."""

    def __init__(self, records: Records | None = None, clock: HandClock | None = None) -> None:
        self.records = records or facts()
        self.clock, self.telemetry = clock or HandClock(BEGAN), Telemetry(BEGAN)
        self.faults = DeliveryFaults(self.clock)
        self.outside = Outside()
        canaries = CanaryRecord(self.records)
        self.heartbeat = Heartbeat(self.clock, self.telemetry, (self.faults,), canaries)
        self.heartbeat.services = (self.outside,)

    def restarted(self) -> "Chain":
        """Return what a new process finds: the journal, and another monotonic clock."""
        return Chain(self.records, HandClock(7.0, self.clock.now() - 7.0))

    def arrive(self, *alerts: NotifiedAlert, new: bool = True) -> None:
        """Let a notification arrive."""
        self.heartbeat.received(notified(*alerts), new=new)

    def go_on(self, seconds: int, *, watched: bool = True, canaries: bool = True) -> None:
        """Let time pass, with a Watchdog each minute and a canary each hour."""
        for second in range(1, seconds + 1):
            self.clock.time += 1
            if watched and second % 60 == 0:
                self.arrive(WATCHDOG, new=False)
            if canaries and self.clock.time % 3_600 == 0:
                self.arrive(canary(self.clock.time - 2))
            self.heartbeat.beat()


WATCHDOG = firing(alertname="Watchdog", severity="none")


def canary(at: float) -> NotifiedAlert:
    """Return a canary that began to fire at a time."""
    return replace(firing(alertname="Canary", severity="none"), starts_at=at)


def test_a_check_in_a_minute() -> None:
    """Each Watchdog is a check-in that says ok."""
    chain = Chain()
    chain.go_on(600)
    assert chain.outside.said == [True] * 10


def test_without_a_watchdog_there_is_no_check_in() -> None:
    """Where the chain before the bridge is broken, the bridge is silent."""
    chain = Chain()
    chain.go_on(300)
    chain.go_on(7_200, watched=False)
    assert len(chain.outside.said) == 5


def test_the_end_of_a_watchdog_is_no_sign_of_life() -> None:
    """A resolved Watchdog, and any other alert, is no reason to check in."""
    chain = Chain()
    chain.arrive(resolved(WATCHDOG), firing(2))
    chain.go_on(5, watched=False)
    assert chain.outside.said == []


def test_two_alertmanagers_are_one_check_in() -> None:
    """Sentry takes a few check-ins a minute: those that come together are one."""
    chain = Chain()
    for _ in range(20):
        chain.arrive(WATCHDOG)
        chain.go_on(1, watched=False)
    assert chain.outside.said == [True]


def test_deliveries_that_fail_turn_it_to_error() -> None:
    """Ten minutes after deliveries began to fail a check-in says error, until they arrive."""
    chain = Chain()
    chain.faults.failed("sentry", "503")
    chain.go_on(int(FAILING) - 1)
    assert set(chain.outside.said) == {True}
    chain.go_on(120)
    assert chain.outside.said[-2:] == [False, False]
    chain.faults.succeeded("sentry")
    chain.go_on(60)
    assert chain.outside.said[-1]


def test_a_canary_that_is_missing_turns_it_to_error() -> None:
    """75 minutes without one, a check-in says error; the next canary ends that."""
    chain = Chain()
    chain.go_on(int(CANARY_MISSING) - 60, canaries=False)
    assert set(chain.outside.said) == {True}
    chain.go_on(180, canaries=False)
    assert chain.outside.said[-1] is False
    chain.arrive(canary(chain.clock.now() - 2))
    chain.go_on(60, canaries=False)
    assert chain.outside.said[-1]


def test_a_bridge_that_starts_again_and_again_misses_it_too() -> None:
    """The 75 minutes begin with the last canary, not with the bridge."""
    chain = Chain()
    chain.arrive(canary(chain.clock.now() - 2))
    for _ in range(4):
        chain.go_on(1_200, canaries=False)
        chain = chain.restarted()
    chain.go_on(60, canaries=False)
    assert chain.outside.said == [False]
    assert chain.telemetry.value(own_delivery.CHAIN_AGE) == pytest.approx(4_860, abs=1)
    chain.arrive(canary(chain.clock.now() - 2))
    chain = chain.restarted()
    chain.go_on(60, canaries=False)
    assert chain.outside.said == [True]


@pytest.mark.parametrize("text", ["damaged", "nan", str(BEGAN + 86_400)])
def test_a_time_of_the_canary_that_cannot_be_is_none(text: str) -> None:
    """What is damaged, or ahead of the clock, is as if the bridge had just begun."""
    records = facts()
    records.set_fact("canary.at", text)
    chain = Chain(records)
    chain.go_on(60, canaries=False)
    assert chain.outside.said == [True]


def test_a_canary_that_cannot_be_noted_is_measured(caplog: pytest.LogCaptureFixture) -> None:
    """A journal that fails just then costs the note alone."""

    def refused() -> Never:
        raise StateError("disk is full")

    chain = Chain()
    chain.heartbeat._canaries = CanaryRecord(Records(refused))
    chain.arrive(canary(chain.clock.now() - 2.5))
    assert chain.telemetry.value(own_delivery.CHAIN) == pytest.approx(2.5)
    assert "the arrival of the canary is not noted: disk is full" in caplog.text


def test_a_canary_that_is_late_turns_it_to_error() -> None:
    """One that took over a minute is an error until one does not."""
    chain = Chain()
    chain.arrive(canary(chain.clock.now() - 61))
    chain.go_on(60, canaries=False)
    assert chain.outside.said == [False]
    chain.arrive(canary(chain.clock.now() - 60))
    chain.go_on(60, canaries=False)
    assert chain.outside.said == [False, True]


def test_the_canary_is_measured_once() -> None:
    """Its time is from the rule's evaluation to the journal; a repeat of it measures nothing."""
    chain = Chain()
    one = canary(chain.clock.now() - 2.5)
    chain.arrive(one)
    assert chain.telemetry.value(own_delivery.CHAIN) == pytest.approx(2.5)
    chain.go_on(1_800, canaries=False)
    chain.arrive(one, new=False)
    chain.arrive(resolved(one))
    chain.heartbeat.beat()
    assert chain.telemetry.value(own_delivery.CHAIN) == pytest.approx(2.5)
    assert chain.telemetry.value(own_delivery.CHAIN_AGE) == pytest.approx(1_800, abs=1)


def test_a_step_of_the_clock_is_no_missing_canary() -> None:
    """The age stands on the monotonic clock."""
    chain = Chain()
    chain.clock.off = 86_400.0
    chain.go_on(120)
    assert chain.outside.said == [True, True]


def test_a_check_in_that_fails_is_counted() -> None:
    """It is not tried again: the next one comes in a minute."""
    chain = Chain()
    chain.outside.answer = Later("away")
    chain.go_on(120)
    assert chain.outside.said == [True, True]
    assert chain.telemetry.value(own_delivery.CHECK_INS, ("sentry", "failed")) == 2


def test_a_check_in_that_is_withheld_is_counted_as_such(caplog: pytest.LogCaptureFixture) -> None:
    """It is not counted as sent, and is no sign that the service answers again."""
    chain = Chain()
    chain.outside.answer = Later("away")
    chain.go_on(60)
    chain.outside.answer = Withheld()
    with caplog.at_level("INFO"):
        chain.go_on(120)
    assert "check-ins arrive" not in caplog.text
    counts = [
        chain.telemetry.value(own_delivery.CHECK_INS, ("sentry", outcome))
        for outcome in ("sent", "failed", "withheld")
    ]
    assert counts == [0, 1, 2]
    chain.outside.answer = Sent()
    with caplog.at_level("INFO"):
        chain.go_on(120)
    assert caplog.messages.count("check-ins arrive") == 1


def test_what_is_wrong_with_the_chain_is_logged_when_it_begins_and_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once each, not with every check-in."""
    chain = Chain()
    chain.faults.failed("sentry", "503")
    with caplog.at_level("INFO"):
        chain.go_on(int(FAILING) + 180)
        assert caplog.messages.count("sentry: 503") == 1
        chain.faults.succeeded("sentry")
        chain.go_on(180)
    assert caplog.messages.count("alerts arrive, and are delivered") == 1
