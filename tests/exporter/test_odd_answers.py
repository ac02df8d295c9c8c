"""What a server answers is fit to be shown, or no answer of Prometheus."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from exporter.prometheus.api import NoAnswer, Prometheus, server
from tests.http_server import answering


@contextmanager
def answers(*result: Any) -> Iterator[Prometheus]:
    """Serve one vector for every query; yield a client."""
    text = json.dumps({"data": {"resultType": "vector", "result": result}}).encode()

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Stay silent."""

    with answering(Api) as running:
        yield server(f"http://127.0.0.1:{running.server_port}")


def test_labels_can_be_shown() -> None:
    """Control characters and surrogates are gone, values stay apart, and lengths are bounded."""
    odd = ("a\x00", "a\x1b", "a\u202e", "a\ud800", "a" * 10_000, "a")
    with answers(*({"metric": {"region": one}, "value": [0, "1"]} for one in odd)) as client:
        found = [dict(one.labels)["region"] for one in client.instant("up", 0.0)]
    assert len(set(found)) == len(odd)
    assert all(one.isprintable() and len(one) <= 200 for one in found)
    assert found[-1] == "a"


def test_values_may_be_anything() -> None:
    """What Prometheus writes as text is a float."""
    values = ("NaN", "+Inf", "-Inf", "1e999")
    with answers(*({"metric": {}, "value": [0, one]} for one in values)) as client:
        found = [one.values[0] for one in client.instant("up", 0.0)]
    assert math.isnan(found[0])
    assert found[1:] == [math.inf, -math.inf, math.inf]


def test_a_time_that_no_float_is() -> None:
    """Another server answers, which is said."""
    with (
        answers({"metric": {}, "value": [10**400, "1"]}) as client,
        pytest.raises(NoAnswer, match="gives no answer of Prometheus: OverflowError"),
    ):
        client.instant("up", 0.0)
