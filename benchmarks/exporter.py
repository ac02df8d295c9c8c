"""The exporter as a process of its own, on a project of very many equal series."""

import http.client
import os
import ssl
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from exporter.clock import WallClock
from exporter.simulator.bulk import BulkWorld
from exporter.simulator.server import Simulator
from tests.servers import answers, free_port, process, wait_until

CLASSES = 5
FAMILY = "cloudrun_requests_total"
WITHIN = 120.0


@dataclass(frozen=True)
class Exporter:
    """A running exporter: its port, its process id, how to trust its certificate."""

    port: int
    pid: int
    trust: ssl.SSLContext | None = None

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection, open for as many scrapes as wanted."""
        if self.trust:
            return http.client.HTTPSConnection(
                "127.0.0.1", self.port, context=self.trust, timeout=60
            )
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def resident(self) -> int:
        """Return the memory of the process in bytes."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


def scrape(connection: http.client.HTTPConnection, *, gzip: bool = True) -> bytes:
    """Return the body of a page, as Prometheus asks for it."""
    encoding = "gzip" if gzip else "identity"
    connection.request("GET", "/metrics", headers={"Accept-Encoding": encoding})
    return connection.getresponse().read()


def timed(connection: http.client.HTTPConnection, times: int) -> list[float]:
    """Return how many seconds each of so many scrapes took."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        scrape(connection)
        taken.append(time.perf_counter() - begun)
    return taken


@contextmanager
def exporter(
    series: int, folder: Path, web: Path | None = None, trust: ssl.SSLContext | None = None
) -> Iterator[Exporter]:
    """Run one until so many series are on its page; each service has five, one a class of code."""
    world, families = BulkWorld(series // CLASSES), {FAMILY: {"enabled": True}}
    with started(world, folder, web, families=families) as plain:
        found = replace(plain, trust=trust)
        wait_until(lambda: _shows(found, series), f"{series} series", WITHIN)
        yield found


@contextmanager
def started(
    world: BulkWorld, folder: Path, web: Path | None = None, **google: dict[str, Any]
) -> Iterator[Exporter]:
    """Run one that reads a project; `google` is added to its settings."""
    simulator = Simulator(world, WallClock())
    port = free_port()
    config = folder / f"monitoring-{port}.yaml"
    read = {
        "projects": [BulkWorld.project],
        "endpoint": simulator.start(),
        "insecure": True,
        "series_limit": 1_000_000,
        **google,
        "families": {"*": {"enabled": False}, **google.get("families", {})},
    }
    storage = {"state_file": str(folder / f"state-{port}.sqlite")}
    config.write_text(yaml.safe_dump({"google": read, "storage": storage}))
    command = [sys.executable, "-c", "from exporter.cli import main; main()", "run"]
    command += ["--config", str(config), "--web.listen-address", f"127.0.0.1:{port}"]
    command += ["--web.config.file", str(web)] if web else []
    try:
        with process(command, folder / f"exporter-{port}.log") as running:
            wait_until(lambda: answers(port), "the exporter", WITHIN)
            yield Exporter(port, running.pid)
    finally:
        simulator.close()


def _shows(found: Exporter, series: int) -> bool:
    try:
        page = scrape(found.connect(), gzip=False)
    except OSError:
        return False
    return page.count(f"\n{FAMILY}{{".encode()) >= series
