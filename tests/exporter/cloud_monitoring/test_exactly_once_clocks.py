"""Clocks that step, points of any lateness, metrics that vanish: every point counts once."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from exporter.catalog import own
from exporter.cloud_monitoring.read_window import SECOND
from tests.exporter.cloud_monitoring.test_exactly_once import PERIOD, ExactlyOnce

KEY = ("p", "cloudrun_requests_total")
FAR_BACK = 255  # reads after which the next one goes back a day
LATENESS = (0.0, 0.0, 0.0, 240.0, 700.0, 1500.0, 5400.0, 9000.0, 30_000.0)
STEPS = (0.0, 0.0, 5.0, -90.0, 3600.0, -3600.0, 40 * 86400.0, -40 * 86400.0)


class Clocks(ExactlyOnce):
    """Every point is counted, or counted as too late: both together are the truth.

    Each point is one request, so that points and requests can be added.
    """

    def value(self, number: int) -> Any:
        """Return one request, whatever was drawn."""
        del number
        return 1

    @initialize(off_grid=st.booleans(), dated=st.booleans())
    def begin(self, off_grid: bool, dated: bool) -> None:
        """Start counting where answers have dates, or have none."""
        super().begin(off_grid)
        self.bench.dated = dated
        self.bench.kill()

    @rule(
        values=st.lists(st.integers(-1, 50), min_size=6, max_size=6),
        late=st.lists(st.sampled_from(LATENESS), min_size=6, max_size=6),
    )
    def time_passes(self, values: list[int], late: list[float]) -> None:
        """A minute passes; points may come hours late."""
        self._minute(values, late)
        self._move(PERIOD)

    @rule(minutes=st.integers(1, 100))
    def silence(self, minutes: int) -> None:
        """The service has no requests for some time."""
        self.end += PERIOD * minutes
        self._move(PERIOD * minutes)

    @rule(off=st.sampled_from(STEPS))
    def the_clock_is_set(self, off: float) -> None:
        """The wall clock of the exporter's machine steps; an hour, a month, or right again."""
        self.bench.clock.off = off

    @rule(missing=st.booleans(), empty=st.booleans())
    def the_metric_vanishes(self, missing: bool, empty: bool) -> None:
        """Answers are NOT_FOUND or empty from now on, or no longer."""
        self.api.missing, self.api.empty = missing, empty

    @rule()
    def killed_between_polls(self) -> None:
        """The process starts again; without dates it can only trust the clock that it finds."""
        self._restart()

    @rule(before=st.just(value=True))
    def killed_while_committing(self, before: bool) -> None:
        """The process is killed before a poll's points are on disk."""
        self._restart()
        self.bench.kill_while_committing(before=before)

    def _restart(self) -> None:
        if not self.bench.dated:
            self.bench.clock.off = 0.0
        self.bench.kill()

    @rule()
    def poll_far_back(self) -> None:
        """A poll runs whose turn it is to read a day."""
        self.bench.poll.fetch._reads = FAR_BACK
        self.poll()

    @rule(off=st.sampled_from(STEPS))
    def restarted_with_a_wrong_clock(self, off: float) -> None:
        """The process starts while the clock is wrong, and polls, where answers have dates."""
        self._restart()
        self.bench.clock.off = off if self.bench.dated else 0.0
        self.bench.kill()
        self.poll()

    def teardown(self) -> None:
        """In the end all that is readable was counted, once, or counted as too late."""
        if not hasattr(self, "bench"):
            return
        self.bench.clock.off = 0.0
        self.bench.kill()
        self.api.missing = self.api.empty = self.api.down = self.api.partial = False
        self.api.breaks_after = 100_000
        self._move(1.0)
        for reads in (0, FAR_BACK, FAR_BACK):
            self.bench.poll.fetch._reads = reads
            self.bench.poll.read()
        truth, counted = Counter(self._truth(self.clock)), Counter(self.counted())
        assert not counted - truth
        too_late = self.bench.telemetry.value(own.POINTS_TOO_LATE, KEY)
        assert counted.total() + too_late == truth.total()
        ledger = self.bench.poll._ledger
        assert ledger is not None
        assert ledger.covered <= self.clock * SECOND + 2 * ledger.period
        self.end_all()


Clocks.TestCase.settings = settings(
    database=None,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestClocks = Clocks.TestCase


def test_a_start_while_the_clock_is_weeks_ahead_loses_nothing() -> None:
    """The first dated answer corrects the clock; what it was asked for is not taken for a gap."""
    state = Clocks()
    state.begin(off_grid=False, dated=True)
    state.restarted_with_a_wrong_clock(off=40 * 86400.0)
    state.silence(minutes=1)
    state.teardown()
