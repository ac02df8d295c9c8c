"""When the poller replaces what is exposed: together, once, and only where something changed."""

import asyncio
from dataclasses import replace

import pytest

from exporter import poller
from exporter.catalog import own
from exporter.collectors.base import Delivery
from exporter.poller import Poller
from tests.exporter.samples import COUNTER
from tests.exporter.test_poller import FOREVER, Desk, Scripted, Still, brought, part


def test_what_expires_is_withdrawn() -> None:
    """At its end a delivery leaves the page, one that has no end stays."""
    desk = Desk(
        Scripted("p/gauge", [brought(part(1), expires=1060.0)]),
        Scripted("p/counter", [brought(part(2, of=COUNTER))]),
    )

    async def main() -> None:
        await desk.poll()
        for now, families in ((1059.9, 2), (1060.0, 1)):
            desk.clock.time = now
            desk.poller.swap()
            assert len(desk.page()) == families
            await desk.poller.tick()
            assert sum(state.delivery is not None for state in desk.poller.states) == families

    desk.run(main)
    assert set(desk.page()) == {"t_events_total"}


def test_doubles_across_polls_are_shown_once_and_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of a series that two polls read the first poll's is shown; it is counted and logged once."""
    desk = Desk(Scripted("p/a", [brought(part(1))]), Scripted("p/b", [brought(part(2))]))

    async def main() -> None:
        await desk.poll()
        await desk.poll()

    desk.run(main)
    assert desk.page() == {"t_gauge": [("x", 1)]}
    assert desk.telemetry.value(own.SERIES_DROPPED, ("t_gauge", "duplicate")) == 1
    assert len(caplog.records) == 1


def test_what_comes_together_is_swapped_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten polls that deliver at once change the page once."""
    polls = [Scripted(f"p/{n}", [brought(part(n, str(n)))]) for n in range(10)]
    desk = Desk(*polls)
    monkeypatch.setattr(poller, "BATCH", 0.5)

    async def main() -> None:
        running = asyncio.create_task(desk.poller._publish())
        for state in desk.poller.states:
            await desk.poller.poll_once(state)
            await asyncio.sleep(0)
        while len(desk.page().get("t_gauge", ())) < 10:  # noqa: ASYNC110 - no event tells of it
            await asyncio.sleep(0.001)
        running.cancel()

    desk.run(main)
    assert desk.poller.snapshot.generation == 1
    assert len(desk.page()["t_gauge"]) == 10


def test_a_delivery_waits_for_others_less_than_a_tick() -> None:
    """A scrape just after a poll has what the poll brought: no tick passes in between."""
    assert 0 < poller.BATCH < poller.TICK


def test_an_idle_poller_keeps_its_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is made where a part came, was revealed or expired, and at no other time."""
    monkeypatch.setattr(poller, "BATCH", 0.0)
    monkeypatch.setattr(poller, "TICK", 0.0)
    shown = brought(part(0, "counter", COUNTER))
    turned = brought(part(5, "counter", COUNTER))

    async def reveal() -> Delivery:
        return turned

    counter = Scripted("p/counter", [replace(shown, reveal=reveal)], at=FOREVER)
    gauge = Scripted("p/gauge", [brought(part(1), expires=2000.0)], at=FOREVER)
    desk = Desk(counter, gauge)
    desk.clock = Still(1000.0)
    desk.poller = Poller([desk.source], desk.clock, desk.telemetry, lambda _: desk.seen)

    async def generations() -> int:
        for _ in range(200):
            await asyncio.sleep(0)
        return desk.poller.snapshot.generation

    async def main() -> None:
        running = asyncio.create_task(desk.poller.run())
        found = [await generations()]
        for state in desk.poller.states:
            await desk.poller.poll_once(state)
        found.append(await generations())
        desk.seen = 1
        found.append(await generations())
        desk.clock.time = 2000.0
        found.append(await generations())
        running.cancel()
        await asyncio.wait([running])
        assert found == [0, 1, 2, 3]

    desk.run(main)
    assert desk.page() == {"t_events_total": [("counter", 5)]}
