"""The flags of real Prometheus servers, read and judged."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from exporter.catalog import own
from exporter.catalog.prometheus_flags import flags
from exporter.prometheus.flag_watch import FlagWatch
from exporter.settings import Settings
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.servers import free_port, prometheus

pytestmark = pytest.mark.slow
RIGHT = (
    "--storage.tsdb.retention.time=90d",
    "--rules.alert.for-grace-period=1m",
    "--rules.alert.resend-delay=5m",
)


def found(*addresses: str, url: str | None = None) -> dict[tuple[str, str], float]:
    """Return what is exposed of servers, by address and flag; the second one keeps 90 days."""
    servers = dict(zip(("address", "longterm"), addresses, strict=False))
    settings = Settings.model_validate({"prometheus": servers, "links": {"prometheus": url}})
    telemetry = Telemetry(0.0)
    watch = FlagWatch(settings, HandClock(0.0), telemetry)
    asyncio.run(watch.look())
    parts = [p for p in telemetry.parts() if p.family is own.PROMETHEUS_FLAG]
    return {(s.labels[0], s.labels[1]): float(s.value) for p in parts for s in p.samples}  # type: ignore[arg-type]


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[str]:
    """Run a server that is no Prometheus, and answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_server_that_is_started_as_its_file_says_is_right(tmp_path: Path) -> None:
    """With the flags of the generated header, every flag is as it has to be."""
    url = "https://prometheus.example.com/ion"
    with prometheus(
        tmp_path, "{}", *RIGHT, f"--web.external-url={url}/", "--web.route-prefix=/"
    ) as server:
        address = f"127.0.0.1:{server.port}"
        values = found(address, url=url)
    needed = flags(keeps="90d", url=url, receives=False)
    assert values == {(address, flag.name): 1 for flag in needed}


def test_a_server_without_flags_is_wrong_where_defaults_do_not_do(tmp_path: Path) -> None:
    """Prometheus' own defaults keep 15 days, and let short alerts begin anew after a restart."""
    with prometheus(tmp_path, "{}") as server:
        address = f"127.0.0.1:{server.port}"
        values = found(f"127.0.0.1:{free_port()}", address, url="https://elsewhere.example.com")
    wrong = {flag for (_, flag), value in values.items() if not value}
    assert wrong == {
        "storage.tsdb.retention.time",
        "rules.alert.for-grace-period",
        "rules.alert.resend-delay",
        "web.enable-remote-write-receiver",
    }
    assert {server for server, _ in values} == {address}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>a proxy</html>", 200),
        (b'{"status":"success","data":["x"]}', 200),
        (b"[]", 200),
        (b'{"status":"success"}', 200),
        (b"no", 503),
    ],
)
def test_what_is_no_prometheus_has_no_flags(body: bytes, status: int) -> None:
    """An answer of something else exposes nothing and breaks nothing."""
    with answering(body, status) as address:
        assert found(address) == {}


@pytest.mark.parametrize(
    ("kept", "right"),
    [("90d", 1), ("12w6d", 1), ("1y", 1), ("15d", 0), ("100d or 1GiB", 1), ("1GiB", None)],
)
def test_a_retention_is_read_as_prometheus_writes_it(kept: str, right: float | None) -> None:
    """By time, in any unit, beside a size; by size alone it cannot be judged."""
    body = json.dumps({"status": "success", "data": {"storageRetention": kept}}).encode()
    with answering(body) as address:
        values = found(address)
    assert values.get((address, "storage.tsdb.retention.time")) == right


def test_flags_of_a_server_that_is_gone_are_no_longer_exposed(tmp_path: Path) -> None:
    """What was wrong at a server that no longer answers is not reported for ever."""
    telemetry, clock = Telemetry(0.0), HandClock(0.0)
    with prometheus(tmp_path, "{}") as server:
        settings = Settings.model_validate({"prometheus": {"address": f"127.0.0.1:{server.port}"}})
        watch = FlagWatch(settings, clock, telemetry)
        asyncio.run(watch.look())
        assert telemetry.sum(own.PROMETHEUS_FLAG)
    asyncio.run(watch.look())
    assert [p.samples for p in telemetry.parts() if p.family is own.PROMETHEUS_FLAG] == [()]
