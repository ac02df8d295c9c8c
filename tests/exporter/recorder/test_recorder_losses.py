"""A real Redis that lost something, or refuses half: nothing counts twice, and losses are said."""

from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge
from redis import Redis

from exporter.recorder import Recorder
from exporter.recorder import arguments as written
from exporter.recorder.layout import keys
from tests import servers
from tests.exporter.recorder.reading import page, recorder

NAME = "app_c_total"
DUMP = ("--dbfilename", "dump.rdb")
FINE = (
    *("+evalsha", "+script|load", "+eval", "+time", "+hmget", "+hset", "+hlen", "+hexists"),
    *("+del", "+hdel", "+hget", "+hsetnx", "+zadd", "+ping", "+client", "+hello"),
)


def counter(of: Recorder) -> Counter:
    """Return a counter in a recorder's registry."""
    return Counter("c", "Counted.", ["label"], registry=of.registry)


def total(server: servers.Redis) -> float:
    """Return the sum of a counter on the page."""
    return float(sum(page(server).get(NAME, {}).values()))


@pytest.mark.parametrize("fields", [1, 1000])
@pytest.mark.parametrize("born", ["before", "after"])
def test_a_redis_that_is_restored_gets_what_it_lacks(
    tmp_path: Path, born: str, fields: int
) -> None:
    """310 flushes of an instance born before the snapshot, all of one born after it."""
    with servers.redis(tmp_path, *DUMP) as server:
        other, flushing = recorder(server), recorder(server)
        counter(other).labels("other").inc(1_000_000)
        assert other.flush()
        counted = counter(flushing)

        def tick() -> None:
            for number in range(fields):
                counted.labels(str(number)).inc()
            assert flushing.flush()

        if born == "before":
            tick()
        server.cli("SAVE")
        flushes = 310 if fields == 1 else 80
        for _ in range(flushes):
            tick()
        server.kill()
    with servers.redis(tmp_path, *DUMP, port=server.port):
        if born == "before":
            assert total(server) == 1_000_000 + fields
        tick()
        flushes += 1 + (born == "before")
        assert (total(server), flushing.status.lost) == (1_000_000 + fields * flushes, 0)


def test_an_instance_that_ends_after_a_failover_gives_back_what_it_took(tmp_path: Path) -> None:
    """Nothing was counted since, and still the last flush asks Redis."""
    with servers.redis(tmp_path, *DUMP) as server:
        started = recorder(server).start()
        counted = counter(started).labels("a")
        counted.inc()
        assert started.flush()
        server.cli("SAVE")
        counted.inc(1000)
        assert started.flush()
        server.kill()
    with servers.redis(tmp_path, *DUMP, port=server.port):
        assert total(server) == 1
        assert started.stop()
        assert total(server) == 1001


def test_an_instance_that_ends_while_an_exporter_may_fill_redis(tmp_path: Path) -> None:
    """It does not take away what it counted last; that is not in what the exporter fills in."""
    with servers.redis(tmp_path) as server:
        started = recorder(server).start()
        counted = counter(started).labels("a")
        counted.inc(5)
        assert started.flush()
        server.cli("FLUSHALL")
        counted.inc(2)
        assert not started.flush()
        assert started.stop()
        assert total(server) == 2


@pytest.mark.parametrize("key", ["seqs", "meta", "gauges", "families", "seen", "seqs meta"])
def test_a_key_that_is_evicted(tmp_path: Path, key: str) -> None:
    """What was flushed counts once whichever key is gone, and a beat restores the others."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        counted = counter(flushing)
        Gauge("g", "G.", registry=flushing.registry).set(3)
        for _ in range(10):
            counted.labels("a").inc(10)
            assert flushing.flush()
        server.cli("DEL", *(getattr(keys("shop"), name) for name in key.split()))
        counted.labels("a").inc(10)
        assert flushing.flush()
        flushing._beat_at = float("-inf")
        assert flushing.flush()
        found = page(server)
    assert (found[NAME], found["app_g"], flushing.status.lost) == (
        {("", "a"): 110},
        {("",): 3.0},
        0,
    )


def test_totals_that_are_evicted_are_an_emptied_redis(tmp_path: Path) -> None:
    """Instances wait for the exporter, which has what they were."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        counted = counter(flushing).labels("a")
        counted.inc(10)
        assert flushing.flush()
        server.cli("DEL", keys("shop").totals)
        counted.inc()
        assert not flushing.flush()
        assert flushing.status.failures == 0


def acl(server: servers.Redis) -> None:
    """Let a user do everything but count."""
    server.cli("ACL", "SETUSER", "fine", "on", ">pw", "~ionmon:*", *FINE)


