"""Polls, late points, page splits, duplicates, outages, kills: the total is the truth."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import Margins
from exporter.errors import PollError
from tests.exporter.cloud_monitoring.bench import Bench
from tests.exporter.cloud_monitoring.paper import PaperApi, PaperPoint

START = 1_800_000_000
LATE, LOOKBACK, DELAY, PERIOD = 600.0, 7200.0, 120.0, 60
CLASSES = ("2xx", "4xx", "5xx")
REVISIONS = ("r1", "r2")


def series_labels() -> list[tuple[dict[str, str], dict[str, str]]]:
    """Return six source series that export as three."""
    return [
        (
            {"response_code": f"{c[0]}00", "response_code_class": c, "route": ""},
            {
                "project_id": "p",
                "location": "us-central1",
                "service_name": "s",
                "revision_name": r,
                "configuration_name": "s",
            },
        )
        for c in CLASSES
        for r in REVISIONS
    ]


class ExactlyOnce(RuleBasedStateMachine):
    """Whatever happens within the margins, every point after the cut counts once."""

    family, value_type = "cloudrun_requests_total", "INT64"

    def value(self, number: int) -> Any:
        """Return what a point holds, made from a drawn number."""
        return number

    def pieces(self, labels: tuple[str, ...], value: Any) -> dict[Any, int]:
        """Return what a point adds to each number on the page."""
        return {labels: value}

    def counted(self) -> dict[Any, int]:
        """Return the numbers that the ledger holds, without zeros."""
        return dict(self.bench.totals())

    @initialize(off_grid=st.booleans())
    def begin(self, off_grid: bool) -> None:
        """Start counting on a world that already has a past."""
        self.folder = Path(tempfile.mkdtemp())
        self.phase = 13 if off_grid else 0
        self.api = PaperApi(series_labels(), value=self.value_type)
        self.clock = float(START)
        self.end = START - 3600 + self.phase
        for _ in range(60):
            self._minute([3, 0, 1, 0, 0, 0], [0.0] * 6)
        state = self.folder / "state.db"
        self.bench = Bench(self.family, self.api, state, Margins(LATE, LOOKBACK))
        self._move(0.0)
        self.bench.poll.read()
        ledger = self.bench.poll._ledger
        assert ledger is not None
        self.start = ledger.start

    def _minute(self, values: list[int], late: list[float]) -> None:
        """Let the world have one more minute; each series' point is readable after delay + late."""
        self.end += PERIOD
        for series, (value, more) in enumerate(zip(values, late, strict=True)):
            if value >= 0:
                visible = self.end + DELAY + more
                self.api.points.append(PaperPoint(series, self.end, self.value(value), visible))

    def _move(self, seconds: float) -> None:
        self.clock += seconds
        self.bench.at(self.clock)

    @rule(
        values=st.lists(st.integers(-1, 50), min_size=6, max_size=6),
        late=st.lists(st.sampled_from([0.0, 0.0, 0.0, 61.0, 240.0, 480.0]), min_size=6, max_size=6),
    )
    def time_passes(self, values: list[int], late: list[float]) -> None:
        """A minute passes; some series have a point, some of those are late."""
        self._minute(values, late)
        self._move(PERIOD)

    @rule(points=st.integers(1, 7))
    def pages_split(self, points: int) -> None:
        """Pages hold so few points from now on that series straddle them."""
        self.api.page_points = points

    @rule()
    def poll(self) -> None:
        """A poll runs, and works or not."""
        try:
            self.bench.poll.read()
        except PollError:
            assert self.api.down or self.api.breaks_after < 100_000

    @rule()
    def poll_twice(self) -> None:
        """Overlapping windows bring the same points again."""
        self.poll()
        self.poll()

    @rule()
    def outage_begins(self) -> None:
        """The API stops answering."""
        self.api.down = True

    @rule()
    def outage_ends(self) -> None:
        """The API answers again; an outage is shorter than the look-back by construction."""
        self.api.down = False

    @rule(pages=st.sampled_from([1, 2, 100_000]))
    def answers_break_off(self, pages: int) -> None:
        """From now on the API is away after so many pages of an answer."""
        self.api.breaks_after = pages

    @rule(partial=st.booleans())
    def answers_are_partial(self, partial: bool) -> None:
        """Answers carry an execution error from now on, or no longer."""
        self.api.partial = partial

    @rule()
    def killed_between_polls(self) -> None:
        """The process is killed and started again."""
        self.bench.kill()

    @rule(before=st.booleans())
    def killed_while_committing(self, before: bool) -> None:
        """The process is killed just before or just after a poll's points are on disk."""
        self.bench.kill_while_committing(before=before)

    @invariant()
    def never_more_than_the_truth(self) -> None:
        """No total is ever above what is readable."""
        if not hasattr(self, "start"):
            return
        truth = self._truth(self.clock)
        ledger = self.bench.poll._ledger
        if ledger is not None:
            for piece, value in self.counted().items():
                assert value <= truth[piece]

    def _truth(self, visible: float) -> Counter[Any]:
        truth: Counter[Any] = Counter()
        for point in self.api.points:
            if point.end * SECOND > self.start and point.visible <= visible:
                metric, _ = self.api.labels[point.series]
                labels = ("p", "us-central1", "s", metric["response_code_class"])
                truth.update(self.pieces(labels, point.value))
        return truth

    def teardown(self) -> None:
        """In the end all that is readable is counted, to the last request."""
        if not hasattr(self, "bench"):
            return
        self.api.down, self.api.partial, self.api.breaks_after = False, False, 100_000
        self._move(1.0)
        if self.clock - START < LOOKBACK - LATE:
            self.bench.poll.read()
            expected = {piece: n for piece, n in self._truth(self.clock).items() if n}
            assert expected == self.counted()
        self.end_all()

    def end_all(self) -> None:
        """Close and remove the state file."""
        self.bench.store.close()
        shutil.rmtree(self.folder)


ExactlyOnce.TestCase.settings = settings(
    database=None,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestExactlyOnce = ExactlyOnce.TestCase
