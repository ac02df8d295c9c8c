"""One real Prometheus over weeks of known numbers, for all tests of summaries."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.exporter.summary.past import samples
from tests.servers import blocks, prometheus


@dataclass(frozen=True)
class Past:
    """A server, by its HOST:PORT, and the time at which its numbers end."""

    address: str
    end: float


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A Prometheus with weeks of a service."""
    folder = tmp_path_factory.mktemp("past")
    end = int(time.time()) // 300 * 300
    (folder / "samples.om").write_text(samples(end))
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=1y") as server:
        yield Past(f"127.0.0.1:{server.port}", float(end))
