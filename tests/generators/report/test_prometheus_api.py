"""Prometheus gets the queries that Grafana sends, and its refusals are shown in its own words."""

import math

import pytest

from exporter.errors import IonmonError
from generators.report.prometheus_api import Prometheus, Refused, server
from generators.report.time_range import TimeSpan
from tests.generators.report.boards import END, HOSTILE, START
from tests.servers import free_port

WHOLE = TimeSpan(START, END)


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
    with pytest.raises(Refused, match="parse error: unclosed left parenthesis"):
        client.range("sum(", WHOLE, 60)


def test_no_server() -> None:
    """A server that is not there, and an address that is none, are named."""
    gone = server(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(Refused, match=r"127\.0\.0\.1:\d+ gives no answer of Prometheus"):
        gone.instant("up", END)
    with pytest.raises(IonmonError, match="has to begin with http"):
        server("file:///etc/passwd")
