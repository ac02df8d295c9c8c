"""A project whose exporter began after six weeks with twelve incidents that nobody wrote down.

Each burns the objective of availability: what burns none cannot be derived from it. The service
runs in two regions; its latency, processors and memory are read from the busier one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from exporter.catalog import cloud_run, cloud_sql
from exporter.settings import load
from exporter.simulator.deployment import REGION
from exporter.simulator.incidents import Aspect, Effect, Episode, Scenario, SimulatedIncident
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.e2e.backfilled import Lived, live, state_of
from tests.e2e.history import REDIS, simulated
from tests.generators.tuning.simulated_weeks import BUDGET, DAY, GRID, HiddenIncident

SCALE = 0.01  # of the reference project's requests
LIVED = 15  # minutes
US, EU = "us-central1", "europe-west1"
OF_ONE_REGION = (
    cloud_run.REQUEST_DURATION.name,
    cloud_run.CPU_UTILIZATION.name,
    cloud_run.MEMORY_UTILIZATION.name,
)
OF_BOTH = (cloud_run.REQUESTS.name, cloud_sql.REPLICA_LAG.name)


def when(one: HiddenIncident) -> tuple[int, int]:
    """Return when an incident began and ended, Unix seconds."""
    began = GRID.start + GRID.step * one.start
    return began, began + GRID.step * one.minutes


def _incidents() -> Iterator[HiddenIncident]:
    rng = np.random.default_rng(7)
    for number in range(12):
        region, minutes = (US, EU)[number % 2], int(rng.integers(25, 120))
        share = REGION[region].share / (REGION[US].share + REGION[EU].share)
        burns = rng.uniform(20, 150) * 60 / min(minutes, 60)  # 20 to 150 times in its worst hour
        yield HiddenIncident(
            start=int((number * 3.3 + 1 + rng.random()) * DAY),
            minutes=minutes,
            region=region,
            failing=float(burns * BUDGET / share),
            slower=float(rng.uniform(1, 12)),
        )


INCIDENTS = tuple(_incidents())


def _episode(one: HiddenIncident) -> Episode:
    effects = (
        Effect(Aspect.ERRORS, one.failing, one.region),
        Effect(Aspect.LATENCY, REGION[one.region].mean * one.slower, one.region),
    )
    return Episode(
        SimulatedIncident("hidden", "requests fail, or are slow", effects), one.start, one.minutes
    )


def _settings(folder: Path, endpoint: str, cache: str) -> Path:
    """Write monitoring.yaml."""
    families: dict[str, Any] = {"*": {"enabled": False}}
    families |= {name: {"enabled": True} for name in OF_BOTH}
    families |= {name: {"enabled": True, "filters": {"regions": [EU]}} for name in OF_ONE_REGION}
    google = {
        "projects": [World.project],
        "endpoint": endpoint,
        "insecure": True,
        "calls_per_minute": 1_000_000,  # virtual minutes are short
        "filters": {"regions": [US, EU]},
        "families": families,
    }
    content = {
        "service": {"name": "ion", "regions": [US, EU]},
        "objectives": {"availability": "99.95%"},
        "google": google,
        "redis": {"targets": [{"name": REDIS, "url": f"redis://{cache}"}]},
        "storage": {"state_file": str(state_of(folder))},
        "prometheus": {"longterm": "127.0.0.1:9091"},
    }
    path = folder / "monitoring.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


@contextmanager
def lived_project(folder: Path) -> Iterator[tuple[Path, Lived]]:
    """Serve the project; give its monitoring.yaml, and what an exporter lived through since."""
    clock = HandClock(float(GRID.end + GRID.step))
    scenario = Scenario("hidden", "twelve incidents", tuple(map(_episode, INCIDENTS)))
    with simulated(World(1, GRID.start, scenario, SCALE), clock) as (_, endpoint, cache):
        config = _settings(folder, endpoint, cache)
        yield config, live(load(config), clock, folder, LIVED, cloud_run.REQUESTS.name)
