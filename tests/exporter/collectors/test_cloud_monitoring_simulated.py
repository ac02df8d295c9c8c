"""The whole collector on the simulated project: real calls, real faults, the world's truth."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import grpc
import pytest

from exporter.catalog import CATALOG, own
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring import client as client_module
from exporter.cloud_monitoring.checkpoint import SqliteStore
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.descriptors import Descriptors
from exporter.cloud_monitoring.source_clock import SourceClock
from exporter.cloud_monitoring.target import FamilyTarget, Margins, Shared
from exporter.collectors.cloud_monitoring import CloudMonitoringCollector
from exporter.collectors.counter_poll import CounterPoll
from exporter.collectors.gauge_poll import GaugePoll
from exporter.errors import PollError, Reason
from exporter.exposition.samples import Buckets
from exporter.simulator.faults import Faults
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.cloud_monitoring.scripted import HandTime
from tests.exporter.simulator.asking import COUNT, LATENCIES, NOON, ROWS
from tests.exporter.simulator.worlds import true_total

PROJECT, WEEK = World.project, 7 * 86400
GROUPS = ("resource.location", "metric.response_code_class")
REQUESTS, DURATION = "cloudrun_requests_total", "cloudrun_request_duration_seconds"
INSTANCES, STATE = "cloudrun_instances", "cloudsql_instance_state"


@dataclass
class Stage:
    """A collector on a simulator, with one clock for both."""

    collector: CloudMonitoringCollector
    simulator: Simulator
    clock: HandClock
    telemetry: Telemetry

    @property
    def polls(self) -> dict[str, CounterPoll | GaugePoll]:
        """The polls by name."""
        return {poll.name: poll for poll in self.collector.polls()}

    def live(self, hours: float) -> None:
        """Run every poll when it is due, for some hours; what fails is tried again."""
        end = self.clock.time + hours * 3600
        while (due := min(self.collector.polls(), key=lambda poll: poll.due())).due() < end:
            self.clock.time = max(self.clock.time, due.due())
            due.read()
        self.clock.time = end


def targets(projects: Sequence[str], *families: str, **more: Any) -> list[FamilyTarget]:
    """Return what to read."""
    found = []
    for project in projects:
        for name in families:
            source = CATALOG[name].source
            assert isinstance(source, CloudMonitoring)
            found.append(FamilyTarget(project=project, family=CATALOG[name], source=source, **more))
    return found


@contextmanager
def staged(path: Path, wanted: list[FamilyTarget], faults: str = "") -> Iterator[Stage]:
    """Run a simulator at noon, with a small world, and a collector that waits in no time."""
    clock, telemetry = HandClock(NOON), Telemetry(NOON)
    simulator = Simulator(World(start=NOON, scale=0.01), clock, Faults.parse(faults))
    channel = grpc.insecure_channel(simulator.start())
    source = SourceClock(clock, telemetry)
    client = MonitoringClient(channel, CallLimits(), telemetry, source)
    store = SqliteStore(path / "state.db")
    shared = Shared(
        client=client,
        descriptors=Descriptors(client),
        store=store,
        source=source,
        telemetry=telemetry,
        margins=Margins(600.0, 86400.0),
    )
    collector = CloudMonitoringCollector(wanted, shared, 4, channel)
    try:
        with pytest.MonkeyPatch.context() as patch:
            hand = HandTime()
            patch.setattr(client_module, "time", hand)
            patch.setattr(client_module, "steady", hand.monotonic)
            yield Stage(collector, simulator, clock, telemetry)
    finally:
        asyncio.run(collector.close())
        simulator.close()
        store.close()


def samples(poll: CounterPoll | GaugePoll) -> dict[tuple[str, ...], Any]:
    """Return the values that a poll shows, once all are revealed, by the last two labels."""
    poll.read()
    delivery = poll.reveal() if isinstance(poll, CounterPoll) else poll.read()
    assert delivery is not None
    return {s.labels: s.value for s in delivery.parts[0].samples}


@pytest.mark.parametrize(
    ("faults", "hours"),
    [
        pytest.param("", 3.0, marks=pytest.mark.deep),
        ("late=0.3:480s,split,unavailable=0.1,repeated=0.3", 1.5),
        pytest.param("outage=30m:75m,split", 3.0, marks=pytest.mark.deep),
    ],
)
def test_counts_are_the_world_s(tmp_path: Path, faults: str, hours: float) -> None:
    """Over hours of late, split, doubled and refused answers every request counts once."""
    with staged(tmp_path, targets([PROJECT], REQUESTS, DURATION), faults) as stage:
        stage.live(hours)
        requests, durations = (stage.polls[f"{PROJECT}/{name}"] for name in (REQUESTS, DURATION))
        shown, buckets = samples(requests), samples(durations)
        assert requests._ledger is not None
        after, until = requests._ledger.start / 10**9, stage.clock.now() - 120
        late = 480 if "late" in faults else 0
        low = true_total(stage.simulator.world, COUNT, after, until - late, GROUPS)
        high = true_total(stage.simulator.world, COUNT, after, until, GROUPS)
    counted = {(labels[1], labels[3]): value for labels, value in shown.items() if value}
    assert counted.keys() == high.keys()
    assert all(low[key] <= counted[key] <= high[key] for key in high)
    events = {(k[1], k[3]): sum(v.counts) for k, v in buckets.items() if isinstance(v, Buckets)}
    assert all(low[key] <= events[key] <= high[key] for key in high)


def test_buckets_are_the_world_s(tmp_path: Path) -> None:
    """At every exported bound as many latencies lie below it as in the world."""
    with staged(tmp_path, targets([PROJECT], DURATION)) as stage:
        stage.live(1.0)
        (poll,) = stage.collector.polls()
        shown = samples(poll)
        assert poll._ledger is not None
        after, until = poll._ledger.start / 10**9, stage.clock.now() - 120
        truth = true_total(stage.simulator.world, LATENCIES, after, until, GROUPS)
    for (_, region, _, code), found in shown.items():
        if not (sum(found.counts) or (region, code) in truth):
            continue
        whole = truth[region, code]
        edges = [float(f"{bound / 1000:.12g}") for bound in whole.layout.bounds()]
        below = [sum(whole.counts[: edges.index(bound) + 1]) for bound in found.bounds]
        assert below == [sum(found.counts[: n + 1]) for n in range(len(found.bounds))]
        assert sum(found.counts) == whole.count
        assert found.sum == pytest.approx(whole.mean * whole.count / 1000)


def test_cumulative_rows_are_the_world_s(tmp_path: Path) -> None:
    """Series that start anew each week count what they rose by, over the new start as well."""
    with staged(tmp_path, targets([PROJECT], "cloudsql_query_rows_total")) as stage:
        (poll,) = stage.collector.polls()
        stage.clock.time = (NOON // WEEK + 1) * WEEK - 7200
        stage.live(4.0)
        shown = samples(poll)
        assert poll._ledger is not None
        after, until = (
            poll._ledger.start / 10**9,
            stage.clock.now() - poll.fetch.target.source.delay,
        )
        held = stage.simulator.world.series(ROWS, poll.fetch.target.source.resource, after, until)
    assert len({point.start for one in held for point in one.points}) == 2
    truth: Counter[str] = Counter()
    for one in held:
        for before, point in pairwise(one.points):
            again = before.start != point.start
            truth[one.resource["database"]] += point.value - (0 if again else before.value)
    found: Counter[str] = Counter()
    for labels, value in shown.items():
        found[labels[3]] += value
    assert found == truth


def test_a_poll_costs_one_call(tmp_path: Path) -> None:
    """Calls are polls, and a listing a product; what is billed is what the API returned."""
    with staged(tmp_path, targets([PROJECT], REQUESTS, INSTANCES, STATE)) as stage:
        for _ in range(3):
            for poll in stage.collector.polls():
                poll.read()
        assert stage.simulator.calls == 3 * 3 + 2
        assert stage.telemetry.sum(own.API_SERIES) == stage.simulator.billed
        assert stage.telemetry.value(own.API_REQUESTS, ("monitoring", "OK")) == 11


def test_an_hour_costs_a_poll_a_minute(tmp_path: Path) -> None:
    """Once the delay is learnt, an hour takes about sixty calls; stretched by ten, six."""
    with staged(tmp_path, targets([PROJECT], INSTANCES)) as stage:
        stage.live(1.0)
        before = stage.simulator.calls
        stage.live(1.0)
        assert 60 <= stage.simulator.calls - before <= 63
        stage.collector.stretch({f"{PROJECT}/{INSTANCES}": 10.0, "other": 2.0})
        stage.live(1.0)
        before = stage.simulator.calls
        stage.live(1.0)
        assert 5 <= stage.simulator.calls - before <= 7


def test_projects_are_apart(tmp_path: Path) -> None:
    """A project that is refused fails by itself; the other's counts go on."""
    with staged(tmp_path, targets(["closed", PROJECT], REQUESTS)) as stage:
        closed, mine = stage.collector.polls()
        fault = closed.read().fault
        assert fault is not None
        assert fault.reason is Reason.PERMISSION
        delivery = mine.read()
    assert delivery.fault is None
    assert {s.labels[0] for s in delivery.parts[0].samples} == {PROJECT}


