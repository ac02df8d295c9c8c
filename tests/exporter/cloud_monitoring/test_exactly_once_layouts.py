"""The same for cumulative distributions whose layouts change while instances come and go."""

import shutil
import tempfile
from bisect import bisect_right
from dataclasses import replace
from pathlib import Path

from google.api.distribution_pb2 import Distribution
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from exporter.catalog.cloud_run import REQUEST_DURATION
from exporter.catalog.model import CloudMonitoring, MetricKind
from exporter.cloud_monitoring.bucket_layouts import source_bounds
from exporter.cloud_monitoring.read_window import SECOND
from exporter.cloud_monitoring.target import Margins
from exporter.cloud_monitoring.totals import Total
from exporter.collectors.counter_poll import RETIRE_EVERY
from tests.exporter.cloud_monitoring.bench import Bench
from tests.exporter.cloud_monitoring.ledgers import counts_of
from tests.exporter.cloud_monitoring.messages import OK, SERVICE
from tests.exporter.cloud_monitoring.paper import PaperApi, PaperPoint

START, DELAY, PERIOD = 1_800_000_000, 120.0, 60
MARGINS = Margins(600.0, 86400.0)
Options = Distribution.BucketOptions
LAYOUTS = (
    Options(explicit_buckets={"bounds": (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)}),
    Options(explicit_buckets={"bounds": (1.0, 4.0, 16.0, 64.0)}),
    Options(explicit_buckets={"bounds": (3.0, 7.0, 33.0)}),
    Options(linear_buckets={"num_finite_buckets": 10, "width": 10.0, "offset": 0.0}),
    Options(
        exponential_buckets={"num_finite_buckets": 56, "growth_factor": 2 ** (1 / 8), "scale": 1.0}
    ),
    Options(
        exponential_buckets={"num_finite_buckets": 28, "growth_factor": 2 ** (1 / 4), "scale": 1.0}
    ),
    Options(
        exponential_buckets={
            "num_finite_buckets": 9,
            "growth_factor": 2 ** (1 / 4),
            "scale": 2 ** (1 / 4) ** 5,
        }
    ),
    Options(),
)
VALUES = st.lists(st.integers(0, 90), max_size=6)
assert isinstance(REQUEST_DURATION.source, CloudMonitoring)
FAMILY = replace(
    REQUEST_DURATION, source=replace(REQUEST_DURATION.source, kind=MetricKind.CUMULATIVE)
)


class Instance:
    """A source series: when it started, its layout, and all values since then."""

    def __init__(self, series: int, start: int, layout: int) -> None:
        self.series, self.start, self.layout = series, start, layout
        self.values: list[int] = []

    def distribution(self) -> Distribution:
        """Return what it writes: zeros at the end are left out."""
        options = LAYOUTS[self.layout]
        bounds = source_bounds(options)
        counts = [0] * (len(bounds) + 1)
        for value in self.values:
            counts[bisect_right(bounds, value)] += 1
        while counts and not counts[-1]:
            counts.pop()
        number = len(self.values)
        mean = sum(self.values) / number if number else 0.0
        return Distribution(count=number, mean=mean, bucket_counts=counts, bucket_options=options)


