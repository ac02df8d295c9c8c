"""A chunk's block has the exporter's metrics about what is counted, beside the families."""

from pathlib import Path

import pytest

from exporter.backfill.plan import BackfillPlan, Chunk, FamilyCut
from exporter.backfill.raw import TOTALS, RawChunks
from exporter.errors import StateError
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.e2e.backfilled import client_of, dumped
from tests.exporter.backfill.small import CUT, REQUESTS, world
from tests.exporter.backfill.test_plan import family_cut, target


def plan() -> BackfillPlan:
    """Return a plan of half an hour."""
    cut = FamilyCut(
        target=target(REQUESTS, World.project), described=family_cut(REQUESTS).described, cut=CUT
    )
    return BackfillPlan(families=(cut,), start=CUT - 1800, live=CUT + 720, instance="a:1", rules="")


def test_metrics_about_counting(tmp_path: Path) -> None:
    """Covered seconds rise with time and end with 0; the counting start is the exporter's."""
    simulator, made = Simulator(world(), HandClock(CUT + 3600)), plan()
    try:
        with client_of(simulator.start()) as client:
            raw = RawChunks(made, client)
            raw.make(Chunk(made.start, made.end), None, tmp_path, lambda _: None)
    finally:
        simulator.close()
    found: dict[str, list[float]] = {}
    for line in dumped(tmp_path):
        name = line.partition('__name__="')[2].partition('"')[0]
        found.setdefault(name, []).append(float(line.rsplit(" ", 2)[1]))
    assert sorted(found["ionmon_data_seconds_total"]) == [0.0, *(n * 60.0 for n in range(31))]
    assert set(found["ionmon_counting_start_timestamp_seconds"]) == {float(CUT)}
    assert (tmp_path / TOTALS).exists()


def test_totals_that_are_damaged(tmp_path: Path) -> None:
    """A chunk is not begun on totals that are not those of the chunk before it."""
    before, folder = tmp_path / "before", tmp_path / "new"
    before.mkdir()
    folder.mkdir()
    (before / TOTALS).write_bytes(b"x" * 4096)
    with client_of("127.0.0.1:1") as client, pytest.raises(StateError, match="are damaged; remove"):
        RawChunks(plan(), client).make(Chunk(CUT - 600, CUT), before, folder, lambda _: None)
