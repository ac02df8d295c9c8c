"""Scrapes on a kept connection while polls change what is exposed."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.exporter import WITHIN, Exporter, scrape, started
from benchmarks.row import Row, ms, percentile
from benchmarks.scraping import library
from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.model import CloudMonitoring
from exporter.simulator.bulk import BulkWorld
from tests.servers import wait_until

FAMILIES, SERIES = 40, 300
LASTS, EVERY = 130.0, 0.05  # seconds; each family is read anew once a minute
REACH = 0.003


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        metrics = {f"bench_{number}_total": _metric() for number in range(FAMILIES)}
        with started(BulkWorld(SERIES), folder, metrics=metrics) as found:
            wait_until(lambda: _complete(found), "all series", WITHIN)
            taken = _scraped(found)
            page = folder / "page"
            page.write_bytes(scrape(found.connect(), gzip=False))
        theirs = library(folder, page)
    p99, base = percentile(taken, 0.99), percentile(theirs, 0.99)
    yield Row(
        what=f"scrape of {FAMILIES * SERIES:,} series while polls go on, p99",
        figure=f"{ms(p99)} (median {ms(percentile(taken, 0.5))}, worst {ms(max(taken))})",
        baseline=f"{ms(base)} with prometheus_client's own server, where nothing changes",
        reach=ms(REACH),
        met=p99 <= REACH,
    )


def _metric() -> dict[str, object]:
    """Return settings of Cloud Run's requests under another name."""
    source = REQUESTS.source
    assert isinstance(source, CloudMonitoring)
    return {
        "type": source.metric,
        "resource": source.resource,
        "kind": str(source.kind),
        "value": str(source.value),
        "help": "Requests.",
        "labels": dict(source.labels),
        "summed": list(source.summed),
    }


def _complete(found: Exporter) -> bool:
    return scrape(found.connect(), gzip=False).count(b"\nbench_") >= FAMILIES * SERIES


def _scraped(found: Exporter) -> list[float]:
    """Return the seconds of scrapes over two minutes, in which every family changes twice."""
    connection, taken, end = found.connect(), list[float](), time.monotonic() + LASTS
    while time.monotonic() < end:
        begun = time.perf_counter()
        scrape(connection)
        taken.append(time.perf_counter() - begun)
        time.sleep(EVERY)
    return taken
