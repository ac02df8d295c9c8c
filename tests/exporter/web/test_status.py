"""What the landing page says, as data."""

from pathlib import Path

import pytest

from exporter import __version__
from exporter.catalog import own
from exporter.errors import PollError, Reason
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.web import status as statuses
from exporter.web.service_view import service_view
from exporter.web.status import (
    CollectorRow,
    CostFigures,
    ExporterStatus,
    FaultRow,
    PollRow,
    RefusedReload,
)
from tests.clocks import HandClock
from tests.exporter.simulator.asking import NOON
from tests.exporter.test_poller import Scripted, Source
from tests.exporter.web.front import Front, delivered

DOWN = PollError(Reason.UNAVAILABLE, "nobody answers; is it on?")
AT_NOON = "2026-09-21 12:00:00 UTC"


def row(name: str, state: str, series: int, age: str, text: str = "") -> PollRow:
    """Return the row of a poll that does not say how often it is due."""
    return PollRow(
        name=name,
        state=state,
        series=series,
        interval="",
        stretched=False,
        data_age=age,
        text=text,
    )


def test_before_there_is_an_engine(tmp_path: Path) -> None:
    """The version, that it starts, and where the page will be."""
    front = Front(tmp_path)
    assert (
        ExporterStatus(
            version=__version__, state="starting", telemetry_path="/metrics", projects=()
        )
        == front.status()
    )
    front.store.close()


def test_everything_there_is_to_say(tmp_path: Path) -> None:
    """Failing polls come first, those without series are only counted, ages are as of now."""
    polls = [
        Scripted("b", [delivered("x", "y", age=30)]),
        Scripted("a", [delivered("z", age=60)]),
        Scripted("none", [delivered()]),
        Scripted("part", [delivered("p", age=7200, notes=("one is missing", "and another"))]),
        Scripted("down", [DOWN]),
    ]
    front = Front(tmp_path, Source(polls, "paper"), budget_usd_per_month=12.5)
    front.telemetry.count(own.API_SERIES, ("ion-demo", "f"), 1500)
    front.telemetry.count(own.API_REQUESTS, ("monitoring", "OK"), 40)
    front.telemetry.count(own.API_THROTTLED, ("ion-demo",), 2)
    found: list[ExporterStatus] = []

    def look() -> None:
        front.clock.time += 90
        front.engine.cost = 3.21
        found.append(front.status())

    front.run(look)
    partial = "one is missing; and another"
    down = "nobody answers; is it on?"
    expected = ExporterStatus(
        version=__version__,
        state="2 of 5 polls fail",
        telemetry_path="/metrics",
        projects=("ion-demo",),
        collectors=(
            CollectorRow(
                name="paper", healthy=3, polls=5, series=4, data_age="2h1m", last_success="1m30s"
            ),
        ),
        polls=(
            row("down", "failing", 0, "none", f"unavailable: {down}"),
            row("part", "failing", 1, "2h1m", partial),
            row("a", "healthy", 1, "2m30s"),
            row("b", "healthy", 2, "2m"),
        ),
        empty=1,
        faults=(
            FaultRow(at=AT_NOON, age="1m30s", poll="down", reason="unavailable", text=down),
            FaultRow(at=AT_NOON, age="1m30s", poll="part", reason="partial", text=partial),
        ),
        cost=CostFigures(projected=3.21, budget=12.5, returned=1500, calls=40, throttled=2),
        digest=front.engine.settings.digest[:12],
        now="2026-09-21 12:01:30 UTC",
        service=service_view(None),
    )
    assert found == [expected]


def test_the_state_in_a_few_words(tmp_path: Path) -> None:
    """Starting until every poll was tried, then how many fail, and that nothing polls any more."""
    polls = [Scripted("a", [delivered("x"), DOWN]), Scripted("b", [delivered("y")])]
    front = Front(tmp_path, Source(polls))
    found: list[str] = []

    def say() -> None:
        found.append(front.status().state)

    front.run(say, "a")
    waiting = {row.name: (row.state, row.text) for row in front.status().polls}
    assert waiting == {"a": ("healthy", ""), "b": ("waiting", "not read yet")}
    front.run(say, "b")
    front.run(say, "a")
    say()
    assert found == ["starting", "all polls work", "1 of 2 polls fail", "polling has stopped"]


def test_settings_that_were_refused(tmp_path: Path) -> None:
    """When, why, and that the old ones stay."""
    front = Front(tmp_path, Source([Scripted("a", [delivered("x")])]))
    front.run()
    refusal = RefusedReload(NOON, "no such key")
    shown = statuses.status(front.engine, front.telemetry, front.clock, "/metrics", refusal).refusal
    assert shown == f"Reload refused at {AT_NOON}: no such key; the old settings stay."


def test_the_newest_faults(tmp_path: Path) -> None:
    """Twenty at most, the newest first."""
    polls = [Scripted(str(n), [PollError(Reason.QUOTA, str(n))]) for n in range(25)]
    front = Front(tmp_path, Source(polls))
    front.run()
    assert [str(n) for n in range(24, 4, -1)] == [row.text for row in front.status().faults]


@pytest.mark.parametrize(("budget", "stretched"), [(None, False), (0.01, True)])
def test_how_often_a_metric_is_read(tmp_path: Path, budget: float | None, stretched: bool) -> None:
    """A poll of Cloud Monitoring has its interval; a budget that is too small stretches it."""
    simulator = Simulator(World(start=NOON, scale=0.01), HandClock(NOON), delay=0.0)
    families = {
        "*": {"enabled": False},
        "cloudrun_requests_total": {"enabled": True, "interval": "10s"},
    }
    google = {"families": families, "budget_usd_per_month": budget}
    front = Front(tmp_path, endpoint=simulator.start(), **google)
    try:
        front.run(lambda: setattr(front.engine.monitoring.polls()[0].fetch, "billed", 100_000))
        front.engine.project_cost()
        (row,) = front.status().polls
        assert (row.name, row.state) == ("ion-demo/cloudrun_requests_total", "healthy")
        assert (row.interval == "10s", row.stretched) == (not stretched, stretched)
        assert front.status().cost.budget == budget
    finally:
        simulator.close()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, "none"),
        (NOON, "0s"),
        (NOON - 0.4, "0s"),
        (NOON - 0.6, "1s"),
        (NOON - 3599, "59m59s"),
        (NOON - 3661, "1h1m"),
        (NOON - 90_061, "1d1h1m"),
        (NOON + 100, "1m40s ahead"),
    ],
)
def test_ages(at: float | None, expected: str) -> None:
    """To the second, above an hour to the minute; what is from the future says so."""
    assert expected == statuses._age(at, NOON)
