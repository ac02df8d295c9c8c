"""A million samples: memory, the first scrape, and those after it."""

import gzip
import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.exporter import Exporter, scrape, started, timed
from benchmarks.row import Row, ms, percentile
from exporter.catalog.cloud_run import REQUEST_DURATION, REQUESTS
from exporter.catalog.model import ValueType
from exporter.simulator.api import Billed
from exporter.simulator.bulk import BulkWorld
from exporter.simulator.wire import Raw
from tests.servers import wait_until

COUNTERS, HISTOGRAMS = 94_000, 5_000  # of a histogram, each series has about 200 lines
SAMPLES = 1_000_000
WITHIN = 600.0
SETTLED = 1.0  # seconds; what a poll delivered is exposed a moment later
SCRAPES = 20
FIRST, NEXT, MEMORY = 2.0, 0.3, 600_000_000


class BothWorlds(BulkWorld):
    """The request counts of some services, and the latencies of others."""

    def __init__(self, counters: int, histograms: int) -> None:
        """Serve so many series of each."""
        super().__init__(counters)
        self._other = BulkWorld(histograms, ValueType.DISTRIBUTION)

    def time_series(self, request: Raw, now: float, call: int) -> Billed:
        """Answer for the metric that the request names. Raises Refusal."""
        if self._other.metric_type in request.filter:
            return self._other.time_series(request, now, call)
        return super().time_series(request, now, call)

    def descriptor(self, request: Raw) -> bytes:
        """Answer GetMetricDescriptor."""
        if request.name.endswith(self._other.metric_type):
            return self._other.descriptor(request)
        return super().descriptor(request)


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    families = {family.name: {"enabled": True} for family in (REQUESTS, REQUEST_DURATION)}
    world = BothWorlds(COUNTERS, HISTOGRAMS)
    with tempfile.TemporaryDirectory() as name, started(world, Path(name), families=families) as f:
        wait_until(lambda: _ready(f), f"{COUNTERS + HISTOGRAMS:,} series", WITHIN)
        time.sleep(SETTLED)
        connection = f.connect()
        begun = time.perf_counter()
        body = scrape(connection)
        first = time.perf_counter() - begun
        lines = gzip.decompress(body).count(b"\n")
        assert lines >= SAMPLES, lines
        after = timed(connection, SCRAPES)
        plain = len(scrape(connection, gzip=False))
        resident = f.resident()
    size = f"{lines:,} lines, {plain / 1e6:.0f} MB plain, {len(body) / 1e6:.0f} MB with gzip"
    yield Row(
        what=f"first scrape of {size}",
        figure=f"{first:.2f} s",
        baseline="",
        reach=f"{FIRST:.0f} s",
        met=first <= FIRST,
    )
    longest = percentile(after, 0.99)
    yield Row(
        what="the same, each scrape after it, longest of 20",
        figure=ms(longest),
        baseline="",
        reach=ms(NEXT),
        met=longest <= NEXT,
    )
    yield Row(
        what="the same, memory after gzip and plain scrapes",
        figure=f"{resident / 1e6:.0f} MB",
        baseline="",
        reach=f"{MEMORY / 1e6:.0f} MB",
        met=resident <= MEMORY,
    )


def _ready(found: Exporter) -> bool:
    """Say whether the only poll has delivered."""
    connection = found.connect()
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
