"""One set of settings at work: what it costs, and how little one fault takes from the page."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog import CATALOG, own
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.engine import Engine, Outside
from exporter.exposition.exposition import Format
from exporter.settings import Settings
from exporter.simulator.faults import Faults
from exporter.simulator.server import Simulator
from exporter.telemetry import Telemetry
from exporter.web.scrapers import Scrapers
from exporter.web.site import ExporterSite
from tests.clocks import HandClock
from tests.exporter.running import INSTANCES, REQUESTS, UP, tree
from tests.exporter.simulator.asking import NOON
from tests.exporter.simulator.worlds import world_of
from tests.servers import free_port

FAMILIES = (REQUESTS, INSTANCES, UP)


class Stage:
    """An engine on a simulated project, both on one clock that is set by hand."""

    def __init__(self, folder: Path, simulator: Simulator, clock: HandClock, settings: Any) -> None:
        self.simulator, self.clock = simulator, clock
        self.telemetry, self.scrapers = Telemetry(clock.now()), Scrapers()
        self.store = SqliteStore(folder / "state.sqlite")
        self.outside = Outside(
            clock=clock,
            source=SourceClock(clock, self.telemetry),
            telemetry=self.telemetry,
            store=self.store,
            seen=self.scrapers.seen,
            visited=self.scrapers.visited,
        )
        self.settings = Settings.model_validate(settings)
        self.engine = Engine(self.settings, self.outside)
        self.site = ExporterSite(clock, self.telemetry, self.scrapers, lambda: None)
        self.site.engine = self.engine

    async def step(self, seconds: float = 0.0) -> None:
        """Move the clock, run what is due, and show it."""
        self.clock.time += seconds
        poller = self.engine.poller
        for state in poller.states:
            if state.poll.due() <= self.clock.now():
                await poller.poll_once(state)
        await poller.tick()
        poller.swap()

    async def reload(self) -> None:
        """Go on with another engine, as after a reload."""
        before, self.engine = self.engine, Engine(self.settings, self.outside)
        await before.stop()
        self.engine.take_over(before)
        self.site.engine = self.engine

    def page(self, client: str = "p") -> str:
        """Return the page, as a scraper gets it."""
        return bytes(self.site.exposition(Format.TEXT, gzip=False, client=client)).decode()


@contextmanager
def stage(folder: Path, faults: str = "", redis: Any = None, **google: Any) -> Iterator[Stage]:
    """Set up a project of three families, and an engine that reads them."""
    clock = HandClock(NOON)
    world = world_of([CATALOG[name] for name in FAMILIES], NOON, scale=0.01)
    simulator = Simulator(world, clock, Faults.parse(faults))
    settings = tree(simulator.start(), *FAMILIES, **google)
    found = Stage(folder, simulator, clock, settings | {"redis": redis or {}})
    try:
        yield found
    finally:
        asyncio.run(found.engine.stop())
        found.store.close()
        simulator.close()


def bill(folder: Path, scrapers: int) -> tuple[int, int, int]:
    """Return calls, series and series billed of 20 minutes that so many scrapers watch."""
    folder.mkdir()

    async def main(found: Stage) -> None:
        for _ in range(80):
            await found.step(15)
            for number in range(scrapers):
                assert f"{REQUESTS}{{" in found.page(f"scraper {number}")

    with stage(folder) as found:
        asyncio.run(main(found))
        return found.simulator.calls, found.simulator.series_returned, found.simulator.billed


def test_ten_scrapers_cost_what_one_does(tmp_path: Path) -> None:
    """Calls and series billed are the same over the same time, however many scrape."""
    one, ten = bill(tmp_path / "one", 1), bill(tmp_path / "ten", 10)
    assert one == ten
    assert one[0] > 20 * len(FAMILIES) * 0.8


def lines(page: str, start: str) -> list[str]:
    """Return the lines of a page that begin like this."""
    return [line for line in page.splitlines() if line.startswith(start)]


def test_each_fault_costs_only_itself_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A failing metric, a dead Redis, a double and a STRING series: the rest is on the page."""
    port = free_port()
    redis = {"targets": [{"name": "cache", "url": f"redis://127.0.0.1:{port}"}]}
    faults = "fail=run.googleapis.com/container/instance_count:INTERNAL,malformed=string+duplicate"
    with stage(tmp_path, faults, redis) as found:
        asyncio.run(found.step())
        page = found.page()
    assert len(lines(page, f"{UP}{{")) == 4
    assert len(lines(page, f"{REQUESTS}{{")) > 3
    assert lines(page, f"{INSTANCES}{{") == []
    node = f'redis_id="cache",redis_node="127.0.0.1:{port}"'
    failed = "ionmon_poll_failures_total{collector="
    for line in (
        f"redis_up{{{node}}} 0.0",
        'ionmon_up{collector="redis"} 1.0',
        f'{failed}"cloud_monitoring",poll="ion-demo/{INSTANCES}",reason="internal"}} 1',
        f'{failed}"redis",poll="cache",reason="partial"}} 1',
        f'ionmon_series_dropped_total{{family="{UP}",reason="invalid"}} 1',
        f'ionmon_series_repeated_total{{family="{UP}"}} 1',
        f'ionmon_series_dropped_total{{family="{REQUESTS}",reason="invalid"}} 1',
    ):
        assert line in page.splitlines()
    told = [record.getMessage() for record in caplog.records]
    for start, word in (
        (f"ion-demo/{INSTANCES}: INTERNAL", "on purpose"),
        ("cache: 127.0.0.1", "unavailable"),
        (f"ion-demo/{UP}: a series was dropped (invalid)", "STRING"),
        (f"ion-demo/{UP}: ", "came twice on one page"),
    ):
        assert [m for m in told if m.startswith(start) and word in m]


