"""Series that have to be seen at zero are revealed once all scrapers have seen them."""

import asyncio

from exporter.collectors.base import Delivery
from exporter.errors import PollError, Reason
from exporter.exposition.samples import Part
from exporter.poller import Poller
from tests.exporter.samples import COUNTER
from tests.exporter.test_poller import Desk, Scripted, brought, failures, part


class Held:
    """A delivery at zero that is revealed as 5, or fails to be."""

    def __init__(self, *errors: Exception) -> None:
        self.calls, self.errors = 0, list(errors)
        self.delivery = brought(part(0, of=COUNTER), reveal=self.reveal)

    async def reveal(self) -> Delivery:
        """Show the true value, after as many errors as there are."""
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return brought(part(5, of=COUNTER))


def value(desk: Desk) -> object:
    """Return the one value on the page."""
    desk.poller.swap()
    return desk.page()["t_events_total"][0][1]


def test_it_waits_for_every_scraper() -> None:
    """Nothing is revealed before the page with the zero, or a later one, was got by all."""
    held = Held()
    desk = Desk(Scripted("p/f", [held.delivery]))

    async def main() -> None:
        await desk.poll()
        shown_in = desk.poller.snapshot.generation
        for seen, revealed in ((None, 0), (shown_in - 1, 0), (shown_in, 1), (shown_in + 5, 1)):
            desk.seen = seen
            await desk.poller.tick()
            assert held.calls == revealed
        assert value(desk) == 5

    asyncio.run(main())


def test_what_was_not_on_a_page_is_not_revealed() -> None:
    """A delivery that no page has shown yet is not revealed, whatever scrapers have seen."""
    held = Held()
    desk = Desk(Scripted("p/f", [held.delivery]))
    desk.seen = 10**6

    async def main() -> None:
        await desk.poller.poll_once(desk.poller.states[0])
        await desk.poller.tick()

    asyncio.run(main())
    assert held.calls == 0


def test_a_new_delivery_starts_the_waiting_anew() -> None:
    """After a later poll it is the page of that poll that has to be seen."""
    held = Held()
    desk = Desk(Scripted("p/f", [held.delivery]))

    async def main() -> None:
        await desk.poll()
        desk.seen = desk.poller.snapshot.generation
        await desk.poll()
        await desk.poller.tick()
        assert held.calls == 0
        desk.seen = desk.poller.snapshot.generation
        await desk.poller.tick()
        assert held.calls == 1

    asyncio.run(main())


def test_a_poll_that_runs_is_not_revealed_meanwhile() -> None:
    """While a poll runs its last delivery is left as it is."""
    held = Held()
    desk = Desk(Scripted("p/f", [held.delivery]))

    async def main() -> None:
        await desk.poll()
        desk.seen = desk.poller.snapshot.generation
        async with desk.poller.states[0].busy:
            await desk.poller.tick()
            assert held.calls == 0
        await desk.poller.tick()
        assert held.calls == 1

    asyncio.run(main())


def test_a_reveal_that_fails_is_the_poll_s_fault_and_is_tried_again() -> None:
    """An error, even a defect, costs the one poll only; the zero stays until it works."""
    held = Held(PollError(Reason.STATE, "disk full"), KeyError("defect"))
    desk = Desk(Scripted("p/f", [held.delivery]))

    async def main() -> None:
        await desk.poll()
        desk.seen = desk.poller.snapshot.generation
        for expected in (0, 0, 5):
            await desk.poller.tick()
            assert value(desk) == expected

    asyncio.run(main())
    assert failures(desk) == {("p/f", "state"): 1, ("p/f", "internal"): 1}


def test_a_new_poller_inherits_what_polls_of_the_same_name_brought() -> None:
    """After a reload the page keeps the values of polls that are still there, and drops others."""
    kept, gone = Held(), Scripted("p/gone", [brought(part(1, "gone"))])
    old = Desk(
        Scripted("p/kept", [kept.delivery]), gone, Scripted("p/bad", [PollError(Reason.QUOTA, "q")])
    )
    asyncio.run(old.poll())
    new = Desk(Scripted("p/kept", []), Scripted("p/new", []))
    new.seen = 10**6
    generation = old.poller.snapshot.generation
    new.poller.inherit(old.poller)
    assert new.page() == {"t_events_total": [("x", 0)]}
    assert new.poller.snapshot.generation == generation + 1
    assert (new.poller.states[0].data_time, new.poller.states[0].last_success) == (990.0, 1000.0)
    assert [fault.text for fault in new.poller.faults] == ["q"]
    assert not new.poller.ready()
    asyncio.run(new.poller.tick())
    assert kept.calls == 0


def test_closing_closes_every_collector() -> None:
    """A poller closes what it polls."""
    desk = Desk(Scripted("p/f", [brought(Part(COUNTER, ()))]))
    asyncio.run(desk.poller.close())
    assert desk.source.closed
    assert isinstance(desk.poller, Poller)


def test_a_poll_of_another_family_inherits_nothing() -> None:
    """A name that a new file of settings gives to another metric has no values yet."""
    old = Desk(Scripted("p/one", [brought(part(1))], family="a"))
    asyncio.run(old.poll())
    new = Desk(Scripted("p/one", [], family="b"))
    new.poller.inherit(old.poller)
    assert new.page() == {}


def test_a_page_without_a_poll_is_as_old_as_its_poller() -> None:
    """Its age is exported: it counts from the start, until a first poll has delivered."""
    desk = Desk(Scripted("p/one", [brought(part(1))]), now=1_000.0)
    assert desk.poller.changed == 1_000.0
    desk.clock.time = 1_060.0
    asyncio.run(desk.poll())
    assert desk.poller.changed == 1_060.0
