"""When conditions began, as a server says that may be no Prometheus at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from exporter.bridge.prometheus import Beginning, beginnings
from exporter.errors import IonmonError
from tests import servers

pytestmark = pytest.mark.slow
VECTOR = '{"status": "success", "data": {"resultType": "vector", "result": [%s]}}'
SERIES = '{"metric": {"__name__": "ALERTS_FOR_STATE", "alertname": "A"}, "value": [1, "%s"]}'


@contextmanager
def answering(text: str) -> Iterator[str]:
    """Serve one answer; yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_beginnings_are_read() -> None:
    """The labels of the alert, without the series' name, and the second."""
    with answering(VECTOR % (SERIES % "1795953600")) as address:
        assert beginnings(address) == (Beginning({"alertname": "A"}, 1_795_953_600.0),)


@pytest.mark.parametrize("value", ["NaN", "+Inf", "-1", "1e300"])
def test_what_is_no_time_is_left_out(value: str) -> None:
    """It costs that alert its beginning, and nothing more."""
    series = ", ".join((SERIES % value, SERIES % "1795953600"))
    with answering(VECTOR % series) as address:
        assert len(beginnings(address)) == 1


@pytest.mark.parametrize(
    "text",
    ["", "<html>", "[]", '{"data": {}}', '{"data": []}', VECTOR % '"x"', VECTOR % (SERIES % "x")],
)
def test_another_answer_is_a_fault(text: str) -> None:
    """Whatever listens there, the bridge goes on."""
    with answering(text) as address, pytest.raises(IonmonError, match=r"127\.0\.0\.1"):
        beginnings(address)
    with pytest.raises(IonmonError, match=r"127\.0\.0\.1"):
        beginnings(f"127.0.0.1:{servers.free_port()}")