class LayoutsExactlyOnce(RuleBasedStateMachine):
    """Whatever happens, count and sum are those of the values; no value is below where it was."""

    @initialize(layouts=st.lists(st.integers(0, len(LAYOUTS) - 1), min_size=2, max_size=2))
    def begin(self, layouts: list[int]) -> None:
        """Start counting on two instances that began long before."""
        self.folder = Path(tempfile.mkdtemp())
        self.api = PaperApi([], kind="CUMULATIVE", value="DISTRIBUTION")
        self.alive: list[Instance] = []
        self.wrote: dict[tuple[int, int], list[int]] = {}
        self.clock, self.end = float(START), START - 3600
        for layout in layouts:
            self._born(START - 9000, layout)
        for minute in range(60):
            self._minute([[minute % 90], [7]])
        self.bench = Bench(FAMILY, self.api, self.folder / "state.db", MARGINS)
        self.bench.at(self.clock)
        self.bench.poll.read()
        ledger = self.bench.poll._ledger
        assert ledger is not None
        self.start = ledger.start

    def _born(self, start: int, layout: int) -> None:
        series = len(self.api.labels)
        self.api.labels.append((OK, {**SERVICE, "revision_name": f"r{series}"}))
        self.alive.append(Instance(series, start, layout))

    def _minute(self, values: list[list[int]]) -> None:
        self.end += PERIOD
        for instance, more in zip(self.alive, values, strict=False):
            instance.values.extend(more)
            visible = self.end + DELAY
            point = PaperPoint(
                series=instance.series,
                end=self.end,
                value=instance.distribution(),
                visible=visible,
                start=instance.start,
            )
            self.api.points.append(point)
            self.wrote[instance.series, self.end] = list(instance.values)

    @rule(minutes=st.integers(1, 3), values=st.lists(VALUES, min_size=4, max_size=4))
    def time_passes(self, minutes: int, values: list[list[int]]) -> None:
        """Some minutes pass, each with the same values."""
        for _ in range(minutes):
            self._minute(values)
        self.clock += PERIOD * minutes
        self.bench.at(self.clock)

    @rule(which=st.integers(0, 3), layout=st.integers(0, len(LAYOUTS) - 1))
    def layout_changes(self, which: int, layout: int) -> None:
        """An instance goes on in another layout, under its old start."""
        if self.alive:
            self.alive[which % len(self.alive)].layout = layout

    @rule(which=st.integers(0, 3), layout=st.integers(0, len(LAYOUTS) - 1))
    def instance_is_replaced(self, which: int, layout: int) -> None:
        """An instance dies, and another is born."""
        if self.alive:
            self.alive.pop(which % len(self.alive))
        self._born(self.end, layout)

    @rule(layout=st.integers(0, len(LAYOUTS) - 1))
    def instance_is_born(self, layout: int) -> None:
        """One more instance."""
        if len(self.alive) < 4:
            self._born(self.end, layout)

    @rule()
    def days_pass(self) -> None:
        """One instance lives on for two days; the marks of those that died are retired."""
        self.time_passes(4, [[1], [2], [3], [4]])  # else the first point of a new one came too late
        self.bench.poll.read()
        del self.alive[1:]
        for _ in range(9):
            self.end += 21600 - PERIOD
            self._minute([[5]])
            self.clock += 21600
            self.bench.at(self.clock)
            self.bench.poll._runs = RETIRE_EVERY - 1
            self.bench.poll.read()
        ledger = self.bench.poll._ledger
        assert ledger is not None
        assert len(ledger.marks) == 1

    @rule()
    def poll(self) -> None:
        """A poll runs."""
        self.bench.poll.read()

    @rule()
    def killed(self) -> None:
        """The process is killed between polls and started again."""
        self.bench.kill()

    @rule(before=st.booleans())
    def killed_while_committing(self, before: bool) -> None:
        """The process is killed just before or just after a poll's points are on disk."""
        self.bench.kill_while_committing(before=before)

    def _truth(self) -> list[int]:
        """Return the values that were added after the first point of each series that counts."""
        first: dict[int, int] = {}
        last: dict[int, list[int]] = {}
        born = {point.series: point.start for point in self.api.points}
        for series, end in sorted(self.wrote, key=lambda key: key[1]):
            if end * SECOND > self.start and end + DELAY <= self.clock:
                values = self.wrote[series, end]
                known = (born[series] or 0) * SECOND >= self.start
                first.setdefault(series, 0 if known else len(values))
                last[series] = values
        return [value for series, values in last.items() for value in values[first[series] :]]

    def _total(self) -> Total | None:
        ledger = self.bench.poll._ledger
        return None if ledger is None else next(iter(ledger.totals.values()), None)

    @invariant()
    def never_more_than_the_truth(self) -> None:
        """No count is above that of the values so far, at any bound."""
        total = self._total() if hasattr(self, "start") else None
        if total is not None and total.bounds is not None:
            values, running = self._truth(), 0
            for bound, count in zip(total.bounds, counts_of(total), strict=False):
                running += count
                assert running <= sum(value < bound * 1000 * (1 + 1e-9) for value in values)
            assert len(total.bounds) <= 40

    def teardown(self) -> None:
        """In the end count and sum are those of all values."""
        if not hasattr(self, "start"):
            return
        self.bench.poll.read()
        total, values = self._total(), self._truth()
        counted = (0, 0.0) if total is None else (sum(counts_of(total)), total.value * 1000)
        assert counted[0] == len(values)
        assert abs(counted[1] - sum(values)) < 1e-3
        self.bench.store.close()
        shutil.rmtree(self.folder)


LayoutsExactlyOnce.TestCase.settings = settings(
    database=None,
    max_examples=settings.default.max_examples // 2,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestLayoutsExactlyOnce = LayoutsExactlyOnce.TestCase
