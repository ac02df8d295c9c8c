"""The simulated deployment's L2 cache."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import redis

from exporter.simulator.cache import SimulatedCache
from exporter.simulator.incidents import SCENARIOS
from exporter.simulator.world import World
from tests.clocks import HandClock
from tests.exporter.simulator.asking import NOON


@contextmanager
def cache(clock: HandClock) -> Iterator[tuple[Any, Any]]:
    """Run the cache of a world with a cold cache from the fourth minute, and connect to it."""
    world = World(start=NOON, scenario=SCENARIOS["cold_cache"])
    found = SimulatedCache(world, clock)
    host, port = found.address.split(":")
    try:
        with redis.Redis(host=host, port=int(port)) as client:
            yield found, client
    finally:
        found.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    waiting = Event()
    for _ in range(600):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("the condition never came true")


def hit_rate(client: Any, reads: int) -> float:
    """Return the hit rate of the next `reads` reads."""
    before = client.info("stats")
    start = before["keyspace_hits"] + before["keyspace_misses"]

    def enough() -> bool:
        now = client.info("stats")
        return int(now["keyspace_hits"] + now["keyspace_misses"]) >= start + reads

    until(enough)
    after = client.info("stats")
    hits = after["keyspace_hits"] - before["keyspace_hits"]
    return float(hits / (hits + after["keyspace_misses"] - before["keyspace_misses"]))


def test_a_real_redis_has_the_world_s_hit_rate_and_limit() -> None:
    """The hit rate of redis-server is 82.3 % when calm and 55 % when cold."""
    clock = HandClock(NOON)
    with cache(clock) as (found, client):
        calm = hit_rate(client, 400)
        clock.time = NOON + 600
        cold = hit_rate(client, 400)
        assert not found.simulated
        assert pytest.approx(0.823, abs=0.02) == calm
        assert pytest.approx(0.55, abs=0.08) == cold
        assert client.info("memory")["maxmemory"] == 64 * 2**20
        assert client.info("memory")["maxmemory_policy"] == "allkeys-lru"


def test_close_ends_the_server() -> None:
    """After close nobody listens any more."""
    with cache(HandClock(NOON)) as (found, client):
        assert client.ping()
    with pytest.raises(redis.ConnectionError):
        redis.Redis(port=int(found.address.split(":")[1]), retry=None).ping()


def test_without_redis_server_its_answers_are_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INFO counts the world's hits and misses minute by minute, and SLOWLOG LEN is 0."""
    monkeypatch.setenv("PATH", str(tmp_path))
    clock = HandClock(NOON)
    with cache(clock) as (found, client):
        first = client.info()
        clock.time = NOON + 180
        calm = client.info()
        clock.time = NOON + 600
        cold = client.info()
        assert found.simulated
        assert first["keyspace_hits"] == 0
        assert pytest.approx(0.823, abs=0.001) == _rate(first, calm)
        assert pytest.approx(0.55, abs=0.001) == _rate(calm, cold)
        assert client.slowlog_len() == 0
        assert client.ping()
        with pytest.raises(redis.ResponseError, match="not simulated"):
            client.get("key")


def _rate(before: dict[str, int], after: dict[str, int]) -> float:
    hits = after["keyspace_hits"] - before["keyspace_hits"]
    return hits / (hits + after["keyspace_misses"] - before["keyspace_misses"])