def test_a_fault_that_stays_is_not_logged_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Ten minutes of the same faults are as many lines in the log as one poll of each."""
    with stage(tmp_path, f"fail={CATALOG[INSTANCES].source.metric}:INTERNAL,malformed") as found:  # type: ignore[union-attr]

        async def main() -> list[int]:
            counts = []
            for _ in range(2):
                for _ in range(10):
                    await found.step(60)
                counts.append(len(caplog.records))
            return counts

        first, second = asyncio.run(main())
    assert first == second > 0


def test_a_reload_under_a_wrong_clock_keeps_the_time(tmp_path: Path) -> None:
    """The wall clock is set an hour ahead, then settings are loaded: time stays the source's."""
    with stage(tmp_path) as found:
        asyncio.run(found.step())
        before = found.outside.source.moment()
        found.clock.off = 3600.0
        asyncio.run(found.reload())
        for poll in found.engine.monitoring.polls():
            assert poll.fetch.when(int((NOON - 60) * 1e9)) == pytest.approx(NOON - 60, abs=1.0)
        assert found.outside.source.moment().now == before.now
        assert found.outside.source.moment().dated


def test_the_month_is_projected_from_what_was_returned(tmp_path: Path) -> None:
    """The projection is the series of one round, 43,200 times a month, less the free million."""
    with stage(tmp_path) as found:
        asyncio.run(found.step())
        found.engine.project_cost()
        series = found.telemetry.sum(own.API_SERIES)
        assert series == found.simulator.billed
        assert found.engine.cost == pytest.approx(max(0.0, series * 43_200 - 1e6) * 0.5e-6)
        assert found.telemetry.value(own.COST_PROJECTED) == found.engine.cost
        assert "ionmon_cost_budget_dollars" not in found.page()


def test_a_budget_stretches_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Intervals grow until the month fits; it is on the page, and logged when it changes."""
    caplog.set_level(logging.INFO, "ionmon")
    with stage(tmp_path, budget_usd_per_month=1) as found:
        polls = {poll.family: poll.fetch for poll in found.engine.monitoring.polls()}
        for poll in polls.values():
            poll.billed = 50
        for _ in range(3):
            found.engine.project_cost()
        factors = {name: poll.timetable.interval / 60 for name, poll in polls.items()}
        key = ("ion-demo", UP)
        assert found.telemetry.value(own.POLL_STRETCH, key) == factors[UP] > 1 == factors[REQUESTS]
        assert found.telemetry.value(own.POLL_INTERVAL, key) == 60 * factors[UP]
        assert 0.5 < found.engine.cost <= 1
        assert found.telemetry.value(own.COST_BUDGET) == 1
    text = "intervals of 2 polls are stretched to stay within 1.00 dollars a month"
    assert [record.getMessage() for record in caplog.records] == [text]


def test_a_budget_that_cannot_be_kept_is_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the longest intervals cost too much, one warning says what they cost."""
    with stage(tmp_path, budget_usd_per_month=1e-9, poll_interval="10s") as found:
        for poll in found.engine.monitoring.polls():
            poll.fetch.billed = 10**6
        for _ in range(3):
            found.engine.project_cost()
        assert found.engine.cost > 1e-9
    assert len(caplog.records) == 1
    assert f"longest intervals cost {found.engine.cost:.2f};" in caplog.records[0].getMessage()


def test_it_lives_until_it_is_stopped(tmp_path: Path) -> None:
    """An engine polls from start to stop, which leaves nothing running."""

    async def main() -> None:
        assert not found.engine.alive()
        found.engine.start()
        assert found.engine.alive()
        await found.engine.stop()
        assert not found.engine.alive()
        assert len(asyncio.all_tasks()) == 1

    with stage(tmp_path) as found:
        asyncio.run(main())


def test_nothing_is_projected_before_all_was_tried(tmp_path: Path) -> None:
    """Before the first round the cost is unknown; after it a poll that failed is no hindrance."""
    with stage(tmp_path, f"fail={CATALOG[UP].source.metric}:INTERNAL") as found:  # type: ignore[union-attr]
        found.engine.project_cost()
        assert found.engine.cost is None
        assert "ionmon_cost_projected_dollars" not in found.page()
        asyncio.run(found.step())
        found.engine.project_cost()
        assert found.engine.cost is not None