FAULTS: dict[str, tuple[Callable[[servers.Redis], object], Callable[[servers.Redis], object]]] = {
    "an ACL without HINCRBYFLOAT": (
        acl,
        lambda server: server.cli("ACL", "SETUSER", "fine", "+hincrbyfloat", "+hincrby"),
    ),
    "totals of another type": (
        lambda server: (acl(server), server.cli("SET", keys("shop").totals, "x"),
                        server.cli("ACL", "SETUSER", "fine", "+hincrbyfloat", "+hincrby")),
        lambda server: server.cli("DEL", keys("shop").totals),
    ),
    "numbers of another type": (
        lambda server: (acl(server), server.cli("HSET", keys("shop").meta, "epoch", "e"),
            server.cli("SET", keys("shop").seqs, "x"),
                        server.cli("ACL", "SETUSER", "fine", "+hincrbyfloat", "+hincrby")),
        lambda server: server.cli("DEL", keys("shop").seqs),
    ),
    "no memory": (
        lambda server: (acl(server), server.cli("CONFIG", "SET", "maxmemory", "1"),
                        server.cli("ACL", "SETUSER", "fine", "+hincrbyfloat", "+hincrby")),
        lambda server: server.cli("CONFIG", "SET", "maxmemory", "0"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_redis_refuses_as_a_whole_is_kept(tmp_path: Path, name: str) -> None:
    """However often it is tried, it counts once when it can; the reason can be seen."""
    refuse, allow = FAULTS[name]
    with servers.redis(tmp_path) as server:
        refuse(server)
        flushing = Recorder(
            f"redis://fine:pw@127.0.0.1:{server.port}",
            application="shop",
            registry=CollectorRegistry(),
        )
        counted = counter(flushing)
        for number in range(2100):
            counted.labels(str(number)).inc()
        assert [flushing.flush() for _ in range(5)] == [False] * 5
        assert flushing.status.last_failure.startswith(("ResponseError", "NoPerm", "OutOfMemory"))
        allow(server)
        assert flushing.flush()
        assert (total(server), flushing.status.left_out) == (2000, 100)


@pytest.mark.parametrize("key", ["gauges", "families", "seen"])
def test_a_key_of_another_type_costs_itself(tmp_path: Path, key: str) -> None:
    """Counts are flushed, each once; when the key is right again, so is what it has."""
    with servers.redis(tmp_path) as server:
        server.cli("SET", getattr(keys("shop"), key), "x")
        flushing = recorder(server)
        counted = counter(flushing).labels("a")
        Gauge("g", "G.", registry=flushing.registry).set(3)
        for _ in range(5):
            counted.inc()
            assert flushing.flush()
        assert flushing.status.failed.keys() == {"ResponseError"}
        server.cli("DEL", getattr(keys("shop"), key))
        flushing._beat_at = float("-inf")
        assert flushing.flush()
        found = page(server)
    assert (found[NAME], found["app_g"]) == ({("", "a"): 5}, {("",): 3.0})


def test_a_field_that_is_no_number_costs_itself(tmp_path: Path) -> None:
    """Its rises are lost, and counted once as a series that is left out; all others are right."""
    with servers.redis(tmp_path) as server:
        flushing = recorder(server)
        counted = counter(flushing)
        counted.labels("bad").inc()
        assert flushing.flush()
        raw = Redis(port=server.port)
        (bad,) = raw.hkeys(keys("shop").totals)
        raw.hset(keys("shop").totals, bad, "abc")
        for _ in range(5):
            counted.labels("bad").inc()
            counted.labels("good").inc()
            assert flushing.flush()
        counted.labels("bad").inc()
        assert flushing.flush()
        found = {n: v for n, v in raw.hgetall(keys("shop").totals).items() if n != bad}
        dropped = raw.hget(keys("shop").meta, "dropped")
    assert list(found.values()) == [b"5"]
    assert (flushing.status.left_out, dropped) == (1, b"1")


def test_totals_have_a_bound_over_all_instances(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New fields beyond it are refused and counted; those that are there go on."""
    monkeypatch.setattr(written, "MOST_FIELDS", 5)
    with servers.redis(tmp_path) as server:
        first, second = recorder(server), recorder(server)
        for each in (first, second):
            counted = counter(each)
            for number in range(4):
                counted.labels(f"{number}-{each is first}").inc()
            assert each.flush()
            for _ in range(2):
                counted.labels(f"3-{each is first}").inc()
                assert each.flush()
        found = page(server)[NAME]
        dropped = Redis(port=server.port).hget(keys("shop").meta, "dropped")
    assert (len(found), found["", "3-True"]) == (5, 3)
    assert (first.status.left_out, second.status.left_out, dropped) == (0, 3, b"3")
