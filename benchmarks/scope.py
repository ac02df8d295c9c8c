"""A hundred projects of a metrics scope: calls, what is billed, and the time to the first page."""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import yaml

from benchmarks.exporter import Exporter, scrape
from benchmarks.row import Row
from exporter.clock import WallClock
from exporter.polling_targets import family_targets
from exporter.settings import Settings
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests.servers import free_port, process, wait_until

ACTIVE, EMPTY = 10, 90
WITHIN = 300.0
FIRST_PAGE = 60.0  # seconds


def rows() -> Iterator[Row]:
    """Yield the rows of this file: one scope, with the families read by default, and with all."""
    yield _row("the default families", {})
    yield _row("all families", {"families": {"*": {"enabled": True}}})


def _row(which: str, chosen: dict[str, object]) -> Row:
    members = tuple(f"member-{number}" for number in range(ACTIVE - 1))
    empty = tuple(f"empty-{number}" for number in range(EMPTY))
    world = World(start=time.time(), scale=0.01)
    simulator = Simulator(world, WallClock(), projects=Projects(members=members, empty=empty))
    google = {"scope": World.project, "endpoint": simulator.start(), "insecure": True}
    # Each family is read once, so that calls can be counted.
    tree: dict[str, object] = {"google": {**google, **chosen, "poll_interval": "1d"}}
    families = len(family_targets(Settings.model_validate(tree)))
    try:
        took = _first_page(tree)
        queries, calls = simulator.queries, simulator.calls
        billed, returned = simulator.billed, simulator.series_returned
    finally:
        simulator.close()
    wasted = billed - returned
    figure = f"{took:.1f} s, {queries} queries of {families} families in {calls} calls"
    listed = families * (ACTIVE + EMPTY)
    return Row(
        what=f"first page of {ACTIVE + EMPTY} projects through a scope, {which}",
        figure=f"{figure}, {billed:,} series billed, {returned:,} returned",
        baseline=f"{listed:,} calls where all are listed, {families * EMPTY:,} series for nothing",
        reach=f"< {FIRST_PAGE:.0f} s, 1 query a family, 0 for empty projects",
        met=took < FIRST_PAGE and queries <= families and wasted <= families,
    )


def _first_page(tree: dict[str, object]) -> float:
    """Return after how many seconds a new process has read every family."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        config = folder / "monitoring.yaml"
        storage = {"state_file": str(folder / "state.sqlite")}
        config.write_text(yaml.safe_dump({**tree, "storage": storage}))
        command = [sys.executable, "-c", "from exporter.cli import main; main()", "run"]
        command += ["--config", str(config), "--web.listen-address", f"127.0.0.1:{port}"]
        begun = time.monotonic()
        with process(command, folder / "log") as running:
            found = Exporter(port, running.pid)
            wait_until(lambda: _ready(found), "every family to be read", WITHIN)
            scrape(found.connect())
            return time.monotonic() - begun


def _ready(found: Exporter) -> bool:
    connection = found.connect()
    try:
        connection.request("GET", "/-/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
