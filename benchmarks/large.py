"""A million samples: memory, the first scrape, and those after it."""

import gzip
import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.exporter import Exporter, scrape, started, timed
from benchmarks.row import Row, ms, percentile
from exporter.catalog.cloud_run import REQUEST_DURATION
from exporter.catalog.model import ValueType
from exporter.simulator.bulk import BulkWorld
from tests.servers import wait_until

SERIES, SAMPLES = 99_000, 1_000_000
WITHIN = 600.0
SCRAPES = 20
FIRST, NEXT, MEMORY = 2.0, 0.3, 600_000_000


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    families = {REQUEST_DURATION.name: {"enabled": True}}
    world = BulkWorld(SERIES, ValueType.DISTRIBUTION)
    with tempfile.TemporaryDirectory() as name, started(world, Path(name), families=families) as f:
        wait_until(lambda: _ready(f), f"{SERIES} series", WITHIN)
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
