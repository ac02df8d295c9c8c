"""Encoding a snapshot in which every value changed."""

import time
from collections.abc import Callable, Iterator

from prometheus_client import generate_latest

from benchmarks.client_library import registry
from benchmarks.row import Row, ms
from exporter.catalog import cloud_run
from exporter.exposition.exposition import Exposition, Families, Format
from exporter.exposition.samples import Part, Sample
from exporter.exposition.snapshot import snapshot

SERIES, RUNS = 10_000, 15
LEAST = 15
# A poll's samples have the labels of the totals they show: the same objects from poll to poll.
_LABELS = tuple(("ion-demo", "us-central1", f"service-{n:05d}", "2xx") for n in range(SERIES))


def rows() -> Iterator[Row]:
    """Yield the rows of this file."""
    exposition = Exposition()
    text = exposition.body(_families(0), Format.TEXT, gzip=False)
    library = registry(text.decode())
    assert text.count(b"\n") == generate_latest(library).count(b"\n")
    ours = _quickest(lambda families: exposition.body(families, Format.TEXT, gzip=False))
    theirs = _quickest(lambda _: generate_latest(library))
    what = f"encoding {SERIES:,} changed series"
    against = f"{ms(theirs)} with generate_latest: {theirs / ours:.0f} times"
    yield Row(
        what=what, figure=ms(ours), baseline=against, reach="15 times", met=theirs / ours >= LEAST
    )
    both = _quickest(lambda families: exposition.body(families, Format.OPENMETRICS, gzip=True))
    yield Row(
        what=f"{what} as OpenMetrics, with gzip", figure=ms(both), baseline="", reach="", met=True
    )


def _families(turn: int) -> Families:
    """Return a snapshot's families, every value another than at any other turn."""
    samples = tuple(Sample(labels, n * 1000 + turn, 1.8e9) for n, labels in enumerate(_LABELS))
    return snapshot([Part(cloud_run.REQUESTS, samples)], turn).families


def _quickest(work: Callable[[Families], bytes]) -> float:
    """Return the least seconds of several runs: what the machine can do when left alone."""
    taken = []
    for turn in range(RUNS):
        families = _families(turn)
        begun = time.perf_counter()
        work(families)
        taken.append(time.perf_counter() - begun)
    return min(taken)
