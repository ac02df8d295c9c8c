"""A window is read in full, each point by the step in which it ends, whatever the API does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from exporter.backfill import reading
from exporter.backfill.plan import STEP, Chunk, FamilyCut
from exporter.backfill.reading import FamilyReader, WindowPoints
from exporter.catalog import CATALOG
from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.points import Raw
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import SeriesSource
from exporter.errors import IonmonError
from exporter.simulator.faults import NONE, Faults
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.e2e.backfilled import client_of
from tests.exporter.backfill.test_plan import COUNTER, CUMULATIVE, CUT, GAUGE, family_cut, target
from tests.exporter.simulator.worlds import true_total, world_of

WINDOW = Chunk(CUT - 3600, CUT)


@contextmanager
def reader(cut: FamilyCut, faults: Faults = NONE) -> Iterator[tuple[Simulator, FamilyReader]]:
    """Read a family of a simulated project, an hour after the cut."""
    world = world_of([CATALOG[cut.target.family.name]], CUT)
    simulator = Simulator(world, HandClock(CUT + 3600), faults)
    try:
        with client_of(simulator.start()) as client:
            yield simulator, FamilyReader(cut, client)
    finally:
        simulator.close()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again without a wait."""
    monkeypatch.setattr(reading, "_FIRST_WAIT", 0.0)


def cut_of(name: str) -> FamilyCut:
    """Return a family of the simulated project."""
    return FamilyCut(
        target=target(name, World.project), described=family_cut(name).described, cut=CUT
    )


def total(points: WindowPoints) -> float:
    """Return the sum of all values."""
    return sum(point.amount.value for step in points.by_step.values() for point in step)


@pytest.mark.parametrize(
    "faults", [NONE, Faults(seed=2, partial=0.1, split=True, quota=0.1, unavailable=0.1)]
)
def test_a_window_is_read_in_full(faults: Faults) -> None:
    """Every point that ends in the window is there once, also from an API with faults."""
    with reader(cut_of(COUNTER), faults) as (simulator, read):
        found = read.read(WINDOW)
        true = true_total(simulator.world, "run.googleapis.com/request_count", CUT - 3660, CUT - 60)
    assert total(found) == true[()]
    assert set(found.by_step) == set(range(CUT - 3600, CUT, STEP))
    for at, points in found.by_step.items():
        assert {point.end for point in points} == {at * SECOND}


def test_nothing_behind_the_cut() -> None:
    """A counter is read up to its cut; a cumulative one one point further; a gauge further back."""
    beyond = Chunk(CUT - 600, CUT + 600)
    for name, last in ((COUNTER, CUT), (CUMULATIVE, CUT + 60), (GAUGE, CUT)):
        with reader(cut_of(name)) as (_, read):
            steps = read.read(beyond).by_step
        assert max(steps) == last
        assert min(steps) == (CUT - 660 if name == GAUGE else CUT - 600)


def test_a_window_that_stays_partial() -> None:
    """After some tries the family, the API's words, and what to do are named."""
    with (
        reader(cut_of(COUNTER), Faults(partial=1.0)) as (_, read),
        pytest.raises(IonmonError, match=f"{COUNTER}: part of the answer .* type the command"),
    ):
        read.read(WINDOW)


class Negative:
    """Lets the first point of each page be below zero."""

    def __init__(self, source: SeriesSource) -> None:
        self._source = source

    def pages(self, query: SeriesQuery) -> Iterator[Raw]:
        """Yield the pages of a query."""
        for page in self._source.pages(query):
            page.time_series[0].points[0].value.int64_value = -1
            yield page


def test_points_that_cannot_be_counted_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    """They are left out, as the exporter does; the log names their family once."""
    simulator = Simulator(world_of([CATALOG[COUNTER]], CUT), HandClock(CUT + 3600))
    try:
        with client_of(simulator.start()) as client:
            read = FamilyReader(cut_of(COUNTER), Negative(client))
            whole, again = total(read.read(WINDOW)), total(read.read(WINDOW))
    finally:
        simulator.close()
    assert whole == again > 0
    assert [record.getMessage() for record in caplog.records] == [
        f"{World.project}/{COUNTER}: points without a value that can be counted are left out"
    ]


def test_a_metric_that_is_not_there() -> None:
    """A product that the project does not use has no points."""
    with reader(cut_of(COUNTER)) as (_, read):
        pass
    world = world_of([CATALOG[GAUGE]], CUT)
    simulator = Simulator(world, HandClock(CUT))
    try:
        with client_of(simulator.start()) as client:
            read = FamilyReader(cut_of(COUNTER), client)
            assert not read.read(WINDOW).by_step
    finally:
        simulator.close()
