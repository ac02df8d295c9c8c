"""One real Prometheus over known numbers, for all tests of reports."""

from collections.abc import Iterator

import pytest

from exporter.prometheus.api import Prometheus, server
from tests.generators.report import boards
from tests.servers import blocks, prometheus


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a Prometheus that holds the samples of boards."""
    folder = tmp_path_factory.mktemp("prometheus")
    file = folder / "samples.om"
    file.write_text(boards.samples())
    blocks(file, folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as running:
        yield f"http://127.0.0.1:{running.port}"


@pytest.fixture
def client(served: str) -> Prometheus:
    """Return a client of that server."""
    return server(served)
