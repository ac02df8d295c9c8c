"""The same for cumulative series, which start anew at any time."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import Margins
from tests.exporter.cloud_monitoring.bench import Bench
from tests.exporter.cloud_monitoring.paper import PaperApi, PaperPoint

START = 1_800_000_000
DELAY, PERIOD, WHOLE = 120.0, 60, 100_000
MARGINS = Margins(600.0, 86400.0)
PLACES = [(user, database) for user in ("u1", "u2") for database in ("d1", "d2")]
RISES = st.lists(st.integers(-1, 50), min_size=4, max_size=4)


class Source:
    """A cumulative series: when it started, and what it has reached."""

    def __init__(self, start: int) -> None:
        self.start, self.value = start, 1000


class CumulativeExactlyOnce(RuleBasedStateMachine):
    """Whatever happens, what each series rose by after its first point counts once."""

    @initialize()
    def begin(self) -> None:
        """Start counting on series that began long before."""
        self.folder = Path(tempfile.mkdtemp())
        labels = [
            (
                {"user": user, "client_addr": ""},
                {"project_id": "p", "location": "r", "resource_id": "p:i", "database": database},
            )
            for user, database in PLACES
        ]
        self.api = PaperApi(labels, kind="CUMULATIVE")
        self.sources = [Source(START - 9000) for _ in PLACES]
        self.clock, self.end = float(START), START - 3600
        for _ in range(60):
            self._minute([3, 0, 1, 0])
        self.bench = Bench("cloudsql_query_rows_total", self.api, self.folder / "state.db", MARGINS)
        self.bench.at(self.clock)
        self.bench.poll.read()
        ledger = self.bench.poll._ledger
        assert ledger is not None
        self.start = ledger.start

    def _minute(self, rises: list[int]) -> None:
        """Let the world have one more minute; a series that rises by -1 has no point."""
        self.end += PERIOD
        for series, (source, rise) in enumerate(zip(self.sources, rises, strict=True)):
            source.value += max(rise, 0)
            if rise >= 0:
                point = PaperPoint(
                    series=series,
                    end=self.end,
                    value=source.value,
                    visible=self.end + DELAY,
                    start=source.start,
                )
                self.api.points.append(point)

    @rule(
        minutes=st.integers(1, 9),
        rises=st.lists(RISES, min_size=9, max_size=9),
        series=st.sampled_from([None, None, 0, 0, 1, 3]),
    )
    def time_passes(self, minutes: int, rises: list[list[int]], series: int | None) -> None:
        """Some minutes pass; now and then a series starts anew amid them."""
        for minute in range(minutes):
            if series is not None and minute == minutes // 2:
                self.sources[series].start, self.sources[series].value = self.end, 0
            self._minute(rises[minute])
        self.clock += PERIOD * minutes
        self.bench.at(self.clock)

    @rule(points=st.sampled_from([1, 2, 3, 7, WHOLE]))
    def pages_split(self, points: int) -> None:
        """Pages hold so few points from now on that series straddle them."""
        self.api.page_points = points

    @rule(pages=st.integers(1, 30))
    def poll_breaks_off(self, pages: int) -> None:
        """A poll gets so many pages of one point each, and then no more."""
        kept = self.api.page_points
        self.api.page_points, self.api.breaks_after = 1, pages
        self.bench.poll.read()
        self.api.page_points, self.api.breaks_after = kept, WHOLE

    @rule(down=st.sampled_from([False, False, True]), partial=st.booleans())
    def answers_change(self, down: bool, partial: bool) -> None:
        """The API is away or back, its answers whole or said to be partial."""
        self.api.down, self.api.partial = down, partial

    @rule(times=st.integers(1, 2))
    def poll(self, times: int) -> None:
        """Polls run, and work or not."""
        for _ in range(times):
            self.bench.poll.read()

    @rule()
    def killed(self) -> None:
        """The process is killed between polls and started again."""
        self.bench.kill()

    @rule(before=st.booleans())
    def killed_while_committing(self, before: bool) -> None:
        """The process is killed just before or just after a poll's points are on disk."""
        self.bench.kill_while_committing(before=before)

    @invariant()
    def never_more_than_the_truth(self) -> None:
        """No total is ever above what the series rose by."""
        if hasattr(self, "start") and self.bench.poll._ledger is not None:
            truth = self._truth()
            assert all(value <= truth[key] for key, value in self.bench.totals().items())

    def _truth(self) -> Counter[tuple[str, ...]]:
        """Walk along the points of each series that can be read, from the first after the cut."""
        truth: Counter[tuple[str, ...]] = Counter()
        last: dict[int, PaperPoint] = {}
        for point in self.api.points:
            if point.end * SECOND <= self.start or point.visible > self.clock:
                continue
            before = last.get(point.series)
            labels = ("p", "r", "p:i", PLACES[point.series][1])
            if before is not None:
                again = before.start != point.start
                truth[labels] += point.value - (0 if again else before.value)
            last[point.series] = point
        return truth

    def teardown(self) -> None:
        """In the end all that the series rose by is counted."""
        if not hasattr(self, "start"):
            return
        self.api.down = self.api.partial = False
        self.bench.poll.read()
        assert {key: n for key, n in self._truth().items() if n} == self.bench.totals()
        self.bench.store.close()
        shutil.rmtree(self.folder)


def test_an_answer_that_breaks_off_passes_over_nothing() -> None:
    """Newest points alone say nothing of what a series rose by before it started anew."""
    machine = CumulativeExactlyOnce()
    machine.begin()
    machine.time_passes(2, [[5, 0, 0, 0]] * 2, None)
    machine.time_passes(6, [[7, 0, 0, 0]] * 6, 0)
    machine.poll_breaks_off(1)
    machine.teardown()


CumulativeExactlyOnce.TestCase.settings = settings(
    database=None,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestCumulativeExactlyOnce = CumulativeExactlyOnce.TestCase
