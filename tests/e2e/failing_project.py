"""A simulated project and cache in which everything fails that alerts are about."""

from contextlib import ExitStack
from typing import Any

from exporter.catalog import cloud_run, cloud_sql
from exporter.simulator.cache import SimulatedCache
from exporter.simulator.incidents import Aspect, Effect, Episode, Scenario, SimulatedIncident
from exporter.simulator.server import Simulator
from exporter.simulator.world import World
from tests.clocks import FastClock

_FAMILIES = (
    cloud_run.REQUESTS,
    cloud_run.REQUEST_DURATION,
    cloud_run.CPU_UTILIZATION,
    cloud_run.MEMORY_UTILIZATION,
    cloud_sql.REPLICA_LAG,
)
_EVERYWHERE = (
    Effect(Aspect.REPLICA_LAG, 0.9),
    Effect(Aspect.HIT_RATE, 0.55),
    Effect(Aspect.CPU, 0.92),
)


def failing(*effects: Effect, before: int, lasts: int) -> Scenario:
    """Return a scenario of minutes without an incident, and one that lasts so many minutes.

    effects  what differs by region, beside replicas, cache and CPU
    """
    text = "requests fail in some regions; containers, cache and replicas suffer in all"
    incident = SimulatedIncident("everything", text, (*effects, *_EVERYWHERE))
    return Scenario(incident.name, text, (Episode(incident, before, lasts),))


def served(stack: ExitStack, world: World, clock: FastClock) -> dict[str, Any]:
    """Serve the project and the cache; return the settings that read them."""
    simulator = Simulator(world, clock)
    stack.callback(simulator.close)
    cache = SimulatedCache(world, clock)
    stack.callback(cache.close)
    families: dict[str, Any] = {"*": {"enabled": False}}
    families |= {family.name: {"enabled": True} for family in _FAMILIES}
    google = {"projects": [World.project], "endpoint": simulator.start(), "insecure": True}
    return {
        "google": {**google, "families": families},
        "redis": {"targets": [{"name": "ion-cache", "url": f"redis://{cache.address}"}]},
    }
