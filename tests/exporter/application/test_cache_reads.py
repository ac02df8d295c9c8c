"""Reads of recorders and exporters never enter the hits and misses of the cache that is watched."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from prometheus_client import CollectorRegistry, Counter

from exporter.application.cache_reads import CacheReads
from exporter.clock import WallClock
from exporter.collectors.application import ApplicationPoll, ApplicationTarget
from exporter.collectors.redis import RedisCollector
from exporter.recorder import Recorder
from exporter.redis.client import RedisTarget
from exporter.telemetry import Telemetry
from tests import servers
from tests.exporter.application.states import counter
from tests.exporter.application.writing import Writer
from tests.exporter.recorder.reading import scraped

pytestmark = pytest.mark.slow


class Watching:
    """An exporter that watches the server that has the application's keys, too."""

    def __init__(self, port: int, **options: Any) -> None:
        url = f"redis://127.0.0.1:{port}"
        target = RedisTarget(name="cache", url=url, timeout=20.0, **options)
        self.cache = CacheReads("cache")
        self._runner = asyncio.Runner()
        self._redis = RedisCollector([target], WallClock(), self.cache.adjust)
        application = ApplicationTarget(name="shop", redis=target)
        self.poll = ApplicationPoll(
            application, WallClock(), Telemetry(0.0), scraped, cache=self.cache
        )

    def read(self) -> None:
        """Read the application once."""
        self._runner.run(self.poll.run())

    def lookups(self) -> tuple[float | None, float | None]:
        """Return the exposed hits and misses."""
        delivery = self._runner.run(self._redis.polls()[0].run())
        found = {p.family.name: p.samples[0].value for p in delivery.parts if p.samples}
        hits = found.get("redis_keyspace_hits_total")
        misses = found.get("redis_keyspace_misses_total")
        return hits, misses  # type: ignore[return-value]

    def close(self) -> None:
        """Close all connections."""
        self._runner.run(self.poll.close())
        self._runner.run(self._redis.close())
        self._runner.close()


@contextmanager
def watching(port: int, **options: Any) -> Iterator[Watching]:
    """Watch a server."""
    found = Watching(port, **options)
    try:
        yield found
    finally:
        found.close()


def look_up(server: servers.Redis, hits: int, misses: int) -> None:
    """Look keys up as the owner of the cache does."""
    client = redis.Redis(port=server.port)
    client.set("there", "x")
    for _ in range(hits):
        client.get("there")
    for _ in range(misses):
        client.get("missing")
    client.close()


def recorder(server: servers.Redis) -> tuple[Recorder, Counter]:
    """Return a recorder and its counter."""
    registry = CollectorRegistry()
    url = f"redis://127.0.0.1:{server.port}"
    found = Recorder(url, application="shop", registry=registry, interval=3600)
    return found, Counter("c", "C.", ["n"], registry=registry)


def test_an_idle_cache_keeps_its_hit_rate(tmp_path: Path) -> None:
    """90 of 100 lookups hit; polls, flushes, users, a seeding and two exporters change neither."""
    with servers.redis(tmp_path) as server:
        flushing, counted = recorder(server)
        with watching(server.port) as one, watching(server.port) as two:
            one.read()
            look_up(server, 90, 10)
            for number in range(12):
                counted.labels(str(number)).inc()
                flushing.users.add(f"user {number}")
                assert flushing.flush()
                one.read()
                two.read()
                assert one.lookups() == two.lookups() == (90, 10)
            one.poll._reader.users._due = dict.fromkeys(("5m", "1h", "1d"), 0.0)
            look_up(server, 9, 1)
            one.read()
            assert one.lookups() == (99, 11)
        with watching(server.port) as again:
            again.read()
            assert again.lookups() == (99, 11)


def test_before_the_first_reading_nothing_is_exposed(tmp_path: Path) -> None:
    """The server's own number would be larger: the counter would fall, which reads as a reset."""
    with servers.redis(tmp_path) as server, watching(server.port) as one:
        look_up(server, 5, 5)
        assert one.lookups() == (None, None)
        one.read()
        assert one.lookups() == (5, 5)


def test_statistics_that_begin_anew(tmp_path: Path) -> None:
    """After CONFIG RESETSTAT the counters go on from nothing, never below it."""
    with servers.redis(tmp_path) as server, watching(server.port) as one:
        Writer(server).begin().count("c_total", counter(), (), 1)
        for _ in range(9):
            one.read()
        server.cli("CONFIG", "RESETSTAT")
        one.read()
        start = one.lookups()
        look_up(server, 7, 3)
        one.read()
        hits, misses = one.lookups()
        assert start[0] is not None
        assert start[1] is not None
        assert (hits, misses) == (start[0] + 7, start[1] + 3)
        assert start[0] >= 0


def test_without_the_right_to_run_info_nothing_is_taken_off(tmp_path: Path) -> None:
    """Another user may watch the server: its numbers are exposed as they are."""
    with servers.redis(tmp_path) as server:
        server.cli("ACL", "SETUSER", "poor", "on", ">pw", "~ionmon:*", "+@all", "-info")
        password = tmp_path / "password"
        password.write_text("pw")
        with watching(server.port, username="poor", password_file=password) as one:
            one.read()
            look_up(server, 1, 0)
            info = {"server": ({"run_id": "r"},), "stats": ({"keyspace_hits": "1"},)}
            assert one.cache.adjust("cache", info) == info


def test_other_servers_are_exposed_as_they_are() -> None:
    """A server that has no application's keys has only its own lookups."""
    info = {"server": ({"run_id": "r"},), "stats": ({"keyspace_hits": "1"},)}
    cache = CacheReads("cache")
    assert cache.adjust("other", info) == info
    assert CacheReads(None).adjust("cache", info) == info
    assert cache.adjust("cache", info)["stats"] == ({},)
    cache.failed()
    assert cache.adjust("cache", info) == info
