"""Scrapes on a kept connection while polls change what is exposed.

The scraper is a process of its own: beside the simulator it would wait for that one's interpreter.
A server that sends the same bytes and does nothing else, scraped in turn, shows what the machine
itself costs at that moment.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.exporter import WITHIN, Exporter, scrape, started
from benchmarks.row import Row, ms, percentile
from benchmarks.scraping import library
from exporter.catalog.cloud_run import REQUESTS
from exporter.catalog.model import CloudMonitoring
from exporter.simulator.bulk import BulkWorld
from tests.servers import answers, free_port, process, wait_until

FAMILIES, SERIES = 40, 300
LASTS = 130.0  # seconds; each family is read anew once a minute
REACH = 0.003


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        metrics = {f"bench_{number}_total": _metric() for number in range(FAMILIES)}
        with started(BulkWorld(SERIES), folder, metrics=metrics) as found:
            wait_until(lambda: _complete(found), "all series", WITHIN)
            body = scrape(found.connect())
            page, packed = folder / "page", folder / "page.gz"
            page.write_bytes(gzip.decompress(body))
            packed.write_bytes(body)
            taken, floor = _scraped(found, folder, packed)
        theirs = library(folder, page)
    p99, base = percentile(taken, 0.99), percentile(theirs, 0.99)
    yield Row(
        what=f"scrape of {FAMILIES * SERIES:,} series while polls go on, p99",
        figure=f"{ms(p99)} (median {ms(percentile(taken, 0.5))}, worst {ms(max(taken))})",
        baseline=f"{ms(base)} with prometheus_client's own server, where nothing changes; "
        f"{ms(percentile(floor, 0.99))} with a server of the same bytes, at the same time",
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


def _scraped(found: Exporter, folder: Path, packed: Path) -> tuple[list[float], list[float]]:
    """Return the seconds of scrapes, and those of the same bytes by a server without other work."""
    port = free_port()
    serve = [sys.executable, "-m", "benchmarks.fixed_bytes", str(packed), str(port)]
    with process(serve, folder / "fixed.log", cwd=Path()):
        wait_until(lambda: answers(port), "the server of fixed bytes", WITHIN)
        command = [sys.executable, "-m", "benchmarks.scraper", str(LASTS), str(found.port)]
        done = subprocess.run([*command, str(port)], capture_output=True, text=True, check=True)
    taken, floor = json.loads(done.stdout)
    return taken, floor
