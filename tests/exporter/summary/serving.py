"""One real Prometheus over weeks of known numbers."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.exporter.summary.past import samples
from tests.servers import blocks, prometheus


@dataclass(frozen=True)
class Past:
    """A server, by its HOST:PORT, and the time at which its numbers end."""

    address: str
    end: float


@contextmanager
def serving(folder: Path, end: int = 0) -> Iterator[Past]:
    """Run a Prometheus with weeks of a service, which end now or at another time."""
    end = end or int(time.time()) // 300 * 300
    (folder / "samples.om").write_text(samples(end))
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as server:
        yield Past(f"127.0.0.1:{server.port}", float(end))
