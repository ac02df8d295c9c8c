"""What is lost on purpose, over gRPC, is counted where the documents say: to the last point."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from exporter.catalog import own
from exporter.cloud_monitoring.client import SeriesQuery
from exporter.cloud_monitoring.filters import metric_filter
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import Margins
from tests.exporter.collectors.test_cloud_monitoring_simulated import (
    PROJECT,
    REQUESTS,
    Stage,
    staged,
    targets,
)

KEY = (PROJECT, REQUESTS)
FAR_BACK = 255  # reads after which the next one goes back a day


@dataclass(frozen=True)
class Truth:
    """Points that the API returns by now, and the requests in them."""

    points: int
    requests: int


class Lossy:
    """A stage with one poll, which has lost what it may."""

    def __init__(self, stage: Stage, lookback: float, hours: float) -> None:
        """Live for some hours with late points up to `lookback`, then read a day, twice."""
        self.stage = stage
        self.poll: Any
        (self.poll,) = stage.collector.polls()
        margins = Margins(60.0, lookback)
        self.poll._shared = replace(self.poll._shared, margins=margins)
        stage.live(hours)
        for _ in range(2):
            self.poll.fetch._reads = FAR_BACK
            self.poll.read()

    def value(self, family: Any) -> float:
        """Return one of the exporter's own values of the poll."""
        return self.stage.telemetry.value(family, KEY)

    def requests(self) -> float:
        """Return how many requests were counted."""
        return sum(total.value for total in self.poll._ledger.totals.values())

    def truth(self) -> Truth:
        """Read every point after the start once more."""
        target = self.poll.fetch.target
        query = SeriesQuery(
            project=PROJECT,
            filter=metric_filter(target.source, target.selection),
            start=self.poll._ledger.start,
            end=int(self.stage.clock.now() * SECOND),
        )
        values = [
            point.value.int64_value
            for page in self.poll._shared.client.pages(query)
            for series in page.time_series
            for point in series.points
        ]
        return Truth(len(values), sum(values))


@pytest.mark.parametrize(
    ("late", "hours"),
    [
        ("400s", 2.0),
        pytest.param("1500s", 4.0, marks=pytest.mark.deep),
        pytest.param("7200s", 4.0, marks=pytest.mark.deep),
    ],
)
def test_late_points_are_counted(tmp_path: Path, late: str, hours: float) -> None:
    """Within the look-back no point is lost, however late; the late ones are counted apart, too."""
    with staged(tmp_path, targets([PROJECT], REQUESTS), f"late=0.3:{late},split") as stage:
        found = Lossy(stage, 86400.0, hours)
        truth = found.truth()
        assert (found.value(own.POINTS), found.requests()) == (truth.points, truth.requests)
        assert found.value(own.POINTS_LATE) > truth.points / 20
        assert found.value(own.POINTS_TOO_LATE) == 0


def test_points_that_are_too_late_are_counted_apart(tmp_path: Path) -> None:
    """Beyond the look-back each point that is not counted is counted as too late, once."""
    with staged(tmp_path, targets([PROJECT], REQUESTS), "late=0.3:7200s,split") as stage:
        found = Lossy(stage, 1800.0, 4.0)
        truth, too_late = found.truth(), found.value(own.POINTS_TOO_LATE)
        assert found.value(own.POINTS) + too_late == truth.points
        assert too_late > truth.points / 20
        assert found.requests() < truth.requests


def test_a_gap_is_told_in_seconds_and_in_points(tmp_path: Path) -> None:
    """After an outage beyond the look-back, what can no longer count is known to the last point."""
    with staged(tmp_path, targets([PROJECT], REQUESTS), "outage=60m:180m") as stage:
        found = Lossy(stage, 1800.0, 4.0)
        truth, too_late = found.truth(), found.value(own.POINTS_TOO_LATE)
        assert found.value(own.POINTS) + too_late == truth.points
        minutes = found.value(own.GAP) / 60
        assert 85 < minutes < 95
        series = truth.points / (4 * 60 + 12)
        assert too_late == pytest.approx(minutes * series, rel=0.1)
        ledger = found.poll._ledger
        covered = (ledger.covered - ledger.start) / SECOND
        assert found.value(own.DATA_SECONDS) + found.value(own.GAP) == covered
