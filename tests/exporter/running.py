"""A real `ionmon run` on its own port, and a simulated project for it to read."""

import http.client
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any
from weakref import WeakKeyDictionary

import yaml

from exporter.catalog import CATALOG
from exporter.catalog.model import Family
from exporter.clock import WallClock
from exporter.simulator.faults import Faults
from exporter.simulator.projects import ALONE, Projects
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests import servers
from tests.clocks import HandClock
from tests.exporter.simulator.worlds import world_of

IONMON = (sys.executable, "-c", "from exporter.cli import main; main()")
REQUESTS, INSTANCES = "cloudrun_requests_total", "cloudrun_instances"
UP = "cloudsql_up"
_ADDRESSES: WeakKeyDictionary[Simulator, str] = WeakKeyDictionary()


@contextmanager
def simulator(
    *families: str | Family,
    faults: str = "",
    ahead: float = 0.0,
    projects: Projects = ALONE,
) -> Iterator[Simulator]:
    """Serve some families of a project as it would be now, or so many seconds ahead of now."""
    known = [CATALOG[family] if isinstance(family, str) else family for family in families]
    clock = HandClock(time.time() + ahead) if ahead else WallClock()
    world = world_of(known, time.time(), scale=0.01)
    found = Simulator(world, clock, Faults.parse(faults), projects=projects)
    _ADDRESSES[found] = found.start()
    try:
        yield found
    finally:
        found.close()


def address(found: Simulator) -> str:
    """Return host:port of a simulator."""
    return _ADDRESSES[found]


def tree(endpoint: str, *names: str, **google: Any) -> dict[str, Any]:
    """Return settings that read the named families, and nothing else, from an endpoint."""
    families = {"*": {"enabled": False}, **{name: {"enabled": True} for name in names}}
    read = {"projects": [World.project], "endpoint": endpoint, "insecure": True}
    return {"google": {**read, "families": families, **google}}


def written(path: Path, settings: dict[str, Any]) -> Path:
    """Write a monitoring.yaml."""
    path.write_text(yaml.safe_dump(settings))
    return path


@dataclass(frozen=True)
class Running:
    """A running exporter: its process, its port, its log."""

    process: Popen[bytes]
    port: int
    log: Path

    def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        """Return status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def page(self) -> str:
        """Return the page."""
        return self.ask("/metrics")[1]

    def value(self, series: str) -> float | None:
        """Return the value of a series, by its text on the page."""
        for line in self.page().splitlines():
            name, _, value = line.rpartition(" ")
            if name == series:
                return float(value)
        return None

    def said(self) -> str:
        """Return what was written to the log until now."""
        return self.log.read_text()

    def wait_for_log(self, text: str) -> None:
        """Return once the log holds the text."""
        servers.wait_until(lambda: text in self.said(), f"{text!r} in the log")

    def wait_ready(self) -> None:
        """Return once every poll has been tried and one delivered."""
        servers.wait_until(lambda: self.ask("/-/ready")[0] == 200, "ready")


@contextmanager
def running(folder: Path, *arguments: str, before: Sequence[str] = ()) -> Iterator[Running]:
    """Run `ionmon run` until it says where its page is; words `before` it run it."""
    port = servers.free_port()
    log = folder / f"log-{port}"
    listen = ("--web.listen-address", f"127.0.0.1:{port}")
    state = ("--storage.state-file", str(folder / "state.sqlite"))
    with servers.process((*before, *IONMON, "run", *listen, *state, *arguments), log) as process:
        found = Running(process, port, log)
        servers.wait_until(
            lambda: "overview http" in found.said() or process.poll() is not None, "a start"
        )
        assert process.poll() is None, found.said()
        yield found
