"""From a poll that has delivered to a page that shows it; and from the start to the first page."""

import asyncio
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.row import Row, ms, percentile
from exporter.catalog import cloud_run
from exporter.clock import WallClock, steady
from exporter.collectors.base import Delivery
from exporter.exposition.exposition import Exposition, Format
from exporter.exposition.samples import Part, Sample
from exporter.poller import Poller
from exporter.telemetry import Telemetry
from tests.servers import free_port, process, wait_until

SERIES, DELIVERIES, EVERY = 10_000, 40, 0.1
STARTS = 5


class Marking:
    """A collector whose only poll delivers the time of its delivery as every sample's value."""

    name = "marking"
    project = family = ""
    interval, stretched = EVERY, False

    def __init__(self) -> None:
        """Be due at once."""
        self._due = 0.0

    def polls(self) -> Sequence["Marking"]:
        """Return itself."""
        return (self,)

    def due(self) -> float:
        """Return when to deliver next."""
        return self._due

    async def run(self) -> Delivery:
        """Deliver."""
        self._due = steady() + EVERY
        names = (("ion-demo", "us-central1", f"service-{n:05d}", "active") for n in range(SERIES))
        samples = tuple(Sample(labels, time.perf_counter()) for labels in names)
        return Delivery(
            parts=(Part(cloud_run.INSTANCES, samples),), expires=float("inf"), data_time=steady()
        )

    async def close(self) -> None:
        """Do nothing."""


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    waits = asyncio.run(_waits())
    what = f"response decoded to page encoded, {SERIES:,} series, p99"
    p99 = percentile(waits, 0.99)
    yield Row(what=what, figure=ms(p99), baseline="", reach="1 s", met=p99 < 1.0)
    starts = [_start() for _ in range(STARTS)]
    figure = f"{percentile(starts, 0.5):.2f} s (slowest of {STARTS}: {max(starts):.2f} s)"
    yield Row(
        what="start to first page, simulated",
        figure=figure,
        baseline="",
        reach="3 s",
        met=percentile(starts, 0.5) < 3.0,
    )


async def _waits() -> list[float]:
    collector, exposition = Marking(), Exposition()
    poller = Poller((collector,), WallClock(), Telemetry(0.0), lambda _: None)
    task = asyncio.create_task(poller.run())
    waits: list[float] = []
    shown = 0
    while len(waits) < DELIVERIES:
        await asyncio.sleep(0.001)
        if poller.snapshot.generation > shown and poller.snapshot.families:
            shown = poller.snapshot.generation
            page = exposition.body(poller.snapshot.families, Format.TEXT, gzip=True)
            assert page
            delivered = poller.snapshot.families[0][1][0].samples[0].value
            assert isinstance(delivered, float)
            waits.append(time.perf_counter() - delivered)
    task.cancel()
    return waits


def _start() -> float:
    """Return the seconds from starting the program to a page with requests on it."""
    port = free_port()
    command = [sys.executable, "-c", "from exporter.cli import main; main()", "simulate"]
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        address = f"127.0.0.1:{port}"
        with process([*command, "--web.listen-address", address], Path(name, "log")):
            wait_until(lambda: _has_requests(f"http://{address}/metrics"), "a page with requests")
            return time.perf_counter() - begun


def _has_requests(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return b"\ncloudrun_requests_total{" in answer.read()
    except OSError:
        return False
