"""The simulator as a server: what it counts, and the truth it tells."""

import pytest
from google.api_core.exceptions import PermissionDenied

from exporter.errors import IonmonError
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from exporter.simulator.truth import Dist
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.exporter.simulator.asking import COUNT, LATENCIES, NOON, asking
from tests.exporter.simulator.worlds import true_total


def test_calls_series_and_bills_are_counted() -> None:
    """A series on two pages is returned twice and billed once; an empty answer costs one."""
    with asking(World(start=NOON, scale=0.01), delay=0.0) as asker:
        series = len({s for s, _ in asker.points(COUNT, NOON - 300, NOON)})
        assert (1, series, series) == _counts(asker.simulator)
        pages = asker.pages(COUNT, NOON - 300, NOON, page_size=3)
        asker.pages(COUNT, NOON - 30, NOON - 10)
        calls, returned, billed = _counts(asker.simulator)
        assert (len(pages) + 2, 2 * series + 1) == (calls, billed)
        assert returned == series + sum(len(page.time_series) for page in pages)


def _counts(simulator: Simulator) -> tuple[int, int, int]:
    return simulator.calls, simulator.series_returned, simulator.billed


def test_totals_split_by_labels() -> None:
    """Groups add up to the whole, and an interval to its halves."""
    simulator = Simulator(World(start=NOON), HandClock(NOON))
    whole = true_total(simulator.world, COUNT, NOON - 600, NOON)[()]
    by = ("resource.location", "metric.response_code_class")
    groups = true_total(simulator.world, COUNT, NOON - 600, NOON, by)
    halves = [
        true_total(simulator.world, COUNT, NOON - 600 + s, NOON - 300 + s)[()] for s in (0, 300)
    ]
    assert ("us-central1", "2xx") in groups
    assert whole == sum(int(v) for v in groups.values() if not isinstance(v, (str, Dist)))
    assert whole == sum(int(v) for v in halves if not isinstance(v, (str, Dist)))


def test_distributions_have_totals_too() -> None:
    """The total of latencies is one distribution with as many events as requests."""
    simulator = Simulator(World(start=NOON), HandClock(NOON))
    found = true_total(simulator.world, LATENCIES, NOON - 600, NOON)[()]
    assert isinstance(found, Dist)
    assert true_total(simulator.world, COUNT, NOON - 600, NOON)[()] == found.count


def test_a_taken_port_is_refused_with_the_fix() -> None:
    """A second simulator on the same port says to choose another."""
    first = Simulator(World(), HandClock(NOON))
    port = int(first.start().split(":")[1])
    second = Simulator(World(), HandClock(NOON), port=port)
    try:
        with pytest.raises(IonmonError, match="choose another"):
            second.start()
    finally:
        second.close()
        first.close()


def test_a_scoping_project_returns_the_series_of_its_members() -> None:
    """A call to the scoping project returns all projects' series, to a member only its own."""
    projects = Projects(members=("member-a",), empty=("empty-b",))
    owners: dict[str, set[str]] = {}
    with asking(World(start=NOON, scale=0.01), projects=projects) as asker:
        for name in ("ion-demo", "member-a", "empty-b"):
            pages = asker.pages(COUNT, NOON - 600, NOON, name=f"projects/{name}")
            owners[name] = {
                series.resource.labels["project_id"]
                for page in pages
                for series in page.time_series
            }
        with pytest.raises(PermissionDenied):
            asker.pages(COUNT, NOON - 600, NOON, name="projects/other")
        text = f'metric.type = "{COUNT}" AND resource.labels.project_id != "ion-demo"'
        (page,) = asker.pages_of(text, NOON - 600, NOON)
        assert {s.resource.labels["project_id"] for s in page.time_series} == {"member-a"}
    assert owners == {
        "ion-demo": {"ion-demo", "member-a"},
        "member-a": {"member-a"},
        "empty-b": set(),
    }
