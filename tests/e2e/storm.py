"""A storm: late points, odd pages, an outage, twenty kill -9, over the real program."""

import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from exporter.simulator.faults import Faults, Outage
from exporter.simulator.incidents import INCIDENTS, Episode, Scenario
from exporter.simulator.projects import ALONE, Projects
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests.clocks import FastClock
from tests.exporter.simulator.worlds import true_total
from tests.servers import free_port, wait_until

ROOT = Path(__file__).parents[2]
SPEED = 60.0
MINUTES, KILLS = 45, 20
SHORT = 12, 5  # minutes and kills of a storm that passes soon
LATE = 480.0
REQUESTS, DURATION = "cloudrun_requests_total", "cloudrun_request_duration_seconds"
COUNTS, LATENCIES = "run.googleapis.com/request_count", "run.googleapis.com/request_latencies"
STORM = Faults(seed=7, late=0.3, late_by=LATE, split=True, repeated=0.1, unavailable=0.05)

Page = dict[str, dict[tuple[tuple[str, str], ...], float]]


@dataclass
class Running:
    """The program, as a process, and how to read its page."""

    port: int
    process: subprocess.Popen[bytes]

    def page(self) -> Page:
        """Return samples by name and labels; nothing while the program does not answer."""
        url = f"http://127.0.0.1:{self.port}/metrics"
        wanted = urllib.request.Request(url, headers={"Accept": "application/openmetrics-text"})
        found: Page = {}
        try:
            with urllib.request.urlopen(wanted, timeout=10) as answer:
                text = answer.read().decode()
        except OSError:
            return found
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = tuple(sorted(sample.labels.items()))
                found.setdefault(sample.name, {})[labels] = sample.value
        return found


@contextmanager
def simulator(
    start: float, minutes: int, projects: Projects = ALONE
) -> Iterator[tuple[Simulator, str]]:
    """Serve a world whose traffic ends after some minutes, in a storm, its API out for a while."""
    silence = Episode(INCIDENTS["traffic_to_zero"], after=minutes, minutes=600)
    world = World(5, start, Scenario("storm", "", (silence,)), scale=0.01)
    outage = Outage(minutes * 60 / 3, minutes * 60 * 5 / 9)
    faults = Faults(**{**_fields(STORM), "outages": (outage,)})
    served = Simulator(world, FastClock(start, SPEED), faults, projects=projects)
    try:
        yield served, served.start()
    finally:
        served.close()


def _fields(faults: Faults) -> dict[str, object]:
    return {name: getattr(faults, name) for name in Faults.__dataclass_fields__}


@contextmanager
def running(folder: Path, start: float, port: int, *more: str) -> Iterator[Running]:
    """Run the program until it is killed or the block ends."""
    command = [sys.executable, "-m", "tests.e2e.exporter_at_speed"]
    arguments = [str(start), str(SPEED), str(folder / "monitoring.yaml"), *more]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen([*command, *arguments], cwd=ROOT, stderr=log)
    try:
        yield Running(port, process)
    finally:
        process.kill()
        process.wait()


def configure(folder: Path, endpoint: str, port: int, **google: object) -> None:
    """Write settings that read requests and latencies only, often."""
    families = {"*": {"enabled": False}, REQUESTS: {"enabled": True}, DURATION: {"enabled": True}}
    where = {"endpoint": endpoint, "insecure": True, "families": families}
    settings = {
        "google": {"projects": [World.project], **where, **google},
        "web": {"listen": [f"127.0.0.1:{port}"]},
        "storage": {"state_file": str(folder / "state.sqlite")},
    }
    (folder / "monitoring.yaml").write_text(yaml.safe_dump(settings))


@contextmanager
def weathered(
    folder: Path, minutes: int = MINUTES, kills: int = KILLS
) -> Iterator[tuple[Page, Simulator]]:
    """Let the storm pass, with so many kills, each at a random moment; give the last page."""
    start, port, chance = time.time(), free_port(), random.Random(11)
    with simulator(start, minutes) as (served, endpoint):
        configure(folder, endpoint, port)
        clock = FastClock(start, SPEED)
        ends = [start + (n + chance.random()) * minutes * 60 / kills for n in range(kills)]
        for end in ends:
            with running(folder, start, port) as found:
                wait_until(lambda moment=end: clock.now() >= moment, "the moment of the kill")
                found.process.send_signal(signal.SIGKILL)
        with running(folder, start, port) as found:
            settled = start + minutes * 60 + LATE + 300
            wait_until(lambda: clock.now() >= settled and polls(found.page()) > 0, "late points")
            before = polls(found.page())
            wait_until(lambda: polls(found.page()) >= before + 6, "polls of both families")
            yield found.page(), served


def polls(page: Page) -> float:
    """Return how many polls were run."""
    return sum(page.get("ionmon_polls_total", {}).values())


def cut(page: Page, name: str) -> float:
    """Return where counting began, which OpenMetrics calls created."""
    (created,) = set(page[f"{name}_created"].values())
    return created


def end(page: Page) -> float:
    """Return a time by which the world has long been silent."""
    return cut(page, DURATION) + (MINUTES + 30) * 60


def counted(page: Page) -> dict[tuple[str, str], float]:
    """Return the requests on a page by region and class of code."""
    found: dict[tuple[str, str], float] = {}
    for labels, value in page[REQUESTS].items():
        key = (dict(labels)["region"], dict(labels)["response_code_class"])
        found[key] = found.get(key, 0) + value
    return {key: value for key, value in found.items() if value}


def happened(page: Page, served: Simulator) -> dict[tuple[str, ...], object]:
    """Return the world's own requests since the page's counting began."""
    by = ("resource.location", "metric.response_code_class")
    since = cut(page, REQUESTS.removesuffix("_total"))
    found = true_total(served.world, COUNTS, since, end(page), by)
    return {key: value for key, value in found.items() if value}
