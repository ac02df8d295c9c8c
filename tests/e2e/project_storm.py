"""A storm in which projects and clocks change: lists, scopes, an hour ahead, an hour back."""

import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exporter.simulator.deployment import PROJECT
from exporter.simulator.projects import Projects
from exporter.simulator.server import Simulator
from tests.clocks import FastClock
from tests.e2e.storm import (
    COUNTS,
    LATE,
    REQUESTS,
    Page,
    Running,
    configure,
    polls,
    running,
    simulator,
)
from tests.exporter.simulator.worlds import true_total
from tests.servers import free_port, wait_until

MEMBERS = Projects(members=("member-a", "member-b"))
ALL = (PROJECT, *MEMBERS.members)
SETTINGS: tuple[dict[str, object], ...] = (
    {"projects": list(ALL)},
    {"projects": [], "scope": PROJECT},
    {"projects": ["member-b"], "scope": PROJECT},
)
OFFSETS = (3600.0, -3600.0, 0.0, 900.0)  # seconds; of the wall clock
MINUTES, CHANGES = 45, 15
SHORT = 15, 5  # minutes and changes of a storm that passes soon
SPEED_UP = 60.0


@contextmanager
def weathered(
    folder: Path, minutes: int = MINUTES, changes: int = CHANGES
) -> Iterator[tuple[Page, Simulator]]:
    """Let the storm pass; give the last page. Each change is a moment later than the last."""
    start, port, chance = time.time(), free_port(), random.Random(5)
    offset = folder / "offset"
    offset.write_text("0")
    clock = FastClock(start, SPEED_UP)
    with simulator(start, minutes, MEMBERS) as (_served, endpoint):
        configure(folder, endpoint, port, **SETTINGS[0])
        number = 0
        while number < changes:
            with running(folder, start, port, str(offset)) as found:
                _wait_for_all(found)
                for _ in range(chance.randint(1, 3)):
                    number += 1
                    until = start + number * minutes * 60 / changes
                    wait_until(lambda end=until: clock.now() >= end, "the next change")
                    offset.write_text(str(OFFSETS[number % len(OFFSETS)]))
                    configure(folder, endpoint, port, **SETTINGS[number % len(SETTINGS)])
                    found.process.send_signal(signal.SIGHUP)
                    _wait_for_all(found)
                found.process.send_signal(signal.SIGKILL)
        offset.write_text("0")
        with running(folder, start, port, str(offset)) as found:
            settled = start + minutes * 60 + LATE + 300
            wait_until(lambda: clock.now() >= settled and polls(found.page()) > 0, "late points")
            before = polls(found.page())
            wait_until(lambda: polls(found.page()) >= before + 12, "further polls")
            yield found.page(), _served


def _wait_for_all(found: Running) -> None:
    """Wait until every project is on the page: a change shows what was counted before it."""
    wait_until(lambda: set(by_project(found.page())) >= set(ALL), "all projects", 60)


def by_project(page: Page) -> dict[str, float]:
    """Return the requests on a page by project."""
    found: dict[str, float] = {}
    for labels, value in page.get(REQUESTS, {}).items():
        project = dict(labels)["gcp_project"]
        found[project] = found.get(project, 0) + value
    return found


def since(page: Page, project: str) -> float:
    """Return where the counting of a project began."""
    name = f"{REQUESTS.removesuffix('_total')}_created"
    (created,) = {v for labels, v in page[name].items() if dict(labels)["gcp_project"] == project}
    return created


def happened(page: Page, served: Simulator) -> dict[str, float]:
    """Return the world's requests since the counting of each project began."""
    begun = {project: since(page, project) for project in ALL}
    length = (MINUTES + 30) * 60  # by then the world is silent
    return {name: float(_sum(served, at, at + length)) for name, at in begun.items()}


def _sum(served: Simulator, after: float, until: float) -> int:
    return sum(
        n for n in true_total(served.world, COUNTS, after, until).values() if isinstance(n, int)
    )
