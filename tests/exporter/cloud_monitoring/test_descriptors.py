"""Descriptors: read once a prefix, documented values where they cannot be read, mismatches."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.api.metric_pb2 import MetricDescriptor

from exporter.catalog.cloud_run import INSTANCES, REQUESTS
from exporter.catalog.cloud_sql import UP
from exporter.catalog.model import CloudMonitoring
from exporter.cloud_monitoring import descriptors as module
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient
from exporter.cloud_monitoring.descriptors import REFRESH, RETRY, Described, Descriptors, prefix
from exporter.errors import PollError, Reason
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.cloud_monitoring.scripted import HandTime, scripted

SOURCE, COUNT, DATABASE = INSTANCES.source, REQUESTS.source, UP.source
assert isinstance(SOURCE, CloudMonitoring)
assert isinstance(COUNT, CloudMonitoring)
assert isinstance(DATABASE, CloudMonitoring)


class Listed:
    """Stands for the client: lists what it holds, or is away."""

    def __init__(self, *held: MetricDescriptor) -> None:
        self.held, self.asked, self.away = held, list[tuple[str, str]](), False

    def descriptors(self, project: str, text: str) -> Iterator[Any]:
        """List."""
        self.asked.append((project, text))
        if self.away:
            raise PollError(Reason.UNAVAILABLE, "UNAVAILABLE: away")
        yield from self.held


def descriptor(kind: str = "GAUGE", value: str = "INT64", period: int = 0, delay: int = 0) -> Any:
    """Return the descriptor of the instance count."""
    found = MetricDescriptor(type=SOURCE.metric, metric_kind=kind, value_type=value)
    found.metadata.sample_period.seconds, found.metadata.ingest_delay.seconds = period, delay
    return found


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> HandTime:
    """Let a day pass at once."""
    clock = HandTime()
    monkeypatch.setattr(module, "steady", clock.monotonic)
    return clock


def test_metrics_under_a_prefix_share_one_call() -> None:
    """Many polls that ask at once cost one listing a product, and learn its delays."""
    simulator = Simulator(World(), HandClock(0.0), delay=77.0)
    with grpc.insecure_channel(simulator.start()) as channel, ThreadPoolExecutor(8) as pool:
        client = MonitoringClient(channel, CallLimits(), Telemetry(0.0))
        known = Descriptors(client)
        sources = [SOURCE, COUNT, DATABASE] * 8
        found = list(pool.map(lambda source: known.describe("ion-demo", source), sources))
    simulator.close()
    assert [(d.period, d.delay, d.mismatch) for d in found] == [(60, 77, None)] * 24
    assert found[0].labels == ("state",)
    assert simulator.calls == 2


def test_projects_are_apart() -> None:
    """Each project is asked by itself, for one prefix."""
    listing = Listed()
    known = Descriptors(listing)
    for project in "aba":
        known.describe(project, SOURCE)
    text = 'metric.type = starts_with("run.googleapis.com/")'
    assert listing.asked == [("a", text), ("b", text)]


def test_a_descriptor_overrides_what_is_documented() -> None:
    """Period and delay are the descriptor's where it has them, else the catalog's."""
    for described, expected in (
        (descriptor(period=300, delay=240), Described(300, 240, labels=())),
        (descriptor(period=300), Described(300, 120, labels=())),
        (descriptor(delay=240), Described(60, 240, labels=(), stated=False)),
    ):
        assert Descriptors(Listed(described)).describe("p", SOURCE) == expected
    assert Descriptors(Listed()).describe("p", SOURCE) == Described(60, 120, missing=True)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("DELTA", "INT64", "the API has DELTA INT64, the catalog GAUGE INT64"),
        ("GAUGE", "DOUBLE", "the API has GAUGE DOUBLE, the catalog GAUGE INT64"),
        ("GAUGE", "STRING", "mismatch: STRING values are not numbers"),
        ("GAUGE", "MONEY", "mismatch: MONEY values are not numbers"),
        (
            "METRIC_KIND_UNSPECIFIED",
            "INT64",
            "the API has METRIC_KIND_UNSPECIFIED INT64, the catalog GAUGE INT64",
        ),
    ],
)
def test_a_mismatch_has_its_reason(kind: str, value: str, text: str) -> None:
    """A metric that is not what the catalog says is described with the difference."""
    known = Descriptors(Listed(descriptor(kind, value)))
    assert known.describe("p", SOURCE).mismatch == text


def test_a_listing_is_kept_for_a_day(hand: HandTime) -> None:
    """After a day it is read anew; where that fails, what was known stays."""
    listing = Listed(descriptor(delay=240))
    known = Descriptors(listing)
    for after, calls in ((0.0, 1), (REFRESH - 1, 1), (1.0, 2)):
        hand.at += after
        assert known.describe("p", SOURCE) == Described(60, 240, labels=(), stated=False)
        assert len(listing.asked) == calls
    hand.at += REFRESH
    listing.away = True
    assert known.describe("p", SOURCE) == Described(60, 240, labels=(), stated=False)
    assert len(listing.asked) == 3


def test_a_listing_that_failed_is_tried_again_in_ten_minutes(hand: HandTime) -> None:
    """Meanwhile documented values are used, with the reason, and no call is made."""
    listing = Listed(descriptor(delay=240))
    listing.away = True
    known = Descriptors(listing)
    for _ in range(2):
        assert known.describe("p", SOURCE) == Described(60, 120)
    assert len(listing.asked) == 1
    unread = known.describe("p", SOURCE).unread
    assert unread.startswith("p: no metric descriptors, documented values are used: ")
    listing.away = False
    hand.at += RETRY
    assert known.describe("p", SOURCE) == Described(60, 240, labels=(), stated=False)
    assert known.describe("p", SOURCE).unread == ""


def test_a_prefix_is_the_product() -> None:
    """A listing covers all metrics of a product's domain."""
    assert prefix("run.googleapis.com/container/instance_count") == "run.googleapis.com/"
    assert prefix("a/b/c") == "a/"


def test_a_client_that_is_stopping_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    """A listing that the end of the exporter cut short is not worth a line in the log."""
    with scripted(descriptor()) as told:
        told.channel.close()
        assert Descriptors(told.client).describe("p", SOURCE) == Described(60, 120)
    assert caplog.messages == []


def test_a_descriptor_may_have_no_period() -> None:
    """The documented one is used then, and is said not to be known."""
    found = [Descriptors(Listed(descriptor(period=n))).describe("p", SOURCE) for n in (0, 300)]
    assert [(one.period, one.stated) for one in found] == [(SOURCE.period, False), (300, True)]
