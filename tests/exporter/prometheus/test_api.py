"""Prometheus gets the queries that Grafana sends, and its refusals are shown in its own words."""

import math
from collections.abc import Iterator

import pytest

from exporter.errors import IonmonError
from exporter.prometheus.api import Prometheus, QueryRefused, TimeSpan, server
from tests.generators.report.boards import END, HOSTILE, START, samples
from tests.servers import blocks, free_port, prometheus

pytestmark = pytest.mark.slow

WHOLE = TimeSpan(START, END)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """A client of a Prometheus over known numbers."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "samples.om").write_text(samples())
    blocks(folder / "samples.om", folder / "data")
    with prometheus(folder, "{}", "--storage.tsdb.retention.time=50y") as running:
        yield server(f"http://127.0.0.1:{running.port}")


def test_ranges_are_aligned(client: Prometheus) -> None:
    """Times are whole steps, and a point that is not there is a gap."""
    (found,) = client.range('up{job="a"}', WHOLE, 60)
    assert all(time % 60 == 0 for time in found.times)
    assert len(found.times) == len(found.values)
    assert {value for value in found.values if not math.isnan(value)} == {0.0, 1.0}
    (gaps,) = client.range("ALERTS", WHOLE, 60)
    assert math.isnan(gaps.values[0])


def test_instants(client: Prometheus) -> None:
    """A vector and a scalar are both one point a series."""
    assert len(client.instant("latency", END)) == 4
    (found,) = client.instant("scalar(sum(up))", END)
    assert (found.labels, found.values) == ((), (1.0,))


def test_label_values(client: Prometheus) -> None:
    """Values come from the series that match."""
    assert client.label_values("region", "latency", WHOLE) == (HOSTILE, "asia", "europe", "us")
    assert client.label_values("region", "up", WHOLE) == ()


def test_what_is_refused(client: Prometheus) -> None:
    """A wrong query is reported as Prometheus words it."""
    with pytest.raises(QueryRefused, match="parse error: unclosed left parenthesis"):
        client.range("sum(", WHOLE, 60)


def test_no_server() -> None:
    """A server that is not there, and an address that is none, are named."""
    gone = server(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(QueryRefused, match=r"127\.0\.0\.1:\d+ gives no answer of Prometheus"):
        gone.instant("up", END)
    with pytest.raises(IonmonError, match="has to begin with http"):
        server("file:///etc/passwd")