def test_gauges_are_the_newest_and_expire(tmp_path: Path) -> None:
    """Instances of all revisions add up; states are 0 or 1; without an answer the poll fails."""
    text = "outage=10m:20m"
    with staged(tmp_path, targets([PROJECT], INSTANCES, STATE), text) as stage:
        instances, states = stage.collector.polls()
        delivery = instances.read()
        found = {s.labels: s.value for s in delivery.parts[0].samples}
        minute = int(NOON // 60) - 2
        series = stage.simulator.world.series(
            "run.googleapis.com/container/instance_count",
            "cloud_run_revision",
            minute * 60 - 60,
            minute * 60,
        )
        truth: dict[Any, float] = {}
        for one in series:
            r = one.resource
            key = (PROJECT, r["location"], r["service_name"], one.metric["state"])
            truth[key] = truth.get(key, 0) + one.points[-1].value
        assert found == truth
        assert delivery.data_time == minute * 60
        assert delivery.expires == NOON + 3 * 60 + 5 * 60
        assert {s.value for s in states.read().parts[0].samples} == {0.0, 1.0}
        stage.clock.time += 600
        with pytest.raises(PollError, match="UNAVAILABLE"):
            asyncio.run(instances.run())


def test_gauges_above_the_limit_are_reported(tmp_path: Path) -> None:
    """Samples above the limit are dropped, said in one note, and counted."""
    with staged(tmp_path, targets([PROJECT], INSTANCES, limit=4)) as stage:
        delivery = stage.collector.polls()[0].read()
        dropped = stage.telemetry.value(own.SERIES_DROPPED, (INSTANCES, "limit"))
    assert len(delivery.parts[0].samples) == 4
    assert dropped == 2
    assert delivery.notes == ("a series was dropped (limit): more than 4 series",)


def test_malformed_answers_cost_only_what_is_malformed(tmp_path: Path) -> None:
    """Strings, empty and doubled series, missing buckets and new labels leave the rest right."""
    with staged(tmp_path, targets([PROJECT], REQUESTS, DURATION), "malformed") as stage:
        stage.live(0.5)
        requests, durations = stage.collector.polls()
        shown, buckets = samples(requests), samples(durations)
        assert requests._ledger is not None
        truth = true_total(
            stage.simulator.world,
            COUNT,
            requests._ledger.start / 10**9,
            stage.clock.now() - 120,
            GROUPS,
        )
        tell = stage.telemetry.value
        assert tell(own.SERIES_DROPPED, (REQUESTS, "invalid")) > 0
        assert tell(own.SERIES_REPEATED, (REQUESTS,)) > 0
        assert tell(own.UNKNOWN_LABELS, (REQUESTS, "metric.surprise")) == 1
    assert {(k[1], k[3]): v for k, v in shown.items() if v} == truth
    assert {(k[1], k[3]): n for k, v in buckets.items() if (n := sum(v.counts))} == truth
