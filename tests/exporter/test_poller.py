"""Polls run apart: an error costs its own poll only, and pages change as wholes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from exporter.catalog import own
from exporter.collectors.base import Delivery, Poll
from exporter.errors import PollError, Reason
from exporter.exposition.samples import Part, Sample
from exporter.poller import Poller
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.samples import GAUGE

FOREVER = float("inf")
Outcome = Delivery | Exception


@dataclass
class Scripted:
    """A poll that does what it is told, the last for ever; due whenever `at` has come."""

    name: str
    outcomes: list[Outcome]
    at: float = 0.0
    runs: int = 0
    ran: asyncio.Event = field(default_factory=asyncio.Event)
    project: str = ""
    family: str = ""
    interval: float = 60.0
    stretched: bool = False

    def due(self) -> float:
        """Return the time of the next run."""
        return self.at

    async def run(self) -> Delivery:
        """Do the next thing."""
        outcome = self.outcomes[min(self.runs, len(self.outcomes) - 1)]
        self.runs += 1
        self.at += 60.0
        self.ran.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@dataclass
class Source:
    """A collector of scripted polls."""

    given: Sequence[Scripted]
    name: str = "source"
    closed: bool = False

    def polls(self) -> Sequence[Poll]:
        """Return the polls."""
        return self.given

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


class Still(HandClock):
    """A clock that stands still for those who sleep by it."""

    async def sleep(self, seconds: float) -> None:
        """Never end."""
        del seconds
        await asyncio.Event().wait()


class Desk:
    """A poller with the clock and the scrapers at hand."""

    def __init__(self, *polls: Scripted, now: float = 1000.0) -> None:
        self.clock, self.telemetry = HandClock(now), Telemetry(now)
        self.seen: int | None = None
        self.source = Source(polls)
        self.poller = Poller([self.source], self.clock, self.telemetry, lambda _: self.seen)

    def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run what waits."""
        asyncio.run(work())  # type: ignore[arg-type]

    async def poll(self) -> None:
        """Run every poll once, and swap."""
        for state in self.poller.states:
            await self.poller.poll_once(state)
        self.poller.swap()

    def page(self) -> dict[str, list[tuple[str, float]]]:
        """Return what is shown: first label and value by family."""
        return {
            family.name: [(s.labels[0], s.value) for part in parts for s in part.samples]
            for family, parts in self.poller.snapshot.families
        }


def part(value: float, key: str = "x", of: object = GAUGE) -> Part:
    """Return a part of one series."""
    return Part(of, (Sample((key, ""), value),))  # type: ignore[arg-type]


def brought(*parts: Part, **more: object) -> Delivery:
    """Return a delivery that does not expire unless told."""
    return Delivery(parts=parts, **{"expires": FOREVER, "data_time": 990.0, **more})  # type: ignore[arg-type]


def failures(desk: Desk) -> dict[tuple[str, ...], float | object]:
    """Return the counts of failed polls by poll and reason."""
    parts = [p for p in desk.telemetry.parts() if p.family is own.POLL_FAILURES]
    return {s.labels[1:]: s.value for p in parts for s in p.samples}


def test_an_error_becomes_an_outcome(caplog: pytest.LogCaptureFixture) -> None:
    """A failed poll keeps its last values, is counted by reason and logged once, and recovers."""
    caplog.set_level(logging.INFO, "ionmon")
    error = PollError(Reason.QUOTA, "too many")
    desk = Desk(Scripted("p/f", [brought(part(1)), error, error, brought(part(2))]))

    async def main() -> None:
        await desk.poll()
        desk.clock.time += 60
        await desk.poll()
        await desk.poll()
        (state,) = desk.poller.states
        assert state.fault is not None
        assert (state.fault.reason, state.fault.text) == (Reason.QUOTA, "too many")
        assert (state.last_success, state.healthy()) == (1000.0, False)
        assert desk.page() == {"t_gauge": [("x", 1)]}
        await desk.poll()
        assert (state.fault, state.last_success, state.healthy()) == (None, 1060.0, True)

    desk.run(main)
    assert desk.page() == {"t_gauge": [("x", 2)]}
    assert failures(desk) == {("p/f", "quota"): 2}
    assert desk.telemetry.value(own.POLLS, ("source",)) == 4
    assert [f.text for f in desk.poller.faults] == ["too many", "too many"]
    assert [r.getMessage() for r in caplog.records] == ["p/f: too many", "p/f: works again"]


def test_a_defect_in_one_poll_costs_only_it(caplog: pytest.LogCaptureFixture) -> None:
    """A poll that raises anything is a failed poll with a traceback; the other one goes on."""
    broken = Scripted("p/broken", [KeyError("gone")])
    sound = Scripted("p/sound", [brought(part(1))])
    desk = Desk(broken, sound)

    async def main() -> None:
        running = asyncio.create_task(desk.poller.run())
        for poll in (sound, broken, sound):
            poll.ran.clear()
            await asyncio.wait_for(poll.ran.wait(), 30)
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled()

    desk.run(main)
    desk.poller.swap()
    assert desk.page() == {"t_gauge": [("x", 1)]}
    assert set(failures(desk)) == {("p/broken", "internal")}
    assert desk.poller.faults[0].text == "KeyError: 'gone'"
    assert "KeyError" in caplog.text


def test_a_note_is_a_fault_in_part(caplog: pytest.LogCaptureFixture) -> None:
    """A delivery with notes is shown and counts as failed in part; each note is logged once."""
    caplog.set_level(logging.INFO, "ionmon")
    noted = brought(part(1), notes=("one is missing",))
    desk = Desk(Scripted("p/f", [noted, noted, brought(part(2))]))

    async def main() -> None:
        await desk.poll()
        await desk.poll()
        assert desk.poller.states[0].healthy() is False
        assert desk.page() == {"t_gauge": [("x", 1)]}
        await desk.poll()
        assert desk.poller.states[0].healthy() is True

    desk.run(main)
    assert failures(desk) == {("p/f", "partial"): 2}
    assert [r.getMessage() for r in caplog.records] == ["p/f: one is missing"]


def test_a_fault_beside_values_shows_them() -> None:
    """What a poll got before it failed is shown, and the poll still counts as failed once."""
    fault = PollError(Reason.PARTIAL, "a third is missing")
    desk = Desk(Scripted("p/f", [brought(part(1), notes=("n",), fault=fault)]))
    desk.run(desk.poll)
    assert desk.page() == {"t_gauge": [("x", 1)]}
    assert failures(desk) == {("p/f", "partial"): 1}
    assert desk.poller.states[0].last_success is None


def test_a_poll_waits_until_it_is_due() -> None:
    """A poll runs when its time has come by the clock, and not before."""
    poll = Scripted("p/f", [brought(part(1))], at=1500.0)
    desk = Desk(poll)
    started: list[float] = []

    async def main() -> None:
        running = asyncio.create_task(desk.poller.run())
        await asyncio.wait_for(poll.ran.wait(), 30)
        started.append(desk.poller.states[0].started or 0.0)
        running.cancel()

    desk.run(main)
    assert started[0] >= 1500.0


def test_ready_means_that_all_were_tried_and_one_delivered() -> None:
    """The page is ready once every poll has an outcome and any of them has values."""
    desk = Desk(
        Scripted("p/a", [PollError(Reason.QUOTA, "q")]), Scripted("p/b", [brought(part(1))])
    )

    async def main() -> None:
        found = [desk.poller.ready()]
        for state in desk.poller.states:
            await desk.poller.poll_once(state)
            found.append(desk.poller.ready())
        assert found == [False, False, True]

    desk.run(main)
    assert Desk().poller.ready()
