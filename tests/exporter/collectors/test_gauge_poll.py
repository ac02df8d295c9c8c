"""Polls of a gauge: what is exposed, what an empty or broken answer is, and when it expires."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog import CATALOG, own
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.cloud_monitoring.target import FamilyTarget, Margins, Shared
from exporter.collectors import gauge_poll
from exporter.collectors.gauge_poll import GaugePoll
from exporter.errors import PollError, Reason
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.cloud_monitoring.messages import SERVICE
from tests.exporter.cloud_monitoring.paper import PaperApi, PaperPoint
from tests.exporter.cloud_monitoring.test_descriptors import descriptor

NOW = 1_800_000_000
INSTANCES = CATALOG["cloudrun_instances"]
STATES = ("active", "idle")
LABELS = [({"state": state}, SERVICE) for state in STATES]


class Level:
    """A poll of instances over a paper API."""

    def __init__(self, path: Path, limit: int = 10, period: float = 0.0, **change: Any) -> None:
        assert isinstance(INSTANCES.source, CloudMonitoring)
        self.api = PaperApi(LABELS, kind="GAUGE", now=NOW, **change)
        self.clock = HandClock(NOW)
        self.telemetry, self.store = Telemetry(NOW), SqliteStore(path / "state.db")
        shared = Shared(
            client=self.api,
            descriptors=Descriptors(self.api),
            store=self.store,
            source=SourceClock(self.clock, Telemetry(NOW)),
            telemetry=self.telemetry,
            margins=Margins(),
        )
        target = FamilyTarget(
            project="p", family=INSTANCES, source=INSTANCES.source, limit=limit, period=period
        )
        self.poll = GaugePoll(target, shared, ThreadPoolExecutor(1))

    def values(self) -> dict[str, Any]:
        """Read once, and return the values by state."""
        (part,) = self.poll.read().parts
        return {sample.labels[-1]: sample.value for sample in part.samples}


@pytest.fixture
def level(tmp_path: Path) -> Iterator[Level]:
    """Give a poll whose source has two points of each of two states."""
    found = Level(tmp_path)
    found.api.points += [
        PaperPoint(series, end, 10 * series + n, end)
        for n, end in enumerate((NOW - 120, NOW - 60))
        for series in range(len(STATES))
    ]
    yield found
    found.store.close()


def test_the_newest_points_are_exposed(level: Level) -> None:
    """With their time, until three intervals and five periods have passed."""
    delivery = level.poll.read()
    assert {s.labels[-1]: s.value for s in delivery.parts[0].samples} == {"active": 1, "idle": 11}
    assert (delivery.data_time, delivery.fault, delivery.notes) == (NOW - 60, None, ())
    assert (delivery.expires, delivery.reveal) == (NOW + 3 * 60 + 5 * 60, None)
    assert (level.poll.fetch.billed, level.poll.fetch.tried) == (2, True)
    assert (level.poll.name, level.poll.project, level.poll.family) == (
        "p/cloudrun_instances",
        "p",
        "cloudrun_instances",
    )


def test_nothing_there_is_no_fault(level: Level) -> None:
    """An empty answer is delivered as nothing, has no time, and costs as one series."""
    level.api.points.clear()
    delivery = level.poll.read()
    assert [part.samples for part in delivery.parts] == [()]
    assert (delivery.data_time, delivery.fault) == (None, None)
    assert level.poll.fetch.billed == 1


def test_points_that_are_too_old_are_not_read(level: Level) -> None:
    """What lies further back than delay, five periods and an interval is not exposed again."""
    source = level.poll.fetch.target.source
    oldest = NOW - source.delay - 5 * source.period - 60
    level.api.points = [PaperPoint(n, oldest + n, 7, NOW) for n in range(len(STATES))]
    assert level.values() == {"idle": 7}


def test_what_came_before_an_answer_broke_off_is_exposed(level: Level) -> None:
    """The delivery is at fault and has what came; without anything the poll fails."""
    level.api.page_points, level.api.breaks_after = 2, 1
    delivery = level.poll.read()
    assert {s.labels[-1]: s.value for s in delivery.parts[0].samples} == {"active": 1}
    assert delivery.fault is not None
    assert delivery.fault.reason is Reason.UNAVAILABLE
    level.api.breaks_after = 0
    with pytest.raises(PollError, match="in the middle"):
        level.poll.read()
    assert level.poll.due() == NOW + 60


def test_the_limit_cuts_and_is_reported(tmp_path: Path) -> None:
    """As many samples as may be are exposed; the others are counted and noted."""
    level = Level(tmp_path, limit=1)
    level.api.points += [PaperPoint(series, NOW - 60, 5, NOW) for series in range(len(STATES))]
    delivery = level.poll.read()
    assert [sample.labels[-1] for sample in delivery.parts[0].samples] == ["active"]
    assert delivery.notes == ("a series was dropped (limit): more than 1 series",)
    assert level.telemetry.value(own.SERIES_DROPPED, ("cloudrun_instances", "limit")) == 1
    level.store.close()


def test_a_stretched_interval_keeps_values_longer(level: Level) -> None:
    """Values stay until three of the longer intervals have passed."""
    assert (level.poll.interval, level.poll.stretched) == (60, False)
    level.poll.fetch.stretch(2.0)
    assert (level.poll.interval, level.poll.stretched) == (120, True)
    assert level.poll.read().expires == NOW + 3 * 120 + 5 * 60


def test_identities_are_forgotten_now_and_then(
    level: Level, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Series that are gone do not stay in memory for ever."""
    monkeypatch.setattr(gauge_poll, "FORGET_EVERY", 2)
    level.poll.read()
    level.api.points = [point for point in level.api.points if point.series == 0]
    level.poll.read()
    assert len(level.poll._identities._known) == 1


def quarters(level: Level) -> list[int]:
    """Let four hours pass, with a point each quarter of an hour; return what each minute shows."""
    shown = []
    for minute in range(240):
        now = NOW + 60 * minute
        level.clock.time = level.api.now = now
        level.api.points = [PaperPoint(0, end, 7, end) for end in range(NOW - 7200, now + 1, 900)]
        shown.append(level.values())
    return shown


@pytest.mark.parametrize("period", [0.0, 900.0])
def test_a_gauge_of_each_quarter_of_an_hour_stays(tmp_path: Path, period: float) -> None:
    """Its period is learnt where the descriptor has none, or is configured; it never vanishes."""
    level = Level(tmp_path, period=period, described=[descriptor()])
    assert quarters(level) == [{"active": 7}] * 240
    level.store.close()


def test_a_series_that_stopped_is_counted(level: Level) -> None:
    """Left out of the join, it is counted once, by family; the poll is healthy."""
    level.api.points = [PaperPoint(0, NOW - 60, 5, NOW), PaperPoint(1, NOW - 240, 6, NOW)]
    deliveries = [level.poll.read() for _ in range(3)]
    assert [len(delivery.parts[0].samples) for delivery in deliveries] == [1, 1, 1]
    assert [delivery.notes for delivery in deliveries] == [(), (), ()]
    assert level.telemetry.value(own.SERIES_STALE, ("cloudrun_instances",)) == 1
